import type { Budget, ScopeBudgets } from '../core/budgets.ts';
import type { Change, Condition, Item, Op } from '../ports/ledger-store.ts';
import type { Calendar } from './calendar.ts';
import { absent, counterKey, equals, ITEM_VERSION, put, text } from './items.ts';
import type { Pin, PinnedWindow } from './pins.ts';

export interface Charge {
  readonly op: Op;
  readonly pin: Pin;
}

/**
 * Takes `x` from every window of a scope that is current now. `seen` is the last seen counter and only a guess: each
 * decision that rests on it is pinned by a condition, so that a stale guess fails instead of writing something wrong.
 * A new or rolled window carries no limit condition, because what never fits was refused before.
 */
export function charge(scope: ScopeBudgets, x: bigint, seen: Item | undefined, calendar: Calendar): Charge {
  const when: Condition[] = [];
  const set: Change[] = [];
  const windows: PinnedWindow[] = [];
  for (const budget of scope.budgets) {
    if (budget.window.window === 'total') {
      when.push(seen?.['tu'] === undefined ? absent('tu') : roomFor(x, budget, 'tu'));
    } else {
      windows.push({ budget: budget.id, id: chargeWindow(budget, x, seen, calendar, when, set) });
    }
  }
  set.push({ op: 'add', attr: 'tu', value: x });
  if (seen?.['v'] === undefined) set.push(put('v', ITEM_VERSION));
  return { op: { key: counterKey(scope.scope), when, set }, pin: { scope: scope.scope, windows } };
}

/** Returns the id of the window charged: the clock's or, where another clock is ahead, the counter's. */
function chargeWindow(
  budget: Budget,
  x: bigint,
  seen: Item | undefined,
  calendar: Calendar,
  when: Condition[],
  set: Change[],
): string {
  const idAttr = `${budget.id}.id`;
  const usedAttr = `${budget.id}.used`;
  const clockId = calendar.id(budget.window);
  const seenId = text(seen, idAttr);
  if (seenId !== undefined && seenId >= clockId) {
    when.push(equals(idAttr, seenId), roomFor(x, budget, usedAttr));
    set.push({ op: 'add', attr: usedAttr, value: x });
    return seenId;
  }
  when.push(seenId === undefined ? absent(idAttr) : equals(idAttr, seenId));
  if (seenId !== undefined) {
    set.push({ op: 'copy', attr: `${budget.id}.prev`, from: idAttr });
    set.push({ op: 'copy', attr: `${budget.id}.prevUsed`, from: usedAttr });
  }
  set.push(put(idAttr, clockId), put(usedAttr, x));
  return clockId;
}

/** Takes a further `x` from the very windows that a request was charged in, where they still exist, under their limits. */
export function chargePinned(scope: ScopeBudgets, pin: Pin, x: bigint, seen: Item | undefined): Op {
  const when: Condition[] = [];
  const set: Change[] = [];
  for (const budget of scope.budgets) {
    if (budget.window.window === 'total') {
      when.push(roomFor(x, budget, 'tu'));
      continue;
    }
    const window = pin.windows.find((pinned) => pinned.budget === budget.id);
    const attr = window && place(window, seen, when);
    if (attr === undefined) continue;
    when.push(roomFor(x, budget, attr));
    set.push({ op: 'add', attr, value: x });
  }
  set.push({ op: 'add', attr: 'tu', value: x });
  return { key: counterKey(scope.scope), when, set };
}

/**
 * Replaces a hold by its cost: `delta` (cost less hold, mostly negative) goes to the windows of the hold, where they
 * still exist, and `spent` to what is settled. Nothing is limited here: a cost is a fact.
 */
export function adjust(pin: Pin, delta: bigint, spent: bigint, seen: Item | undefined): Op {
  const when: Condition[] = [];
  const set: Change[] = [];
  if (delta !== 0n) {
    for (const window of pin.windows) {
      const attr = place(window, seen, when);
      if (attr !== undefined) set.push({ op: 'add', attr, value: delta });
    }
    set.push({ op: 'add', attr: 'tu', value: delta });
  }
  set.push({ op: 'add', attr: 's', value: spent });
  return { key: counterKey(pin.scope), when, set };
}

/** The attribute that holds what was used in a pinned window, pinned by a condition; undefined once it is older than both. */
function place(window: PinnedWindow, seen: Item | undefined, when: Condition[]): string | undefined {
  const idAttr = `${window.budget}.id`;
  const prevAttr = `${window.budget}.prev`;
  const seenId = text(seen, idAttr);
  // Not seen yet, or seen from before this window began: it is the current one, or the condition tells.
  if (seen === undefined || (seenId !== undefined && seenId <= window.id)) {
    when.push(equals(idAttr, window.id));
    return `${window.budget}.used`;
  }
  const seenPrev = text(seen, prevAttr);
  if (seenPrev === window.id) {
    when.push(equals(prevAttr, window.id));
    return `${window.budget}.prevUsed`;
  }
  when.push(seenId === undefined ? absent(idAttr) : equals(idAttr, seenId));
  when.push(seenPrev === undefined ? absent(prevAttr) : equals(prevAttr, seenPrev));
  return undefined;
}

/** `used + x <= limit`, with the arithmetic on our side: stores compare an attribute with a literal only. */
function roomFor(x: bigint, budget: Budget, attr: string): Condition {
  return { op: 'atMost', attr, value: budget.limit - x };
}
