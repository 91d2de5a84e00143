import type { Budget, ScopeLimits } from '../core/scope-limits.ts';
import type { Change, Condition, Item, Op } from '../ports/ledger-store.ts';
import type { Account } from './charge.ts';
import { fullAt } from './gcra.ts';
import { absent, amount, atMost, counterKey, equals, ITEM_VERSION, policyKey, put, text } from './items.ts';
import { policyChanges, type ScopePolicy } from './policy.ts';
import { type Pool, rateShare, sharesOf, shiftTo } from './shares.ts';
import { usedIn } from './used.ts';

/** What each pool shall have of a budget in one window. */
export interface Target {
  readonly budget: Budget;
  readonly window: string;
  /** By pool; their sum is at most the budget's limit. */
  readonly shares: readonly bigint[];
}

/** A new arrangement of a scope's pools, and the transaction that makes it. */
export interface Arrangement {
  readonly policy: ScopePolicy;
  readonly ops: readonly Op[];
}

/**
 * Splits a scope's limits anew. Nobody may gain before somebody has lost: every pool whose share falls, in this window
 * or in those to come, is part of the transaction. It must not have used more than it keeps, and it learns the new
 * version, so that no process goes on under the old share. Pools that gain need not be told, except where the pools
 * themselves or the limits are others: then every pool takes part.
 *
 * `counters`: copies by pool, each pinned where it matters. `by`: the config whose limits are split, and the time.
 */
export function rearrange(
  { limits, policy }: Pick<Account, 'limits' | 'policy'>,
  targets: readonly Target[],
  counters: readonly (Item | undefined)[],
  change: Partial<Pick<ScopePolicy, 'pools' | 'heat'>>,
  by: { readonly number: number; readonly nowMs: number },
): Arrangement {
  const pools = change.pools ?? policy.pools;
  const everPools = Math.max(policy.everPools, pools);
  // With a number of pools everything is split anew, and what is no target any more is split no more.
  const isWhole = change.pools !== undefined;
  const shifts = isWhole ? {} : { ...policy.shifts };
  const basis = isWhole ? {} : { ...policy.basis };
  for (const { budget, window, shares } of targets) {
    shifts[budget.id] = shiftTo(shares, budget.limit, pools, window);
    basis[budget.id] = String(budget.limit);
  }
  const next: ScopePolicy = {
    ...policy,
    ...change,
    version: policy.version + 1n,
    pools,
    everPools,
    shifts,
    basis,
  };
  const ops: Op[] = [
    {
      key: policyKey(limits.scope),
      when: [policy.version === 0n ? absent('cv') : equals('cv', policy.version)],
      set: policyChanges(next),
    },
  ];
  for (let pool = 0; pool < everPools; pool++) {
    const isPart = isWhole && pool < policy.everPools;
    const lost = loserOp(limits.scope, pool, policy, next, targets, counters[pool], by.number, isPart);
    const rates =
      pool >= policy.pools && pool < pools
        ? fullBuckets(limits, { policy: next, pool }, by.nowMs, counters[pool])
        : [];
    if (lost !== undefined) ops.push({ ...lost, set: [...lost.set, ...rates] });
    else if (rates.length > 0) {
      const set = [...rates, put('cv', next.version), put('v', ITEM_VERSION)];
      ops.push({ key: counterKey(limits.scope, pool), when: [], set });
    }
  }
  return { policy: next, ops };
}

/**
 * A pool that comes into use begins with full buckets: what may be taken at once was already to be had from the others,
 * and a split must not give it twice.
 */
function fullBuckets(limits: ScopeLimits, pool: Pool, nowMs: number, counter: Item | undefined): Change[] {
  const rates = [
    ['rt', limits.requests],
    ['tt', limits.tokens],
  ] as const;
  return rates.flatMap(([attr, rate]) => {
    if (rate === undefined) return [];
    const [full, last] = [fullAt(rateShare(rate, pool), nowMs), amount(counter, attr)];
    return [put(attr, last > full ? last : full)];
  });
}

