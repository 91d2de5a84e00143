import type { Rate } from '../core/scope-limits.ts';
import type { ScopePolicy } from './policy.ts';

/** One counter of a scope, with what its policy says of it. */
export interface Pool {
  readonly policy: ScopePolicy;
  readonly pool: number;
}

/**
 * What each pool may use of a limit in one window. Their sum is never above the limit, so whoever keeps to a share keeps
 * to the limit. Shares are equal, except in the window that the policy's shift is of; in windows before that one nobody
 * has a share any more, because how they were split is forgotten.
 */
export function sharesOf(
  limit: bigint,
  policy: ScopePolicy,
  budgetId: string,
  window: string,
): readonly bigint[] {
  const { pools, everPools } = policy;
  const shift = policy.shifts[budgetId];
  const equal = limit / BigInt(pools);
  return Array.from({ length: everPools }, (_, pool) => {
    const share = pool < pools ? equal : 0n;
    if (shift === undefined || window > shift.window) return share;
    return window === shift.window ? share + BigInt(shift.by[pool] ?? 0) : 0n;
  });
}

/** What one pool may use of a limit in one window. */
export function shareOf(limit: bigint, { policy, pool }: Pool, budgetId: string, window: string): bigint {
  if (policy.everPools === 1) return limit;
  return sharesOf(limit, policy, budgetId, window)[pool] ?? 0n;
}

/** The shift that gives each pool a share: how far each is from an equal one. */
export function shiftTo(shares: readonly bigint[], limit: bigint, pools: number, window: string) {
  const equal = limit / BigInt(pools);
  return { window, by: shares.map((share, pool) => String(share - (pool < pools ? equal : 0n))) };
}

/** What one pool may use of a rate. */
export function rateShare(rate: Rate, { policy, pool }: Pool): Rate {
  const { pools } = policy;
  if (pools === 1 && pool === 0) return rate;
  if (pool >= pools) return { ...rate, perMinute: 0, burst: 0 };
  return { ...rate, perMinute: Math.floor(rate.perMinute / pools), burst: Math.floor(rate.burst / pools) };
}
