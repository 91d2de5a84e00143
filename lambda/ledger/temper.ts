import type { Rate } from '../core/scope-limits.ts';
import type { Claim } from './claim.ts';
import type { Context } from './context.ts';
import { amount, counterKeys } from './items.ts';
import type { Heat } from './policy.ts';
import { byOf, resplit, write } from './pools.ts';
import { rearrange } from './rearrange.ts';

/**
 * Finds out how hot a scope is and writes it into its policy for all: up when this process met others again and again,
 * down only by a measured rate. "No conflicts" says nothing: leases are what makes them go away.
 */
export async function temper(ctx: Context, claim: Claim): Promise<void> {
  const { heat } = claim.account.policy;
  const now = ctx.clock.now();
  const met = ctx.heat.takeHot(claim.scope);
  if (met !== undefined) {
    const isSettled = heat.level === 0 || met === 'stampede' || now - heat.at >= ctx.rules.settleMs;
    if (isSettled && mayRise(ctx, claim)) await change(ctx, claim, heat.level + 1, await countOf(ctx, claim));
    return;
  }
  if (heat.level === 0) return;
  // Not all at once: one look is enough for all, and the others find that it is done.
  if (now >= heat.until + ctx.random.next() * ctx.rules.lookWithinMs) await look(ctx, claim);
  else if (ctx.heat.takeReread(claim.scope)) {
    await ctx.policies.load(claim.scope, 'stale');
    claim.refresh(ctx);
  }
}

/** A look at the rate since the last one; whoever comes first writes what follows from it. */
async function look(ctx: Context, claim: Claim): Promise<void> {
  const { scope } = claim;
  // The newest copy: others may have looked already.
  await ctx.policies.load(scope);
  claim.refresh(ctx);
  const { heat } = claim.account.policy;
  const now = ctx.clock.now();
  if (heat.level === 0 || now < heat.until) return;
  const count = await countOf(ctx, claim);
  const seconds = Math.max(1, now - heat.at) / 1000;
  const rate = Number(count - BigInt(heat.count)) / seconds;
  const isCold = rate < (ctx.rules.leave[heat.level] ?? 0);
  await change(ctx, claim, isCold ? heat.level - 1 : heat.level, count);
}

/** Requests that all pools have counted so far. One of them alone says little: it may be nobody's that is busy. */
async function countOf(ctx: Context, { scope, account }: Claim): Promise<bigint> {
  const keys = counterKeys(scope, account.policy.everPools);
  const counters = await Promise.all(keys.map((key) => ctx.store.get(key, 'stale')));
  return counters.reduce((sum, counter) => sum + amount(counter, 'q'), 0n);
}

/** Each level needs limits that are worth splitting: a small budget is better served one by one. */
function mayRise(ctx: Context, { account, take }: Claim): boolean {
  const { limits, policy } = account;
  const pools = ctx.rules.pools[policy.heat.level + 1];
  if (pools === undefined || limits.parallel !== undefined) return false;
  const { requests, tokens } = limits;
  const isWide = (limit: bigint, each: bigint) => limit / BigInt(pools) >= each * BigInt(ctx.rules.poolRoom);
  // What parts of a rate are rounded down by is lost, so they must be far above 1 a minute too.
  const isWideRate = (rate: Rate | undefined, units: number) =>
    rate === undefined ||
    (Math.floor(rate.burst / pools) >= units * ctx.rules.poolRoom &&
      Math.floor(rate.perMinute / pools) >= ctx.rules.poolRoom);
  return (
    limits.budgets.every(({ limit, mode }) => mode === 'observe' || isWide(limit, take.money)) &&
    isWideRate(requests, take.requests) &&
    isWideRate(tokens, take.tokens)
  );
}

async function change(ctx: Context, claim: Claim, level: number, count: bigint): Promise<void> {
  const { policy } = claim.account;
  const now = ctx.clock.now();
  const heat: Heat = {
    level,
    at: now,
    until: now + ctx.rules.lookMs * (1 + ctx.rules.jitter * ctx.random.next()),
    count: String(count),
  };
  const pools = ctx.rules.pools[level] ?? policy.pools;
  // Without another number of pools nobody's share changes, so nothing but the policy has to be written.
  if (pools === policy.pools)
    await write(ctx, claim, rearrange(claim.account, [], [], { heat }, byOf(ctx, claim)));
  else await resplit(ctx, claim, { pools, heat });
  claim.refresh(ctx);
}
