import type { Rate } from '../core/scope-limits.ts';
import type { Item } from '../ports/ledger-store.ts';
import type { Behind } from './append.ts';
import type { Account, Take } from './charge.ts';
import type { Claim } from './claim.ts';
import type { Context } from './context.ts';
import { neverFits } from './gcra.ts';
import { amount, counterKeys } from './items.ts';
import { COLD, type ScopePolicy } from './policy.ts';
import { newestWindow, rearrange, spread, type Target, usedByPool } from './rearrange.ts';
import { rateShare } from './shares.ts';

/** Reads the counters of all pools that a scope ever had. Rejects while the store is away. */
export async function readPools(
  ctx: Context,
  { scope, account }: Claim,
): Promise<readonly (Item | undefined)[]> {
  return await Promise.all(
    counterKeys(scope, account.policy.everPools).map(async (key) => {
      const item = await ctx.store.get(key);
      ctx.counters.saw(key, item);
      return item;
    }),
  );
}

/**
 * Whether the limits of a split scope are not those that are split: its pools may not be charged before they are. Also
 * where they are higher: shares of them would be in use that nobody knows of when they are lowered again.
 */
export function isOverdrawn({ limits, policy }: Account): boolean {
  if (policy.everPools === 1) return false;
  // A budget that is split and not in force is as wrong: without its conditions pools go over their shares of it.
  if (Object.keys(policy.basis).length !== limits.budgets.length) return true;
  return limits.budgets.some(({ id, limit }) => policy.basis[id] !== String(limit));
}

/** What a scope that may have one counter only is changed to. */
export const MERGED = { pools: 1, heat: COLD } as const;

/** Whether limits do not allow what a scope was split for: parallel requests are counted in one place, and a rate has parts. */
export function needsOne({ limits, policy, pool }: Account, take: Take): boolean {
  if (policy.pools === 1) return false;
  const { requests, tokens, parallel } = limits;
  const isTooSmall = (rate: Rate | undefined, units: number) => {
    if (rate === undefined || units === 0 || neverFits(rate, units)) return false;
    const share = rateShare(rate, { policy, pool });
    return neverFits(share, units);
  };
  return parallel !== undefined || isTooSmall(requests, take.requests) || isTooSmall(tokens, take.tokens);
}

/** What became of a new arrangement: `again` if somebody was in the way, and then the policy was read again. */
export type Arranged = 'done' | 'again' | Behind;

/** Splits all limits of a scope anew over `pools` counters. */
export async function resplit(
  ctx: Context,
  claim: Claim,
  change: Partial<Pick<ScopePolicy, 'pools' | 'heat'>> = {},
): Promise<Arranged> {
  const counters = await readPools(ctx, claim);
  const old = await outdated(ctx, claim, counters);
  if (old !== undefined) return old;
  const { account } = claim;
  const pools = change.pools ?? account.policy.pools;
  const targets: Target[] = account.limits.budgets.map((budget) => {
    const window = newestWindow(budget, account.policy, counters, ctx.calendar.id(budget.window));
    const used = usedByPool(budget, window, counters);
    return { budget, window, shares: spread(budget.limit, used, pools) };
  });
  const whole = { ...change, pools };
  return await write(ctx, claim, rearrange(account, targets, counters, whole, byOf(ctx, claim)));
}

/** Writes a new arrangement. Whatever the answer was, the policy known afterwards is one that was really written. */
export async function write(
  ctx: Context,
  { scope }: Claim,
  { policy, ops }: ReturnType<typeof rearrange>,
): Promise<'done' | 'again'> {
  const result = await ctx.store.transact(ops);
  if (result.type === 'done') {
    ctx.policies.saw(scope, policy);
    return 'done';
  }
  await ctx.policies.load(scope);
  return 'again';
}

/** Whether any pool knows of a newer policy, which is read then, or of a newer config. */
export async function outdated(
  ctx: Context,
  { scope, take }: Claim,
  counters: readonly (Item | undefined)[],
): Promise<'again' | Behind | undefined> {
  const newest = counters.reduce((most, counter) => Math.max(most, Number(amount(counter, 'cn'))), 0);
  if (newest > take.number) return { type: 'behind', number: newest };
  if (!counters.some((counter) => ctx.policies.isBehindCounter(scope, counter))) return undefined;
  await ctx.policies.load(scope);
  return 'again';
}

export function byOf(ctx: Context, { take }: Claim): { readonly number: number; readonly nowMs: number } {
  return { number: take.number, nowMs: ctx.clock.now() };
}
