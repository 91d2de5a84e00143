import { type Nano, toNano } from '../core/money.ts';
import type { FailedOp, Item, Op } from '../ports/ledger-store.ts';
import { unavailable } from './append.ts';
import { chargePinned } from './charge.ts';
import type { Context } from './context.ts';
import type { Hold } from './hold.ts';
import { amount, entryKey, equals, put, text } from './items.ts';
import type { Admission, BudgetRefusal } from './ledger.ts';
import type { Pin } from './pins.ts';
import { beforeCall, Retry, reasonOf } from './retry.ts';
import { fullForMore, neverFits, tightest } from './room.ts';

/**
 * Brings the hold to `extra` above what it is known to be, taken from the windows that the request was charged in. Whatever the answer, the hold can still be
 * settled: settle reads the entry anew where a top-up in doubt has changed it.
 */
export async function topUp(ctx: Context, hold: Hold, extra: Nano): Promise<Admission> {
  if (extra < 0n) throw new RangeError('Bug! A negative top-up');
  const wanted = hold.held + extra;
  const retry = new Retry(ctx, beforeCall(ctx.admitMs));
  let reason = 'the ledger is too busy';
  let doubt = false;
  for (;;) {
    const more = toNano(wanted - hold.held);
    if (more <= 0n) return { type: 'admitted', reservation: hold };
    const misfit = neverFits(hold.scopes, toNano(wanted), ctx.calendar);
    if (misfit !== undefined) return { type: 'refused', refusal: misfit };
    const charges = chargesOf(ctx, hold, more);
    const result = await ctx.store.transact([...charges, entryOp(hold, more)]);
    if (result.type === 'done') {
      charges.forEach((op, index) => {
        ctx.counters.wrote(hold.scopes[index]?.scope ?? '', op, false);
      });
      return grown(ctx, hold, more);
    }
    if (result.type !== 'refused') {
      doubt ||= result.type === 'unknown';
      reason = reasonOf(result);
      if (await retry.later()) continue;
      return unavailable(reason);
    }
    const entry = result.failed.find((op) => op.index === charges.length);
    if (entry === undefined) {
      const refusal = learn(ctx, hold, more, result.failed);
      // In doubt an earlier try may itself have taken the room that is missing now, so this is no honest refusal.
      if (refusal !== undefined) return doubt ? unavailable(reason) : { type: 'refused', refusal };
    } else if (text(entry.item, 'st') !== 'HELD') {
      return unavailable('the request was settled by the reaper');
    } else if (isGrown(entry.item, hold, more)) {
      return grown(ctx, hold, more);
    } else {
      // An earlier top-up, given up in doubt, has arrived after all; it may be enough already.
      hold.held = amount(entry.item, 'e');
      hold.topUps = amount(entry.item, 'n');
    }
    if (!retry.now()) return unavailable(reason);
  }
}

function chargesOf(ctx: Context, hold: Hold, extra: Nano): Op[] {
  return hold.scopes.map((scope) =>
    chargePinned(scope, pinOf(hold, scope.scope), extra, ctx.counters.seen(scope.scope)),
  );
}

function entryOp(hold: Hold, extra: Nano): Op {
  return {
    key: entryKey(hold.journal, hold.number),
    // The number of top-ups makes a repeated packet fail: a hold alone may be the same twice.
    when: [equals('st', 'HELD'), equals('n', hold.topUps), equals('e', hold.held)],
    set: [put('e', hold.held + extra), put('n', hold.topUps + 1n)],
  };
}

function isGrown(item: Item | undefined, hold: Hold, extra: Nano): boolean {
  return amount(item, 'n') === hold.topUps + 1n && amount(item, 'e') === hold.held + extra;
}

function grown(ctx: Context, hold: Hold, extra: Nano): Admission {
  hold.held = toNano(hold.held + extra);
  hold.topUps += 1n;
  hold.tightest = tightest(hold.scopes, (scope) => ctx.counters.seen(scope), ctx.calendar);
  return { type: 'admitted', reservation: hold };
}

function learn(
  ctx: Context,
  hold: Hold,
  extra: Nano,
  failed: readonly FailedOp[],
): BudgetRefusal | undefined {
  let refusal: BudgetRefusal | undefined;
  for (const { index, item } of failed) {
    const scope = hold.scopes[index];
    if (scope === undefined) continue;
    ctx.counters.saw(scope.scope, item);
    refusal ??= fullForMore(scope, pinOf(hold, scope.scope), { held: hold.held, extra }, item, ctx.calendar);
  }
  return refusal;
}

function pinOf(hold: Hold, scope: string): Pin {
  const pin = hold.pins.find((pinned) => pinned.scope === scope);
  if (pin === undefined) throw new Error('Bug! A scope of the request is not in its entry');
  return pin;
}
