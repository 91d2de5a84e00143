import type { Mode, ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import type { BudgetRefusal, RateRefusal, Refusal, TopUp } from '../../../lambda/ledger/ledger.ts';
import { show } from '../../support/ledger-world.ts';
import { number } from './books.ts';
import type { Oracle } from './oracle.ts';
import type { Version } from './store.ts';

/** Milliseconds that a process remembers a refusal, and reads may be old. */
const MEMORY_MS = 6_000;

/** When something was asked for. */
export interface Moment {
  /** Milliseconds of virtual time. */
  readonly asked: number;
  /** What the clock of the process showed. */
  readonly clock: number;
  /** More was asked for by a request that runs. */
  readonly topUp: boolean;
}

/** What a caller is told has to be so: an admission stands on a durable entry, a refusal on a counter without room. */
export class Answers {
  readonly #oracle: Oracle;
  /** Requests that were refused and must never be charged. */
  readonly refused: string[] = [];

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
  }

  /** An admission or a top-up. `needed`: what it must hold; `moment`: when it was asked for. */
  check(answer: TopUp, requestId: string, needed: bigint, moment: Moment): void {
    const oracle = this.#oracle;
    const entry = oracle.entryOf(requestId);
    if (answer.type === 'admitted') {
      oracle.tally.attempts += 1;
      oracle.expect(
        number(entry?.['e']) >= needed && entry !== undefined,
        () => `${requestId} calls an upstream for ${needed} with ${show(entry)}`,
      );
      const wr = String(entry?.['wr'] ?? '');
      const { wouldRefuse } = answer.reservation;
      oracle.expect(
        wouldRefuse.every((name) => wr.includes(name)),
        () => `${requestId} would be refused by ${wouldRefuse}, but its entry says ${wr}`,
      );
      return;
    }
    if (answer.type === 'unavailable') {
      oracle.tally.unavailable += 1;
      return;
    }
    const { refusal } = answer;
    this.#count(refusal);
    if (entry === undefined) this.refused.push(requestId);
    const why = this.#dishonest(refusal, moment);
    oracle.expect(why === undefined, () => `${requestId}: ${why}: ${show(refusal)}`);
  }

  #count(refusal: Refusal): void {
    const { tally } = this.#oracle;
    if (refusal.type === 'budget') tally[`refused_${refusal.kind}`] += 1;
    else if (refusal.kind === 'never_fits') tally.refused_never_fits += 1;
    else tally[`refused_${refusal.of}`] += 1;
  }

  #dishonest(refusal: Refusal, moment: Moment): string | undefined {
    if (refusal.type === 'budget') return this.#budget(refusal, moment);
    return this.#rate(refusal, moment);
  }

  #budget(refusal: BudgetRefusal, { asked, topUp }: Moment): string | undefined {
    const { scope, budgetId, kind, spent, held, estimate, limit } = refusal;
    if (!this.#isEnforced(scope, (limits) => limits.budgets.find(({ id }) => id === budgetId)))
      return 'refused by an observed budget';
    if (kind === 'never_fits') return estimate > limit ? undefined : 'it fits';
    const isSplit = this.#isSplit(scope);
    // A request that runs has to stay in its pool, and is told of the whole scope.
    if (isSplit && topUp) return undefined;
    // What is left of a split scope may lie scattered, and whoever cannot gather it in time is told to come back.
    const isScattered = isSplit && kind === 'held';
    if (!isScattered && spent + held + estimate <= limit) return 'refused with room';
    if (kind === 'held' && spent + estimate > limit) return 'told to wait in vain';
    if (kind === 'exceeded' && spent + estimate <= limit) return 'told not to wait';
    if (isSplit) return undefined;
    const seen = this.#versions(scope, asked);
    const isSame = ({ item }: Version) =>
      [item[`${budgetId}.used`], item[`${budgetId}.prevUsed`], item['tu']].some(
        (used) => number(used) >= spent + held,
      );
    return spent + held === 0n || seen.some(isSame) ? undefined : 'no copy of the counter looked so';
  }

  #rate(refusal: RateRefusal, { asked, clock }: Moment): string | undefined {
    const { scope, of, kind, needed, burst, limit, waitMs } = refusal;
    const isEnforced =
      of === 'parallel'
        ? this.#isEnforced(scope, ({ parallel }) => parallel)
        : this.#isEnforced(scope, (limits) => limits[of]);
    if (!isEnforced) return 'refused by an observed rate';
    if (kind === 'never_fits') return needed > burst ? undefined : 'it fits';
    if (waitMs <= 0) return 'nothing to wait for';
    if (this.#isSplit(scope)) return undefined;
    const seen = this.#versions(scope, asked);
    if (of === 'parallel') {
      return seen.some(({ item }) => number(item['pl']) >= BigInt(limit)) ? undefined : 'fewer run';
    }
    const attr = of === 'requests' ? 'rt' : 'tt';
    const room = nanoseconds(burst, limit) - nanoseconds(needed, limit) + BigInt(burst);
    const isFull = ({ item }: Version) => number(item[attr]) - BigInt(clock) * 1_000_000n > room;
    return seen.some(isFull) ? undefined : 'the bucket had room';
  }

  #isEnforced(scope: string, find: (limits: ScopeLimits) => { readonly mode: Mode } | undefined): boolean {
    return this.#oracle.rulebook.of(scope).some((limits) => find(limits)?.mode === 'enforce');
  }

  #isSplit(scope: string): boolean {
    return this.#oracle.rulebook.everPools(scope) > 1;
  }

  /** The versions of a scope's counter from `asked` on, and those that may be remembered from before. */
  #versions(scope: string, asked: number): readonly Version[] {
    const versions = this.#oracle.store.versions(`S#${scope}`);
    let first = versions.length - 1;
    while (first > 0 && versions[first]!.at > asked - MEMORY_MS) first -= 1;
    return versions.slice(Math.max(0, first));
  }
}

function nanoseconds(units: number, perMinute: number): bigint {
  return perMinute === 0 ? 0n : (60_000_000_000n * BigInt(units)) / BigInt(perMinute);
}
