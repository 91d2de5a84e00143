import { type Nano, toNano } from '../../lambda/core/money.ts';
import type { Budget, ScopeLimits } from '../../lambda/core/scope-limits.ts';
import type { Window } from '../../lambda/core/windows.ts';
import type { LedgerDeps } from '../../lambda/ledger/context.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import type { HeatRules } from '../../lambda/ledger/heat-rules.ts';
import { Hold } from '../../lambda/ledger/hold.ts';
import { counterKey, policyKey, put } from '../../lambda/ledger/items.ts';
import type {
  Admission,
  AdmitRequest,
  BudgetRefusal,
  Ledger,
  RateRefusal,
  Reservation,
} from '../../lambda/ledger/ledger.ts';
import { type Override, policyChanges, readPolicy, type ScopePolicy } from '../../lambda/ledger/policy.ts';
import type { Clock } from '../../lambda/ports/clock.ts';
import type { Item, Key, Op, TransactResult } from '../../lambda/ports/ledger-store.ts';
import type { TelemetryEvent } from '../../lambda/ports/telemetry.ts';
import { MemoryStore } from './memory-store.ts';
import { CountingIds, Dice } from './virtual-clock.ts';

export function usd(nano: number | bigint): Nano {
  return toNano(BigInt(nano));
}

export function budget(window: Window, limit: number, id: string = window, tz = 'UTC'): Budget {
  return {
    id,
    limit: usd(limit),
    window: { window, tz },
    mode: 'enforce',
    soft: undefined,
    allowance: undefined,
  };
}

export function scope(name: string, ...budgets: Budget[]): ScopeLimits {
  return { scope: name, budgets };
}

/** What an admission asks for; no tokens, under the limits of config 0, unless told. */
export function asks(
  requestId: string,
  estimate: number | bigint,
  scopes: readonly ScopeLimits[],
  more: Partial<AdmitRequest> = {},
): AdmitRequest {
  return { requestId, scopes, estimate: usd(estimate), number: 0, tokens: 0, facts: {}, ...more };
}

/** A clock that moves only when told, and past every sleep at once. */
export class ManualClock implements Clock {
  time: number;
  readonly sleeps: number[] = [];

  constructor(start: number) {
    this.time = start;
  }

  now(): number {
    return Math.floor(this.time);
  }

  monotonic(): number {
    return this.time;
  }

  async sleep(ms: number): Promise<void> {
    this.sleeps.push(ms);
    this.time += ms;
  }

  after() {
    return { cancel: () => undefined, restart: () => undefined };
  }
}

/** What happens to a write: how its packet and its answer fare. */
export type Fate = 'lost_request' | 'lost_answer' | 'late' | 'conflict' | 'throttle';

/** The reference store with a script: the next writes that match meet their fate, the others are carried out. */
export class ScriptedStore extends MemoryStore {
  readonly #script: { fate: Fate; about: (op: Op) => boolean }[] = [];
  readonly #late: (readonly Op[])[] = [];
  readonly writes: (readonly Op[])[] = [];
  /** Runs just before a write is carried out: another process that came in between. */
  before: ((ops: readonly Op[]) => Promise<void>) | undefined;

  /** Plans the fate of the next writes that put an item whose sort key starts with `sk` and, if given, state `st`. */
  plan(fates: readonly Fate[], sk = '', st?: string): void {
    const about = (op: Op) =>
      op.key.sk.startsWith(sk) &&
      (st === undefined ||
        op.set.some((change) => change.attr === 'st' && 'value' in change && change.value === st));
    for (const fate of fates) this.#script.push({ fate, about });
  }

  override async transact(ops: readonly Op[]): Promise<TransactResult> {
    this.writes.push(ops);
    const interlude = this.before;
    this.before = undefined;
    await interlude?.(ops);
    const index = this.#script.findIndex(({ about }) => ops.some(about));
    const fate = index < 0 ? undefined : this.#script.splice(index, 1)[0]?.fate;
    if (fate === undefined) return super.transact(ops);
    if (fate === 'conflict') return { type: 'conflict' };
    if (fate === 'throttle') return { type: 'unavailable', reason: 'throttled' };
    if (fate === 'late') this.#late.push(ops);
    if (fate === 'lost_answer') await super.transact(ops);
    return { type: 'unknown', reason: 'no answer' };
  }

