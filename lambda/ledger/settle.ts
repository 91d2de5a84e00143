import type { Nano } from '../core/money.ts';
import type { FailedOp, Item, Op } from '../ports/ledger-store.ts';
import { type Context, warn } from './context.ts';
import { amount, counterKey, entryKey, equals, put, putFacts, text } from './items.ts';
import type { Facts, OwnAmounts, Settled } from './ledger.ts';
import { adjust, type GivenBack } from './move.ts';
import { heldBy, type Pin, readPins } from './pins.ts';
import { AFTER_CALL, Retry, reasonOf } from './retry.ts';

/** A held entry as last read; what a top-up can change is brought up to date when it turns out to be old. */
export interface HeldEntry {
  readonly requestId: string;
  readonly journal: string;
  readonly number: number;
  pins: readonly Pin[];
  held: Nano;
  topUps: bigint;
}

export interface Closing {
  readonly by: 'self' | 'reaper';
  /** `hold`: nobody knows what it cost, so what was held is charged. */
  readonly cost: Nano | 'hold';
  readonly own?: OwnAmounts | undefined;
  /** What goes back to a counter beside money. */
  readonly back: (pin: Pin) => GivenBack;
  readonly outcome: string;
  readonly facts: Facts;
}

/** Makes a held entry final, once, and replaces its hold in the counters by its cost, in one transaction. */
export async function settle(ctx: Context, entry: HeldEntry, closing: Closing): Promise<Settled> {
  const retry = new Retry(ctx, AFTER_CALL);
  let reason = 'the ledger is too busy';
  for (;;) {
    const cost = closing.cost === 'hold' ? entry.held : closing.cost;
    // What a lease pays is in its counter already, and is adjusted there when the lease is closed.
    const direct = entry.pins.filter(({ lease }) => lease === undefined);
    const moves = direct.map((pin) => {
      const charged = chargedTo(pin, entry, closing);
      const seen = ctx.counters.seen(counterKey(pin.scope, pin.pool));
      return adjust(pin, charged - heldBy(pin, entry.held), charged, seen, closing.back(pin));
    });
    const result = await ctx.store.transact([...moves, finalOp(entry, cost, closing)]);
    if (result.type === 'done') {
      for (const op of moves) ctx.counters.wrote(op, false);
      return settled(ctx, entry, cost);
    }
    if (result.type === 'refused') {
      const final = learn(ctx, entry, direct, result.failed);
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

/** What one scope bears of the cost. */
export function chargedTo(
  pin: Pin,
  entry: Pick<HeldEntry, 'held'>,
  { cost, own }: Pick<Closing, 'cost' | 'own'>,
): Nano {
  if (cost === 'hold') return heldBy(pin, entry.held);
  return pin.own === undefined ? cost : (own?.get(pin.scope) ?? cost);
}

function finalOp(entry: HeldEntry, cost: Nano, closing: Closing): Op {
  const set = [put('st', 'F'), put('a', cost), put('by', closing.by), put('outcome', closing.outcome)];
  const isOver = entry.pins.some((pin) => chargedTo(pin, entry, closing) > heldBy(pin, entry.held));
  if (isOver || cost > entry.held) set.push(put('overrun', 1n));
  const own = entry.pins.filter((pin) => pin.own !== undefined);
  if (own.length > 0) {
    const amounts = own.map((pin) => [pin.scope, String(chargedTo(pin, entry, closing))]);
    set.push(put('oc', JSON.stringify(Object.fromEntries(amounts))));
  }
  putFacts(set, closing.facts);
  return {
    key: entryKey(entry.journal, entry.number),
    // The counters are moved by the difference to this very hold, which a late top-up must not change meanwhile.
    when: [equals('st', 'HELD'), equals('n', entry.topUps), equals('e', entry.held)],
    set,
  };
}

/** Takes in what a refused write has shown; the entry, if it is final. */
function learn(
  ctx: Context,
  entry: HeldEntry,
  direct: readonly Pin[],
  failed: readonly FailedOp[],
): Item | undefined {
  for (const { index, item } of failed) {
    const pin = direct[index];
    if (pin !== undefined) {
      ctx.counters.saw(counterKey(pin.scope, pin.pool), item);
      continue;
    }
    if (text(item, 'st') !== 'HELD') return item ?? {};
    entry.held = amount(item, 'e');
    entry.topUps = amount(item, 'n');
    entry.pins = readPins(text(item, 'sc') ?? '{}');
  }
  return undefined;
}

function settled(ctx: Context, entry: HeldEntry, cost: bigint): Settled {
  if (cost > entry.held) {
    warn(ctx, 'ledger_overrun', entry.requestId, `${cost} nano-dollars, ${entry.held} held`);
  }
  return { type: 'settled' };
}
