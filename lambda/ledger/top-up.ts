import { type Nano, toNano, ZERO } from '../core/money.ts';
import type { FailedOp, Item, Op } from '../ports/ledger-store.ts';
import { type Refused, type Unavailable, unavailable } from './append.ts';
import type { Account } from './charge.ts';
import type { Context } from './context.ts';
import { hasNewerLimits } from './fence.ts';
import type { Hold, Holding } from './hold.ts';
import { amount, counterKey, entryKey, equals, put, text } from './items.ts';
import type { OwnAmounts, TopUp } from './ledger.ts';
import { chargePinned } from './move.ts';
import { heldBy, type Pin, readPins, writePins } from './pins.ts';
import { inForce } from './policy.ts';
import { isOverdrawn } from './pools.ts';
import { beforeCall, Retry, reasonOf } from './retry.ts';
import { enforcedOf, lacksForMore, misfits, wouldRefuseOf } from './room.ts';
import { viewOf } from './view.ts';

/**
 * Brings the hold to `extra` above what it is known to be, taken from the windows that the request was charged in.
 * Whatever the answer, the hold can still be settled: settle reads the entry anew where a top-up in doubt has changed it.
 */
export async function topUp(ctx: Context, hold: Hold, extra: Nano, own: OwnAmounts): Promise<TopUp> {
  if (extra < 0n) throw new RangeError('Bug! A negative top-up');
  const wanted = toNano(hold.held + extra);
  const shares = hold.pins.map((pin) =>
    pin.own === undefined ? undefined : toNano(pin.own + (own.get(pin.scope) ?? ZERO)),
  );
  const retry = new Retry(ctx, beforeCall(ctx.admitMs));
  let reason = 'the ledger is too busy';
  let inDoubt = false;
  for (;;) {
    const pins = hold.pins.map((pin, index) => grownPin(pin, shares[index]));
    const more = hold.pins.map((pin, index) => moreOf(pin, pins[index] ?? pin, hold.held, wanted));
    if (wanted <= hold.held && more.every((each) => each === 0n)) {
      return { type: 'admitted', reservation: hold };
    }
    const stop = await stopOf(ctx, hold, { wanted, pins, more });
    if (stop !== undefined) return stop;
    if (!pay(hold, pins, wanted)) return unavailable('the lease that pays for the request has no room');
    const charges = chargesOf(ctx, hold, more);
    const next = { held: wanted > hold.held ? wanted : hold.held, pins };
    const result = await ctx.store.transact([...charges.ops, entryOp(hold, next)]);
    if (result.type === 'done') {
      for (const op of charges.ops) ctx.counters.wrote(op, false);
      return grown(ctx, hold, next);
    }
    if (result.type !== 'refused') {
      inDoubt ||= result.type === 'unknown';
      reason = reasonOf(result);
      if (await retry.later()) continue;
      return unavailable(reason);
    }
    const entry = result.failed.find((op) => op.index === charges.ops.length);
    if (entry === undefined) {
      const refusal = learn(ctx, hold, charges.of, more, result.failed);
      // In doubt an earlier try may itself have taken the room that is missing now, so this is no honest refusal.
      if (refusal !== undefined) return inDoubt ? unavailable(reason) : refusal;
    } else if (text(entry.item, 'st') !== 'HELD') {
      return unavailable('the request was settled by the reaper');
    } else {
      // An earlier try has arrived after all, this one's or that of a top-up given up in doubt; it may be enough already.
      hold.held = amount(entry.item, 'e');
      hold.topUps = amount(entry.item, 'n');
      hold.pins = readPins(text(entry.item, 'sc') ?? '{}');
    }
    if (!retry.now()) return unavailable(reason);
  }
}

function grownPin(pin: Pin, share: Nano | undefined): Pin {
  return share === undefined || pin.own === undefined || share <= pin.own ? pin : { ...pin, own: share };
}

function moreOf(before: Pin, after: Pin, held: Nano, wanted: Nano): Nano {
  const more = heldBy(after, wanted) - heldBy(before, held);
  return toNano(more > 0n ? more : 0n);
}

/** Why no try is worth it: the limits are newer than the request, or it can never fit under those in force. */
async function stopOf(
  ctx: Context,
  hold: Hold,
  {
    wanted,
    pins,
    more,
  }: { readonly wanted: Nano; readonly pins: readonly Pin[]; readonly more: readonly Nano[] },
): Promise<Refused | Unavailable | undefined> {
  for (let isFresh = false; ; isFresh = true) {
    if (!(await catchUp(ctx, hold, isFresh)))
      return unavailable('the limits have changed since the request was admitted');
    // For an admission to mend: until then nobody knows what a pool's share is.
    const isBetweenSplits = hold.holdings.some(
      (holding, index) =>
        holding.lease === undefined && more[index] !== 0n && isOverdrawn(current(ctx, holding)),
    );
    if (isBetweenSplits) return unavailable('the limits of a busy scope are being lowered');
    const misfit = misfitOf(ctx, hold, wanted, pins);
    // It is refused only on a fresh copy, because a limit may just have been raised.
    if (misfit === undefined || isFresh) return misfit;
  }
}

/** What can never fit under the limits in force now. */
function misfitOf(ctx: Context, hold: Hold, wanted: Nano, pins: readonly Pin[]): Refused | undefined {
  for (const [index, holding] of hold.holdings.entries()) {
    const pin = pins[index];
    const money = pin === undefined ? wanted : heldBy(pin, wanted);
    const take = {
      money,
      requests: 0,
      tokens: 0,
      running: false,
      as: 'request',
      number: hold.configNumber,
    } as const;
    const misfit = misfits(current(ctx, holding), take, ctx.calendar).find(({ mode }) => mode === 'enforce');
    if (misfit !== undefined) return { type: 'refused', refusal: misfit.refusal };
  }
  return undefined;
}

