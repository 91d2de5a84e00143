import type { Nano } from '../core/money.ts';
import type { Change, Condition, Item, Op } from '../ports/ledger-store.ts';
import type { Account } from './charge.ts';
import { fence } from './fence.ts';
import { absent, add, atMost, counterKey, equals, text } from './items.ts';
import type { Pin, PinnedWindow } from './pins.ts';
import { shareOf } from './shares.ts';

/**
 * Takes a further `x` from the very windows that a request was charged in, where they still exist, under their limits.
 * Rates have no say: they count requests, and this one is running.
 */
export function chargePinned(
  account: Account,
  pin: Pin,
  x: Nano,
  number: number,
  seen: Item | undefined,
  relaxed: ReadonlySet<string>,
): Op {
  const when: Condition[] = [];
  const set: Change[] = [];
  const { budgets } = account.limits;
  // Windows that no budget limits any more are charged all the same: settle gives back to each window of the pin.
  for (const window of pin.windows) {
    const place = placeOf(window, seen, when);
    if (place === undefined) continue;
    const budget = budgets.find(({ id }) => id === window.budget);
    if (budget !== undefined && !relaxed.has(budget.id))
      when.push(atMost(place.used, shareOf(budget.limit, account, budget.id, window.id) - x));
    set.push(add(place.used, x));
  }
  const total = budgets.find(({ window }) => window.window === 'total');
  if (total !== undefined && !relaxed.has(total.id))
    when.push(atMost('tu', shareOf(total.limit, account, total.id, 'total') - x));
  set.push(add('tu', x));
  fence(account.policy.version, number, seen, { when, set });
  return { key: counterKey(pin.scope, pin.pool), when, set };
}

/** What is given back to a counter beside money. */
export interface GivenBack {
  /** Nanoseconds of the bucket of requests and of tokens; negative takes more. */
  readonly requestNs: bigint;
  readonly tokenNs: bigint;
  /** The request no longer runs. */
  readonly running: boolean;
  /** Requests of a lease that is closed; undefined where it is none. */
  readonly leased: bigint | undefined;
}

export const NOTHING_BACK: GivenBack = { requestNs: 0n, tokenNs: 0n, running: false, leased: undefined };

/**
 * Replaces what was held by what it cost: `delta` (cost less hold, mostly negative) goes to the windows of the hold,
 * where they still exist, and `spent` to what is settled. Nothing is limited here: a cost is a fact.
 */
export function adjust(
  pin: Pin,
  delta: bigint,
  spent: Nano,
  seen: Item | undefined,
  back: GivenBack = NOTHING_BACK,
): Op {
  const when: Condition[] = [];
  const set: Change[] = [];
  for (const window of pin.windows) {
    const place = placeOf(window, seen, when);
    if (place === undefined) continue;
    if (delta !== 0n) set.push(add(place.used, delta));
    set.push(add(place.spent, spent));
  }
  if (delta !== 0n) set.push(add('tu', delta));
  set.push(add('s', spent));
  if (back.requestNs !== 0n) set.push(add('rt', -back.requestNs));
  if (back.tokenNs !== 0n) set.push(add('tt', -back.tokenNs));
  if (back.running) set.push(add('pl', -1n));
  if (back.leased !== undefined) set.push(add('ol', -1n), add('q', back.leased));
  return { key: counterKey(pin.scope, pin.pool), when, set };
}

interface Place {
  readonly used: string;
  readonly spent: string;
}

/** The attributes that hold what was used in a pinned window, pinned by a condition; undefined once it is older than both. */
function placeOf(window: PinnedWindow, seen: Item | undefined, when: Condition[]): Place | undefined {
  const { budget } = window;
  const idAttr = `${budget}.id`;
  const prevAttr = `${budget}.prev`;
  const seenId = text(seen, idAttr);
  // Not seen yet, or seen from before this window began: it is the current one, or the condition tells.
  if (seen === undefined || (seenId !== undefined && seenId <= window.id)) {
    when.push(equals(idAttr, window.id));
    return { used: `${budget}.used`, spent: `${budget}.spent` };
  }
  const seenPrev = text(seen, prevAttr);
  if (seenPrev === window.id) {
    when.push(equals(prevAttr, window.id));
    return { used: `${budget}.prevUsed`, spent: `${budget}.prevSpent` };
  }
  when.push(seenId === undefined ? absent(idAttr) : equals(idAttr, seenId));
  when.push(seenPrev === undefined ? absent(prevAttr) : equals(prevAttr, seenPrev));
  return undefined;
}
