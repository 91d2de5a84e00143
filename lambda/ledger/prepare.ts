import type { Item } from '../ports/ledger-store.ts';
import type { Behind, Place, Stop } from './append.ts';
import { unavailable } from './append.ts';
import type { Claim } from './claim.ts';
import type { Context } from './context.ts';
import { gather } from './gather.ts';
import { counterKey } from './items.ts';
import { isOverdrawn, MERGED, needsOne, resplit } from './pools.ts';
import type { Retry } from './retry.ts';
import { enforcedOf, type Lack, lacks, misfits } from './room.ts';
import { temper } from './temper.ts';

/**
 * Brings what a request knows of its scopes up to date before it is written: which limits are in force, which counter
 * to charge, and whether there can be room at all. Reads only where there is a reason to: something was never seen, a
 * newer policy was heard of, or the answer would be a refusal. Undefined: go on and write.
 */
export async function prepare(
  ctx: Context,
  claims: readonly Claim[],
  { retry, inDoubt }: Place,
): Promise<Stop | undefined> {
  try {
    await readUnseen(ctx, claims);
    for (const claim of claims) {
      const stop = await prepareOne(ctx, claim, retry, inDoubt);
      if (stop !== undefined) return stop;
    }
    return undefined;
  } catch (error) {
    return unavailable(error instanceof Error ? error.message : String(error));
  }
}

/** A first write on a counter that was never seen would be a guess that fails; a read is cheaper, and all are read at once. */
export async function readUnseen(ctx: Context, claims: readonly Claim[]): Promise<void> {
  const unseen = claims.filter((claim) => {
    claim.refresh(ctx);
    return ctx.counters.seen(keyOf(claim)) === undefined;
  });
  if (unseen.length > 0) await Promise.all(unseen.map((claim) => read(ctx, claim)));
}

async function prepareOne(
  ctx: Context,
  claim: Claim,
  retry: Retry,
  inDoubt: boolean,
): Promise<Stop | undefined> {
  await catchUp(ctx, claim);
  const old = behind(ctx, claim);
  if (old !== undefined) return old;
  for (;;) {
    const change = needsOne(claim.account, claim.take) ? MERGED : isOverdrawn(claim.account) ? {} : undefined;
    if (change === undefined) break;
    const arranged = await resplit(ctx, claim, change);
    if (typeof arranged === 'object') return arranged;
    claim.refresh(ctx);
    if (arranged === 'again' && !(await retry.later()))
      return unavailable('the limits of a busy scope are being lowered');
  }
  if (!inDoubt) await temper(ctx, claim);
  const misfit = await confirmedMisfit(ctx, claim);
  if (misfit !== undefined) return misfit;
  const refusal = await remembered(ctx, claim);
  if (refusal !== undefined) return refusal;
  return claim.account.policy.everPools === 1 ? undefined : inPools(ctx, claim, retry);
}

/** Whether the counter knows of a newer config than the request has its limits from: it is not for those to refuse. */
function behind(ctx: Context, claim: Claim): Behind | undefined {
  const number = Number(ctx.counters.seen(keyOf(claim))?.['cn'] ?? 0n);
  return number > claim.take.number ? { type: 'behind', number } : undefined;
}

/** Reads the policy where an operator or the counter knows of a newer one. */
async function catchUp(ctx: Context, claim: Claim): Promise<void> {
  const { scope } = claim;
  const told = ctx.policyVersion?.(scope) ?? 0n;
  if (ctx.policies.isBehind(scope, told)) await ctx.policies.load(scope);
  claim.refresh(ctx);
  if (ctx.counters.seen(keyOf(claim)) === undefined) await read(ctx, claim);
  if (!ctx.policies.isBehindCounter(scope, ctx.counters.seen(keyOf(claim)))) return;
  await ctx.policies.load(scope);
  claim.refresh(ctx);
  if (ctx.counters.seen(keyOf(claim)) === undefined) await read(ctx, claim);
}

