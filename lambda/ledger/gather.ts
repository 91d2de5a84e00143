import { type Nano, ZERO } from '../core/money.ts';
import type { Budget } from '../core/scope-limits.ts';
import type { Item } from '../ports/ledger-store.ts';
import type { Behind, Refused } from './append.ts';
import type { Account } from './charge.ts';
import type { Claim } from './claim.ts';
import type { Context } from './context.ts';
import type { BudgetRefusal, RateRefusal } from './ledger.ts';
import { byOf, outdated, readPools, write } from './pools.ts';
import { newestWindow, rearrange, type Target, usable, usedByPool } from './rearrange.ts';
import { full, type Lack, lacks } from './room.ts';
import { sharesOf } from './shares.ts';
import { type Used, usedInAll } from './used.ts';

/** Pools that give to another one at a time: each is one more counter that somebody may be writing. */
const DONORS = 8;

/** Times that one request looks at all pools: each is a read of every one of them. */
const LOOKS = 2;

/**
 * Looks at all pools of a scope whose own pool has no room: goes to one that has, or moves what is left elsewhere to
 * where the request is. A refusal says that the scope as a whole has no room, or so little that it lies scattered while
 * others are at it too: then running calls and leases hold nearly everything, and it is better to come back than to join
 * the fight for the rest. Undefined: plan again.
 */
export async function gather(ctx: Context, claim: Claim): Promise<Refused | Behind | undefined> {
  const counters = await readPools(ctx, claim);
  const { take } = claim;
  const old = await outdated(ctx, claim, counters);
  if (old !== undefined) return old === 'again' ? undefined : old;
  const { account } = claim;
  const missing = counters.slice(0, account.policy.pools).map((counter, pool) => {
    const all = lacks({ ...account, pool }, take, counter, ctx.calendar);
    return all.filter(({ mode }) => mode === 'enforce');
  });
  // At random, because all who look now find the same ones.
  const free = missing.flatMap((all, pool) => (all.length === 0 ? [pool] : []));
  const one = oneOf(ctx, free);
  if (one !== undefined) {
    claim.moveTo(ctx, one);
    claim.isStuck = false;
    return undefined;
  }
  const refusal = emptyRate(missing) ?? emptyBudget(ctx, account, take.money, counters);
  if (refusal !== undefined) return refusal;
  claim.looks += 1;
  // Money can be moved, room in a rate cannot: it has to go where the rates have room.
  const paced = missing.flatMap((all, pool) => (longestWait(all) === undefined ? [pool] : []));
  const to = paced.includes(account.pool) ? undefined : oneOf(ctx, paced);
  if (to !== undefined) claim.moveTo(ctx, to);
  const targets = moves(ctx, claim.account, take.money, counters);
  const scattered = fullest(ctx, account, take.money, counters);
  if (targets.length === 0) return scattered;
  const arrangement = rearrange(account, targets, counters, {}, byOf(ctx, claim));
  if ((await write(ctx, claim, arrangement)) === 'done') claim.isStuck = false;
  else if (claim.looks >= LOOKS) return scattered;
  return undefined;
}

/** Where every pool has some rate without room: the shortest wait until one has room in all of its rates. */
function emptyRate(missing: readonly (readonly Lack[])[]): Refused | undefined {
  let shortest: RateRefusal | undefined;
  for (const all of missing) {
    const wait = longestWait(all);
    if (wait === undefined) return undefined;
    if (shortest === undefined || wait.waitMs < shortest.waitMs) shortest = wait;
  }
  return shortest === undefined ? undefined : { type: 'refused', refusal: shortest };
}

function longestWait(all: readonly Lack[]): RateRefusal | undefined {
  const waits = all.flatMap(({ refusal }) => (refusal.type === 'rate' ? [refusal] : []));
  return waits.reduce<RateRefusal | undefined>(
    (a, b) => (a === undefined || b.waitMs > a.waitMs ? b : a),
    undefined,
  );
}

/** A budget that the scope as a whole has no room for, told by the figures of all its pools. */
function emptyBudget(
  ctx: Context,
  account: Account,
  money: Nano,
  counters: readonly (Item | undefined)[],
): Refused | undefined {
  for (const budget of enforced(account)) {
    const figures = summed(ctx, account, budget, counters);
    if (figures.used + money <= budget.limit) continue;
    return { type: 'refused', refusal: full(account, budget, ctx.calendar, figures, ZERO, money) };
  }
  return undefined;
}

/** The budget with the least left, as one that has room only when running calls settle. */
function fullest(
  ctx: Context,
  account: Account,
  money: Nano,
  counters: readonly (Item | undefined)[],
): Refused | undefined {
  let least: { readonly left: bigint; readonly refusal: BudgetRefusal } | undefined;
  for (const budget of enforced(account)) {
    const figures = summed(ctx, account, budget, counters);
    const left = budget.limit - figures.used;
    if (least !== undefined && left >= least.left) continue;
    least = { left, refusal: { ...full(account, budget, ctx.calendar, figures, ZERO, money), kind: 'held' } };
  }
  return least === undefined ? undefined : { type: 'refused', refusal: least.refusal };
}

/** What all pools together say of a budget's newest window. */
function summed(
  ctx: Context,
  account: Account,
  budget: Budget,
  counters: readonly (Item | undefined)[],
): Used {
  const window = newestWindow(budget, account.policy, counters, ctx.calendar.id(budget.window));
  return usedInAll(budget, window, counters);
}

/** New shares of each budget for which this pool has no room: others give half of what they have left, or all. */
function moves(
  ctx: Context,
  account: Account,
  money: Nano,
  counters: readonly (Item | undefined)[],
): readonly Target[] {
  const { policy, pool } = account;
  const targets: Target[] = [];
  for (const budget of enforced(account)) {
    const window = newestWindow(budget, policy, counters, ctx.calendar.id(budget.window));
    const used = usedByPool(budget, window, counters);
    const shares = [...sharesOf(budget.limit, policy, budget.id, window)];
    const usedHere = used[pool] ?? 0n;
    const own = shares[pool] ?? 0n;
    if (own - usedHere >= money) continue;
    // What no pool may use, nor has used, belongs to nobody: remainders of equal parts, and what was given back of a
    // window that was overdrawn when it was split. Without it the last calls that fit would find no place.
    const taken = shares.reduce((sum, share, each) => sum + larger(share, used[each] ?? 0n), 0n);
    const spare = usable(budget.limit, policy.pools) - taken;
    if (spare > 0n) shares[pool] = larger(own, usedHere) + spare;
    const room = shares.map((share, each) => share - (used[each] ?? 0n));
    const donors = room
      .map((left, each) => ({ left, pool: each }))
      .filter((donor) => donor.pool !== pool && donor.left > 0n)
      .sort((a, b) => (a.left < b.left ? 1 : a.left > b.left ? -1 : 0));
    let given = room[pool] ?? 0n;
    for (const [index, donor] of donors.entries()) {
      if (given >= money && index >= DONORS) break;
      const half = donor.left / 2n;
      const gift = given + half >= money && half > 0n ? half : donor.left;
      shares[donor.pool] = (shares[donor.pool] ?? 0n) - gift;
      shares[pool] = (shares[pool] ?? 0n) + gift;
      given += gift;
    }
    if (given < money) return [];
    targets.push({ budget, window, shares });
  }
  return targets;
}

function enforced({ limits }: Account): readonly Budget[] {
  return limits.budgets.filter(({ mode }) => mode === 'enforce');
}

function oneOf(ctx: Context, pools: readonly number[]): number | undefined {
  return pools[Math.floor(ctx.random.next() * pools.length)];
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
