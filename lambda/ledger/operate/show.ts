import type { LimitsConfig } from '../../core/config/schema.ts';
import { type Nano, toNano } from '../../core/money.ts';
import type { Mode, ScopeLimits } from '../../core/scope-limits.ts';
import { windowEnd } from '../../core/windows.ts';
import type { Item, LedgerStore } from '../../ports/ledger-store.ts';
import { policyOf } from '../in-force.ts';
import { counts, inForce, type Override, type ScopePolicy } from '../policy.ts';
import { limitsOfScope } from './limits-of-scope.ts';
import type { OpenWork } from './open-work.ts';
import { countersOf, leftOf, sum, usedOf } from './usage.ts';

export interface BudgetReport {
  readonly id: string;
  readonly mode: Mode;
  readonly limit: Nano;
  readonly soft: Nano | undefined;
  /** In the place of the config's limit. */
  readonly override: Override | undefined;
  readonly window: string;
  /** Settled. What a lease has spent is counted once the lease is closed. */
  readonly spent: Nano;
  /** By running calls, and by leases where `leased` is not known. */
  readonly held: Nano;
  /** Taken in advance by processes; undefined: not known. */
  readonly leased: Nano | undefined;
  /** Below 0 where the limit was lowered, or a cost was above its hold. */
  readonly remaining: bigint;
  /** Milliseconds since the epoch; undefined for a total. */
  readonly resetsAt: number | undefined;
}

export interface RateReport {
  readonly of: 'requests' | 'tokens' | 'parallel';
  readonly mode: Mode;
  /** A minute; of `parallel` at a time. */
  readonly limit: number;
  readonly override: Override | undefined;
  /** Of the burst; of `parallel` what is not running. */
  readonly remaining: number;
}

export interface ScopeReport {
  readonly scope: string;
  readonly budgets: readonly BudgetReport[];
  readonly rates: readonly RateReport[];
  /** Counters that share the limits now. */
  readonly pools: number;
  /** Requests that run now; undefined: not known. */
  readonly running: number | undefined;
  /** Version of the scope's policy; 0: it never had one. */
  readonly version: bigint;
}

/** What one scope may use, and has used, now. Undefined where the limits give it none. */
export async function showScope(
  store: Pick<LedgerStore, 'get'>,
  limits: LimitsConfig,
  scope: string,
  nowMs: number,
  work: OpenWork | undefined,
): Promise<ScopeReport | undefined> {
  const config = limitsOfScope(limits, scope);
  if (config === undefined) return undefined;
  const policy = await policyOf(store, scope);
  const counters = await countersOf(store, scope, policy);
  const facts: Facts = { limits: inForce(config, policy, nowMs), policy, counters, nowMs, work };
  return {
    scope,
    budgets: budgetReports(facts),
    rates: rateReports(facts),
    pools: policy.pools,
    running: runningOf(facts),
    version: policy.version,
  };
}

interface Facts {
  readonly limits: ScopeLimits;
  readonly policy: ScopePolicy;
  readonly counters: readonly (Item | undefined)[];
  readonly nowMs: number;
  readonly work: OpenWork | undefined;
}

function budgetReports(facts: Facts): readonly BudgetReport[] {
  const { limits, policy, counters, nowMs } = facts;
  return limits.budgets.map((budget) => {
    const { id, mode, limit, soft } = budget;
    const { window, used, spent } = usedOf(budget, counters, nowMs);
    const leased = leasedOf(facts, id, window);
    const held = used - spent - (leased ?? 0n);
    return {
      id,
      mode,
      limit,
      soft,
      override: overrideOf(policy, id, nowMs),
      window,
      spent,
      // The journals are read a moment later than the counters, and a lease may have been opened in between.
      held: toNano(held < 0n ? 0n : held),
      leased,
      remaining: limit - used,
      resetsAt: windowEnd(budget.window, nowMs),
    };
  });
}

function leasedOf({ limits, counters, work }: Facts, budget: string, window: string): Nano | undefined {
  if (sum(counters, 'ol') === 0n) return toNano(0n);
  if (work === undefined || !work.complete) return undefined;
  let leased = 0n;
  for (const { pin, granted } of work.leases) {
    if (pin.scope !== limits.scope) continue;
    if (window === 'total' || pin.windows.some((each) => each.budget === budget && each.id === window)) {
      leased += granted;
    }
  }
  return toNano(leased);
}

function rateReports({ limits, policy, counters, nowMs }: Facts): readonly RateReport[] {
  const { requests, tokens, parallel } = limits;
  const found: RateReport[] = [];
  for (const [of, attr, rate] of [
    ['requests', 'rt', requests],
    ['tokens', 'tt', tokens],
  ] as const) {
    if (rate === undefined) continue;
    const { mode, perMinute } = rate;
    const override = overrideOf(policy, of, nowMs);
    found.push({
      of,
      mode,
      limit: perMinute,
      override,
      remaining: leftOf(attr, rate, counters, policy, nowMs),
    });
  }
  if (parallel !== undefined) {
    const { mode, limit } = parallel;
    const override = overrideOf(policy, 'parallel', nowMs);
    const remaining = Math.max(0, limit - Number(sum(counters, 'pl')));
    found.push({ of: 'parallel', mode, limit, override, remaining });
  }
  return found;
}

/** A parallel limit has its own count; without one the open journals tell. */
function runningOf({ limits, counters, work }: Facts): number | undefined {
  if (limits.parallel !== undefined) return Number(sum(counters, 'pl'));
  if (work === undefined || !work.complete) return undefined;
  return work.holds.filter(({ pins }) => pins.some(({ scope }) => scope === limits.scope)).length;
}

function overrideOf(policy: ScopePolicy, limit: string, nowMs: number): Override | undefined {
  return policy.overrides.find((each) => each.limit === limit && counts(each, nowMs));
}
