import type { Rate } from '../../../lambda/core/scope-limits.ts';
import type { Oracle } from './oracle.ts';

/** Something that was taken from a rate of a scope, or given back to it; from whichever of its counters. */
export interface Flow {
  /** What the sender's clock showed. */
  readonly at: number;
  /** Requests or tokens; negative is given back. */
  readonly units: number;
}

/** Each unit is rounded up, and each counter's share down. */
const SLACK = 1.01;

/** The rates of scopes as a whole, however many counters share them. In the order of the writes. */
export class RateIntervals {
  readonly #oracle: Oracle;
  readonly #flows = new Map<string, Flow[]>();

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  note(scope: string, of: string, flow: Flow): void {
    const key = `${of} ${scope}`;
    const flows = this.#flows.get(key);
    if (flows === undefined) this.#flows.set(key, [flow]);
    else flows.push(flow);
  }

  /**
   * At the end: in every interval, by the senders' clocks, a scope that was split kept to its rate. Each counter alone is
   * judged at every write, exactly; here clocks may differ, since a new pool is filled by one of them.
   */
  check(skewMs: number): void {
    for (const [key, flows] of this.#flows) {
      const of = key.startsWith('requests ') ? 'requests' : 'tokens';
      const scope = key.slice(of.length + 1);
      if (this.#oracle.rulebook.everPools(scope) === 1) continue;
      const rate = this.#oracle.rulebook.steadyRate(scope, of);
      if (rate?.mode === 'enforce') this.#interval(`${scope} ${of}`, flows, rate, skewMs);
    }
  }

  #interval(what: string, flows: readonly Flow[], rate: Rate, skewMs: number): void {
    const perMs = rate.perMinute / 60_000;
    const starts = [...new Set(flows.map(({ at }) => at))];
    for (const from of starts) {
      for (const to of starts) {
        if (to < from) continue;
        const inside = (flow: Flow) => flow.units > 0 && flow.at >= from && flow.at <= to;
        const first = flows.findIndex(inside);
        const last = flows.findLastIndex(inside);
        if (first < 0) continue;
        let taken = 0;
        for (let index = first; index <= last; index++) {
          const flow = flows[index]!;
          if (flow.units < 0 || inside(flow)) taken += flow.units;
        }
        const most = rate.burst + perMs * (to - from + 2 * skewMs) + SLACK;
        this.#oracle.expect(
          taken <= most,
          () =>
            `${what}: ${taken} in ${to - from} ms, at most ${most.toFixed(2)} of ${rate.burst} + ${rate.perMinute}/min`,
        );
      }
    }
  }
}
