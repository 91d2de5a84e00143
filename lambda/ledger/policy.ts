import { isRecord } from '../core/json-value.ts';
import { toNano } from '../core/money.ts';
import type { Budget, Rate, ScopeLimits } from '../core/scope-limits.ts';
import type { Change, Item } from '../ports/ledger-store.ts';
import { amount, ITEM_VERSION, put, text } from './items.ts';

/** Who changed something at run time, why and until when. Times are milliseconds since the epoch. */
export interface Decree {
  readonly who: string;
  readonly why: string;
  readonly at: number;
  /** From then on the config counts again; undefined: until it is taken back. */
  readonly until?: number;
}

/** Whether it counts at `nowMs`. */
export function counts({ until }: Pick<Decree, 'until'>, nowMs: number): boolean {
  return until === undefined || nowMs < until;
}

/** A limit in the place of the config's. */
export interface Override extends Decree {
  /** A budget's id, or `requests`, `tokens`, `parallel`. */
  readonly limit: string;
  /** Nano-dollars, a rate a minute, or a number of requests; in digits. */
  readonly value: string;
}

/** How far the shares of a scope's pools are from equal ones, in one window of one budget (`total` has one only). */
export interface Shift {
  readonly window: string;
  /** By pool, in digits; pools beyond its end have none. */
  readonly by: readonly string[];
}

/** How busy a scope was when somebody last looked. */
export interface Heat {
  /** 0 direct, 1 leases on one counter, 2 leases on pools: see heat-rules.ts. */
  readonly level: number;
  /** When to look again, in milliseconds since the epoch. */
  readonly until: number;
  /** When the level began or was last confirmed, with the number of requests of all pools then, in digits. */
  readonly at: number;
  readonly count: string;
}

/** What is in force for one scope beside the config's limits. */
export interface ScopePolicy {
  readonly version: bigint;
  readonly overrides: readonly Override[];
  /** Counters that share the scope's limits now. */
  readonly pools: number;
  /** Counters that were ever used, so that all of them are added up. */
  readonly everPools: number;
  /** By budget id. Windows of shifts never go back. */
  readonly shifts: Readonly<Record<string, Shift>>;
  /** By budget id: the limit that is split among the pools, in digits. A lower one has to be split anew before use. */
  readonly basis: Readonly<Record<string, string>>;
  readonly heat: Heat;
}

export const COLD: Heat = { level: 0, until: 0, at: 0, count: '0' };

/** Of a scope that nobody has a policy for. */
export const NO_POLICY: ScopePolicy = {
  version: 0n,
  overrides: [],
  pools: 1,
  everPools: 1,
  shifts: {},
  basis: {},
  heat: COLD,
};

/** Throws a `TypeError` for an item that no version of tollgate has written. */
export function readPolicy(item: Item | undefined): ScopePolicy {
  const written = text(item, 'd');
  if (written === undefined) return NO_POLICY;
  const value: unknown = JSON.parse(written);
  if (!isRecord(value)) throw new TypeError('Bug! A policy is not an object');
  // What is written here was checked when it was made, and only the ledger writes it.
  return { ...NO_POLICY, ...(value as Partial<ScopePolicy>), version: amount(item, 'cv') };
}

/** The changes that write a policy, with its own version. */
export function policyChanges({ version, ...rest }: ScopePolicy): readonly Change[] {
  return [put('d', JSON.stringify(rest)), put('cv', version), put('v', ITEM_VERSION)];
}

/** The limits in force at `nowMs`: the config's with the policy's in their place. */
export function inForce(limits: ScopeLimits, policy: ScopePolicy, nowMs: number): ScopeLimits {
  if (policy.overrides.length === 0) return limits;
  const of = (name: string): bigint | undefined => {
    const found = policy.overrides.find((each) => each.limit === name && counts(each, nowMs));
    return found === undefined ? undefined : BigInt(found.value);
  };
  const { scope, requests, tokens, parallel } = limits;
  const running = of('parallel');
  return {
    scope,
    budgets: limits.budgets.map((budget) => withLimit(budget, of(budget.id))),
    ...(requests === undefined ? {} : { requests: withRate(requests, of('requests')) }),
    ...(tokens === undefined ? {} : { tokens: withRate(tokens, of('tokens')) }),
    ...(parallel === undefined
      ? {}
      : { parallel: running === undefined ? parallel : { ...parallel, limit: Number(running) } }),
  };
}

function withLimit(budget: Budget, limit: bigint | undefined): Budget {
  return limit === undefined ? budget : { ...budget, limit: toNano(limit) };
}

/** The burst keeps its relation to the rate. */
function withRate(rate: Rate, perMinute: bigint | undefined): Rate {
  if (perMinute === undefined) return rate;
  const burst = rate.perMinute === 0 ? Number(perMinute) : (rate.burst / rate.perMinute) * Number(perMinute);
  return { ...rate, perMinute: Number(perMinute), burst: Math.max(1, Math.floor(burst)) };
}