/** The limits in force now; those of an operator may have changed since the request was admitted. */
function current(ctx: Context, { config, account }: Holding): Account {
  const policy = ctx.policies.of(config.scope);
  return { policy, limits: inForce(config, policy, ctx.clock.now()), pool: account.pool };
}

/**
 * Reads policies that are known to be old; the counters that know it are read first if `isAnew`. False if a newer config
 * is in force, whose limits only a new request knows.
 */
async function catchUp(ctx: Context, hold: Hold, isAnew: boolean): Promise<boolean> {
  try {
    for (const { account, lease } of hold.holdings) {
      const { scope } = account.limits;
      const key = counterKey(scope, account.pool);
      if (isAnew) ctx.counters.saw(key, await ctx.store.get(key));
      const seen = lease === undefined || isAnew ? ctx.counters.seen(key) : undefined;
      if (amount(seen, 'cn') > BigInt(hold.configNumber)) return false;
      const told = ctx.policyVersion?.(scope) ?? 0n;
      const isBehind = ctx.policies.isBehindCounter(scope, seen) || ctx.policies.isBehind(scope, told);
      if (isBehind) await ctx.policies.load(scope);
    }
    return true;
  } catch {
    return false;
  }
}

/** Sees to it that leases have paid what is wanted. What was paid and is not needed comes back when the request settles. */
function pay(hold: Hold, pins: readonly Pin[], wanted: Nano): boolean {
  return hold.holdings.every((holding, index) => {
    const pin = pins[index];
    if (holding.lease === undefined || pin === undefined) return true;
    const missing = heldBy(pin, wanted) - holding.paid;
    if (missing <= 0n) return true;
    if (!holding.lease.payMore(toNano(missing))) return false;
    holding.paid = toNano(holding.paid + missing);
    return true;
  });
}

function chargesOf(
  ctx: Context,
  hold: Hold,
  more: readonly Nano[],
): { ops: readonly Op[]; of: readonly number[] } {
  const ops: Op[] = [];
  const of: number[] = [];
  hold.holdings.forEach((holding, index) => {
    const pin = hold.pins[index];
    const x = more[index];
    if (pin === undefined || x === undefined || x === 0n || holding.lease !== undefined) return;
    const seen = ctx.counters.seen(counterKey(pin.scope, pin.pool));
    ops.push(chargePinned(current(ctx, holding), pin, x, hold.configNumber, seen, holding.relaxed));
    of.push(index);
  });
  return { ops, of };
}

interface Grown {
  readonly held: Nano;
  readonly pins: readonly Pin[];
}

function entryOp(hold: Hold, next: Grown): Op {
  const names = wouldRefuse(hold);
  return {
    key: entryKey(hold.journal.pk, hold.number),
    // The number of top-ups makes a repeated packet fail: a hold alone may be the same twice.
    when: [equals('st', 'HELD'), equals('n', hold.topUps), equals('e', hold.held)],
    set: [
      put('e', next.held),
      put('n', hold.topUps + 1n),
      put('sc', writePins(next.pins)),
      ...(names.length === 0 ? [] : [put('wr', JSON.stringify(names))]),
    ],
  };
}

function grown(ctx: Context, hold: Hold, next: Grown): TopUp {
  hold.held = next.held;
  hold.pins = next.pins;
  hold.topUps += 1n;
  hold.wouldRefuse = wouldRefuse(hold);
  hold.view = viewOf(
    hold.holdings.map((holding) => current(ctx, holding)),
    (key) => ctx.counters.seen(key),
    ctx.calendar,
  );
  return { type: 'admitted', reservation: hold };
}

function learn(
  ctx: Context,
  hold: Hold,
  of: readonly number[],
  more: readonly Nano[],
  failed: readonly FailedOp[],
): Refused | Unavailable | undefined {
  let refused: Refused | Unavailable | undefined;
  for (const { index, item } of failed) {
    const at = of[index] ?? -1;
    const holding = hold.holdings[at];
    const pin = hold.pins[at];
    const extra = more[at];
    if (holding === undefined || pin === undefined || extra === undefined) continue;
    ctx.counters.saw(counterKey(pin.scope, pin.pool), item);
    // Under newer limits it is for the next try to say what has room.
    if (hasNewerLimits(ctx, pin.scope, item, hold.configNumber)) continue;
    refused ??= lackFor(ctx, holding, pin, { held: heldBy(pin, hold.held), extra }, item);
  }
  return refused;
}

function lackFor(
  ctx: Context,
  holding: Holding,
  pin: Pin,
  more: { readonly held: Nano; readonly extra: Nano },
  counter: Item | undefined,
): Refused | Unavailable | undefined {
  const account = current(ctx, holding);
  const all = lacksForMore(account, pin, more, counter, ctx.calendar);
  const refusal = enforcedOf(all, holding.relaxed)?.refusal;
  if (refusal === undefined) return undefined;
  // Other pools may have room, but the request was charged in this one.
  if (account.policy.everPools > 1) return unavailable('the share that pays for the request has no room');
  return { type: 'refused', refusal };
}

/** Observed limits that would have refused, the admission's and those that a top-up has met since. */
function wouldRefuse({ holdings }: Hold): readonly string[] {
  return holdings.flatMap(({ config, relaxed }) => wouldRefuseOf(config.scope, relaxed));
}