  /** Delivers the packets that were late. */
  async deliver(): Promise<TransactResult[]> {
    const results: TransactResult[] = [];
    for (const ops of this.#late.splice(0)) results.push(await super.transact(ops));
    return results;
  }

  counter(name: string, pool = 0): Item | undefined {
    const { pk, sk } = counterKey(name, pool);
    return this.items.get(`${pk}\n${sk}`);
  }

  policy(name: string): ScopePolicy {
    const { pk, sk } = policyKey(name);
    return readPolicy(this.items.get(`${pk}\n${sk}`));
  }

  /** Changes a scope's policy as an operator does: its counters know the new version in the same write. */
  async setPolicy(name: string, change: Partial<ScopePolicy>): Promise<void> {
    const before = this.policy(name);
    const next = { ...before, ...change, version: before.version + 1n };
    const fences = Array.from({ length: next.everPools }, (_, pool) => ({
      key: counterKey(name, pool),
      when: [],
      set: [put('cv', next.version)],
    }));
    await super.transact([{ key: policyKey(name), when: [], set: policyChanges(next) }, ...fences]);
  }

  /** Leaves a scope as after a split: each budget in equal shares, by its id. */
  async split(name: string, pools: number, limits: Readonly<Record<string, number>>): Promise<void> {
    const basis = Object.fromEntries(Object.entries(limits).map(([id, limit]) => [id, String(limit)]));
    await this.setPolicy(name, { pools, everPools: pools, basis });
  }

  /** Makes a scope hot, for ever: its processes take leases. */
  async heat(name: string, level = 1): Promise<void> {
    const heat = { level, until: Number.MAX_SAFE_INTEGER, at: NOON, count: '0' };
    await this.setPolicy(name, { heat });
  }

  entries(): (Item & Key)[] {
    return [...this.items.values()].filter((item) => item.sk.startsWith('E#'));
  }

  leases(): (Item & Key)[] {
    return this.entries().filter((item) => item['g'] !== undefined);
  }

  entryOf(requestId: string): (Item & Key) | undefined {
    return this.entries().find((item) => item['rid'] === requestId);
  }
}

/** Leases for everybody, of a size that is no matter of chance. */
export const EAGER: Partial<HeatRules> = {
  leastRequests: 1,
  leastRoom: 2,
  conflicts: 1,
  settleMs: 0,
  jitter: 0,
  rereadMs: Number.MAX_SAFE_INTEGER,
};

/** Somebody's limit in the place of the config's. */
export function override(limit: string, value: number, until?: number): Override {
  return {
    who: 'ann',
    why: 'load',
    at: NOON,
    limit,
    value: String(value),
    ...(until === undefined ? {} : { until }),
  };
}

export interface World {
  readonly store: ScriptedStore;
  readonly clock: ManualClock;
  readonly events: TelemetryEvent[];
  readonly ledger: Ledger;
  /** A ledger of another process on the same store. */
  another(environment: string, deps?: Partial<LedgerDeps>): Ledger;
  admit(requestId: string, estimate: number, ...scopes: ScopeLimits[]): Promise<Admission>;
}

/** Tuesday, 2026-11-24, noon UTC. */
export const NOON = Date.UTC(2026, 10, 24, 12);
export const LONGEST_MS = 600_000;
export const JOURNAL_MS = 2 * LONGEST_MS + 60_000;

export function world(): World {
  const store = new ScriptedStore();
  const clock = new ManualClock(NOON);
  const events: TelemetryEvent[] = [];
  const ids = new CountingIds();
  const another = (environment: string, deps: Partial<LedgerDeps> = {}) =>
    createLedger({
      store,
      clock,
      ids,
      random: new Dice(1),
      environment,
      admitMs: 2_000,
      longestRequestMs: LONGEST_MS,
      telemetry: { emit: (event) => events.push(event) },
      ...deps,
    });
  const ledger = another('env');
  return {
    store,
    clock,
    events,
    ledger,
    another,
    admit: (requestId, estimate, ...scopes) => ledger.admit(asks(requestId, estimate, scopes)),
  };
}

export function admitted(admission: Admission): Reservation {
  if (admission.type !== 'admitted') throw new Error(`not admitted: ${show(admission)}`);
  return admission.reservation;
}

export function refused(admission: Admission): BudgetRefusal {
  if (admission.type !== 'refused' || admission.refusal.type !== 'budget')
    throw new Error(`not refused: ${show(admission)}`);
  return admission.refusal;
}

export function rateRefused(admission: Admission): RateRefusal {
  if (admission.type !== 'refused' || admission.refusal.type !== 'rate')
    throw new Error(`not refused for a rate: ${show(admission)}`);
  return admission.refusal;
}

/** The journal that a reservation's entry is in. */
export function journalOf(reservation: Reservation): string {
  return Hold.of(reservation).journal.pk;
}

/** The number of a reservation's entry in it. */
export function numberOf(reservation: Reservation): number {
  return Hold.of(reservation).number;
}

/** Some attributes of an item, to compare at once. */
export function fields(item: Item | undefined, names: string): unknown[] {
  return names.split(' ').map((name) => item?.[name]);
}

export function cost(nano: number | bigint, outcome = 'ok') {
  return { cost: usd(nano), outcome, facts: {} };
}

export function show(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
}