function loserOp(
  scope: string,
  pool: number,
  before: ScopePolicy,
  after: ScopePolicy,
  targets: readonly Target[],
  counter: Item | undefined,
  number: number,
  isPart: boolean,
): Op | undefined {
  const when: Condition[] = [];
  let loses = isPart || losesLater(pool, before, after);
  for (const target of targets) {
    loses ||= losesNow(pool, before, target);
    when.push(...pinned(target.budget, target.window, target.shares[pool] ?? 0n, counter));
  }
  if (!loses) return undefined;
  // Shares are shares of this config's limits: a process under an older one must not go on here either.
  const mine = BigInt(number);
  when.push(counter?.['cv'] === undefined ? absent('cv') : atMost('cv', before.version));
  when.push(counter?.['cn'] === undefined ? absent('cn') : atMost('cn', mine));
  const set: Change[] = [put('cv', after.version), put('v', ITEM_VERSION)];
  if (amount(counter, 'cn') < mine) set.push(put('cn', mine));
  return { key: counterKey(scope, pool), when, set };
}

/** Whether a pool's share in this window falls, or its equal share does because the limit is lower now. */
function losesNow(pool: number, before: ScopePolicy, { budget, window, shares }: Target): boolean {
  const basis = before.basis[budget.id];
  // A budget that was never split is new, or all of it was pool 0's: who does not know that may not go on anywhere.
  if (basis === undefined) return pool < before.everPools;
  const limit = BigInt(basis);
  const share = sharesOf(limit, before, budget.id, window)[pool] ?? 0n;
  return limit > budget.limit || (shares[pool] ?? 0n) < share;
}

/** Whether a pool's equal share, the one of windows to come, falls. */
function losesLater(pool: number, before: ScopePolicy, after: ScopePolicy): boolean {
  if (pool >= before.pools) return false;
  return after.pools > before.pools || pool >= after.pools;
}

function pinned(budget: Budget, window: string, share: bigint, counter: Item | undefined): Condition[] {
  const { id: name } = budget;
  // Where more is used than the new share, because the limit was lowered below it, no more may be used meanwhile.
  const most = (attr: string) => {
    const used = amount(counter, attr);
    return atMost(attr, used > share ? used : share);
  };
  if (budget.window.window === 'total') return [counter?.['tu'] === undefined ? absent('tu') : most('tu')];
  const attr = `${name}.id`;
  const id = text(counter, attr);
  if (id === undefined) return [absent(attr)];
  return id === window ? [equals(attr, id), most(`${name}.used`)] : [equals(attr, id)];
}

/** The newest window that any pool is in, or that was split; none before it is split any more. */
export function newestWindow(
  budget: Budget,
  policy: ScopePolicy,
  counters: readonly (Item | undefined)[],
  clockId: string,
): string {
  if (budget.window.window === 'total') return 'total';
  const ids = counters.flatMap((counter) => text(counter, `${budget.id}.id`) ?? []);
  const shifted = policy.shifts[budget.id]?.window;
  const known = shifted === undefined ? ids : [...ids, shifted];
  return known.length === 0 ? clockId : known.reduce((a, b) => (a > b ? a : b));
}

/** What each pool has used of a window. */
export function usedByPool(
  budget: Budget,
  window: string,
  counters: readonly (Item | undefined)[],
): bigint[] {
  return counters.map((counter) => usedIn(budget, window, counter)?.used ?? 0n);
}

/**
 * Each pool keeps what it has used, and what is left is spread over those that are in use. Where more is used than the
 * limit allows nobody gets anything, until enough was given back.
 */
export function spread(limit: bigint, used: readonly bigint[], pools: number): bigint[] {
  const total = used.reduce((sum, each) => sum + each, 0n);
  const size = Math.max(used.length, pools);
  const whole = usable(limit, pools);
  if (total > whole) return Array.from({ length: size }, () => 0n);
  const each = (whole - total) / BigInt(pools);
  return Array.from({ length: size }, (_, pool) => (used[pool] ?? 0n) + (pool < pools ? each : 0n));
}

/** The limit without the remainder of equal shares, so that a shift takes as much as it gives whatever the limit will be. */
export function usable(limit: bigint, pools: number): bigint {
  return limit - (limit % BigInt(pools));
}