/** What can never fit. It is refused only on a fresh copy, because a limit may just have been raised. */
async function confirmedMisfit(ctx: Context, claim: Claim): Promise<Stop | undefined> {
  const find = () => enforcedOf(misfits(claim.account, claim.take, ctx.calendar), claim.relaxed);
  if (find() === undefined) return undefined;
  if (!claim.isFresh) {
    await read(ctx, claim);
    await catchUp(ctx, claim);
    const old = behind(ctx, claim);
    if (old !== undefined) return old;
  }
  const refusal = find()?.refusal;
  return refusal === undefined ? undefined : { type: 'refused', refusal };
}

/** A scope that was just found full is read before it is written to, which costs a hundredth. */
async function remembered(ctx: Context, claim: Claim): Promise<Stop | undefined> {
  if (ctx.refusals.recent(claim.scope) === undefined) return undefined;
  if (lackBy(ctx, claim, ctx.counters.seen(keyOf(claim))) === undefined) return undefined;
  // Only a copy that was really read may refuse: the remembered one is pieced together from what this process wrote.
  const item = await read(ctx, claim);
  await catchUp(ctx, claim);
  const old = behind(ctx, claim);
  if (old !== undefined) return old;
  const refusal = lackBy(ctx, claim, item)?.refusal;
  return refusal === undefined ? undefined : { type: 'refused', refusal };
}

/** An enforced limit without room; of a split scope no single counter can say so. */
function lackBy(ctx: Context, { account, take }: Claim, counter: Item | undefined): Lack | undefined {
  if (account.policy.everPools > 1) return undefined;
  return lacks(account, take, counter, ctx.calendar).find(({ mode }) => mode === 'enforce');
}

/** In a split scope the own pool may be empty while others are not. */
async function inPools(ctx: Context, claim: Claim, retry: Retry): Promise<Stop | undefined> {
  if (!claim.isStuck && isFull(ctx, claim)) {
    const refused = await probe(ctx, claim);
    if (refused !== undefined) return refused;
  }
  for (;;) {
    if (!claim.isStuck && isFull(ctx, claim)) claim.isStuck = !claim.tryAnotherPool(ctx);
    if (!claim.isStuck) {
      if (ctx.counters.seen(keyOf(claim)) === undefined) await read(ctx, claim);
      if (!isFull(ctx, claim)) return undefined;
      continue;
    }
    const refused = await gather(ctx, claim);
    if (refused !== undefined) return refused;
    claim.refresh(ctx);
    if (claim.isStuck && !(await retry.later()))
      return unavailable('what is left of a busy scope is scattered');
  }
}

/**
 * All pools had no room a moment ago. To read all of them for each request that comes meanwhile would be a flood; one
 * of them at random tells soon enough when something has come back.
 */
async function probe(ctx: Context, claim: Claim): Promise<Stop | undefined> {
  const refusal = ctx.refusals.recent(claim.scope);
  if (refusal?.type !== 'budget' || refusal.kind === 'never_fits') return undefined;
  if (claim.money < refusal.estimate) return undefined;
  const { pools } = claim.account.policy;
  claim.moveTo(ctx, Math.floor(ctx.random.next() * pools));
  await read(ctx, claim);
  await catchUp(ctx, claim);
  const old = behind(ctx, claim);
  if (old !== undefined) return old;
  if (!isFull(ctx, claim)) return undefined;
  const kind = refusal.spent + claim.money <= refusal.limit ? 'held' : 'exceeded';
  return { type: 'refused', refusal: { ...refusal, kind, estimate: claim.money } };
}

function isFull(ctx: Context, claim: Claim): boolean {
  const all = lacks(claim.account, claim.take, ctx.counters.seen(keyOf(claim)), ctx.calendar);
  return enforcedOf(all, claim.relaxed) !== undefined;
}

async function read(ctx: Context, claim: Claim): Promise<Item | undefined> {
  const item = await ctx.store.get(keyOf(claim));
  ctx.counters.saw(keyOf(claim), item);
  claim.isFresh = true;
  return item;
}

function keyOf({ scope, account }: Claim) {
  return counterKey(scope, account.pool);
}
