import type { Nano } from '../core/money.ts';
import type { FailedOp, Item, Op } from '../ports/ledger-store.ts';
import { adjust } from './charge.ts';
import { type Context, warn } from './context.ts';
import { amount, entryKey, equals, put, putFacts, text } from './items.ts';
import type { Facts, Settled } from './ledger.ts';
import type { Pin } from './pins.ts';
import { AFTER_CALL, Retry, reasonOf } from './retry.ts';

/** A held entry as last read; `held` and `topUps` are brought up to date when they turn out to be old. */
export interface HeldEntry {
  readonly requestId: string;
  readonly journal: string;
  readonly number: number;
  readonly pins: readonly Pin[];
  held: Nano;
  topUps: bigint;
}

export interface Closing {
  readonly by: 'self' | 'reaper';
  /** `hold`: nobody knows what it cost, so what was held is charged. */
  readonly cost: Nano | 'hold';
  readonly outcome: string;
  readonly facts: Facts;
}

/** Makes a held entry final, once, and replaces its hold in the counters by its cost, in one transaction. */
export async function settle(ctx: Context, entry: HeldEntry, closing: Closing): Promise<Settled> {
  const retry = new Retry(ctx, AFTER_CALL);
  let reason = 'the ledger is too busy';
  for (;;) {
    const cost = closing.cost === 'hold' ? entry.held : closing.cost;
    const moves = entry.pins.map((pin) => adjust(pin, cost - entry.held, cost, ctx.counters.seen(pin.scope)));
    const result = await ctx.store.transact([...moves, finalOp(entry, cost, closing)]);
    if (result.type === 'done') {
      moves.forEach((op, index) => {
        ctx.counters.wrote(entry.pins[index]?.scope ?? '', op, false);
      });
      return settled(ctx, entry, cost);
    }
    if (result.type === 'refused') {
      const final = learn(ctx, entry, result.failed);
      if (final !== undefined) {
        if (text(final, 'by') === closing.by) return settled(ctx, entry, cost);
        if (closing.by === 'self')
          warn(ctx, 'ledger_late', entry.requestId, `not charged: ${cost} nano-dollars`);
        return { type: 'late' };
      }
      if (retry.now()) continue;
    } else {
      reason = reasonOf(result);
      if (await retry.later()) continue;
    }
    // The entry stays held; the reaper charges the hold when the journal has expired.
    warn(ctx, 'ledger_unsettled', entry.requestId, reason);
    return { type: 'unavailable', reason };
  }
}

function finalOp(entry: HeldEntry, cost: Nano, closing: Closing): Op {
  const set = [put('st', 'F'), put('a', cost), put('by', closing.by), put('outcome', closing.outcome)];
  if (cost > entry.held) set.push(put('overrun', 1n));
  putFacts(set, closing.facts);
  return {
    key: entryKey(entry.journal, entry.number),
    // The counters are moved by the difference to this very hold, which a late top-up must not change meanwhile.
    when: [equals('st', 'HELD'), equals('n', entry.topUps), equals('e', entry.held)],
    set,
  };
}

/** Takes in what a refused write has shown; the entry, if it is final. */
function learn(ctx: Context, entry: HeldEntry, failed: readonly FailedOp[]): Item | undefined {
  for (const { index, item } of failed) {
    const pin = entry.pins[index];
    if (pin !== undefined) {
      ctx.counters.saw(pin.scope, item);
      continue;
    }
    if (text(item, 'st') !== 'HELD') return item ?? {};
    entry.held = amount(item, 'e');
    entry.topUps = amount(item, 'n');
  }
  return undefined;
}

function settled(ctx: Context, entry: HeldEntry, cost: bigint): Settled {
  if (cost > entry.held) {
    warn(ctx, 'ledger_overrun', entry.requestId, `${cost} nano-dollars, ${entry.held} held`);
  }
  return { type: 'settled' };
}
