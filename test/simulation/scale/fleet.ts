import type { LimitsConfig } from '../../../lambda/core/config/schema.ts';
import { toNano } from '../../../lambda/core/money.ts';
import type { ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import { createLedger } from '../../../lambda/ledger/create-ledger.ts';
import type { HeatRules } from '../../../lambda/ledger/heat-rules.ts';
import type { Ledger } from '../../../lambda/ledger/ledger.ts';
import { setLimit } from '../../../lambda/ledger/operate/overrides.ts';
import { CountingIds, Dice, VirtualTime, virtualClock } from '../../support/virtual-clock.ts';
import { ASSUMED, type Capacity, CapacityStore } from './capacity-store.ts';

/** What callers do in one scenario. */
export interface Load {
  readonly name: string;
  /** Milliseconds since the epoch at which it begins. */
  readonly start: number;
  /** Requests a second at a second of the run. */
  readonly rate: (second: number) => number;
  readonly seconds: number;
  /** Environments there are at most; each serves one request at a time. */
  readonly environments: number;
  readonly scopes: readonly ScopeLimits[];
  /** The most that a call can cost. */
  readonly estimate: bigint;
  /** An operator gives the day another limit, in US dollars, when a second begins. */
  readonly operator?: { readonly second: number; readonly usd: string };
  readonly heat?: Partial<HeatRules>;
  readonly capacity?: Partial<Capacity>;
}

/** What happened in one second. */
export interface Second {
  offered: number;
  admitted: number;
  /** Refused for a budget that is spent, and for one that is only held. */
  spent: number;
  held: number;
  unavailable: number;
  /** No environment was free. */
  crowded: number;
  /** Milliseconds that admissions took. */
  readonly waits: number[];
  conflicts: number;
  writes: number;
}

export interface Outcome {
  readonly seconds: readonly Second[];
  readonly store: CapacityStore;
  readonly operatorMs: number | undefined;
}

/** Milliseconds that an upstream's answer takes, between these. */
const ANSWER_MS = { least: 150, most: 650 };

/** Runs a load in virtual time against the production ledger, one instance per environment. */
export function runLoad(load: Load, seed: number, progress: (second: number) => void): Outcome {
  const fleet = new Fleet(load, seed);
  fleet.start();
  let shown = -1;
  fleet.time.runNow(() => {
    const second = Math.floor(fleet.time.elapsed() / 1_000);
    if (second > shown) {
      shown = second;
      fleet.mark(second);
      progress(second);
    }
    return second >= load.seconds + 5;
  });
  return { seconds: fleet.seconds, store: fleet.store, operatorMs: fleet.operatorMs };
}

class Fleet {
  readonly time: VirtualTime;
  readonly store: CapacityStore;
  readonly seconds: Second[] = [];
  /** Milliseconds that the operator waited. */
  operatorMs: number | undefined;
  readonly #load: Load;
  readonly #dice: Dice;
  readonly #ids = new CountingIds();
  /** Free environments; the one that waits longest is taken next, which spreads the load thinnest. */
  readonly #free: Ledger[] = [];
  #made = 0;
  #requests = 0;
  #before = { conflicts: 0, writes: 0 };

  constructor(load: Load, seed: number) {
    this.#load = load;
    this.#dice = new Dice(seed);
    this.time = new VirtualTime(load.start);
    this.store = new CapacityStore(this.time, this.#dice, { ...ASSUMED, ...load.capacity });
    for (let second = 0; second < load.seconds + 6; second++) {
      this.seconds.push({
        offered: 0,
        admitted: 0,
        spent: 0,
        held: 0,
        unavailable: 0,
        crowded: 0,
        waits: [],
        conflicts: 0,
        writes: 0,
      });
    }
  }

  start(): void {
    const { operator } = this.#load;
    if (operator !== undefined) {
      this.time.schedule(operator.second * 1_000, () => void this.#operate(operator.usd));
    }
    for (let second = 0; second < this.#load.seconds; second++) {
      this.time.schedule(second * 1_000, () => {
        const rate = this.#load.rate(second);
        for (let index = 0; index < rate; index++) {
          this.time.schedule(this.#dice.next() * 1_000, () => this.#arrive());
        }
      });
    }
  }

  /** Called when a second begins: what was counted until now belongs to the one before. */
  mark(second: number): void {
    const { conflicts } = this.store;
    const { writes } = this.store.meter.units;
    const last = this.seconds[second - 1];
    if (last !== undefined) {
      last.conflicts = conflicts - this.#before.conflicts;
      last.writes = writes - this.#before.writes;
    }
    this.#before = { conflicts, writes };
  }

  async #operate(value: string): Promise<void> {
    const ports = { store: this.store, clock: virtualClock(this.time), random: this.#dice, fence: true };
    const limits: LimitsConfig = {
      budgets: [{ scope: 'team:search', limit_usd: '1000000', window: 'day' }],
    };
    const order = { scope: 'team:search', limit: 'day', value, who: 'ops', why: 'trial', until: undefined };
    const began = this.time.elapsed();
    await setLimit(ports, limits, order);
    this.operatorMs = this.time.elapsed() - began;
  }

  #arrive(): void {
    const second = this.#second();
    second.offered += 1;
    const ledger = this.#free.shift() ?? this.#another();
    if (ledger === undefined) second.crowded += 1;
    else void this.#serve(ledger, second).then(() => this.#free.push(ledger));
  }

  async #serve(ledger: Ledger, second: Second): Promise<void> {
    this.#requests += 1;
    const began = this.time.now;
    const estimate = toNano(this.#load.estimate);
    const answer = await ledger.admit({
      requestId: `r${this.#requests}`,
      scopes: this.#load.scopes,
      number: 0,
      estimate,
      tokens: 0,
      facts: FACTS,
    });
    second.waits.push(this.time.now - began);
    if (answer.type === 'unavailable' || answer.type === 'behind') second.unavailable += 1;
    if (answer.type === 'refused') {
      const isHeld = answer.refusal.kind === 'held';
      second[isHeld ? 'held' : 'spent'] += 1;
    }
    if (answer.type !== 'admitted') return;
    second.admitted += 1;
    await new Promise<void>((resolve) => {
      this.time.schedule(this.#dice.between(ANSWER_MS.least, ANSWER_MS.most), resolve);
    });
    // Between a fifth and all of what was held.
    const cost = (estimate * BigInt(this.#dice.between(20, 100))) / 100n;
    await ledger.settle(answer.reservation, { cost: toNano(cost), outcome: 'ok', facts: FINAL_FACTS });
  }

  #second(): Second {
    const second = this.seconds[Math.floor(this.time.elapsed() / 1_000)];
    if (second === undefined) throw new Error('the run goes on beyond its end');
    return second;
  }

  #another(): Ledger | undefined {
    if (this.#made === this.#load.environments) return undefined;
    this.#made += 1;
    return createLedger({
      store: this.store,
      clock: virtualClock(this.time),
      ids: this.#ids,
      random: this.#dice,
      environment: `env${this.#made}`,
      admitMs: 2_000,
      longestRequestMs: 600_000,
      remembered: 10,
      ...(this.#load.heat === undefined ? {} : { heat: this.#load.heat }),
    });
  }
}

/** As many bytes as the facts of a usual request have at admission, and at settle with the compressed wide attribute. */
const FACTS = { m: 'x'.repeat(420) };
const FINAL_FACTS = { u: 'x'.repeat(120), w: new Uint8Array(260) };
