import { type Nano, toNano } from '../core/money.ts';
import type { Budget } from '../core/scope-limits.ts';
import type { Item } from '../ports/ledger-store.ts';
import type { Calendar } from './calendar.ts';
import { amount, text } from './items.ts';
import type { Pin } from './pins.ts';
import type { ScopePolicy } from './policy.ts';

/** What a counter says of one window of a budget. */
export interface Used {
  /** The window's id; `total` for a total. */
  readonly window: string;
  /** Settled, held and leased. */
  readonly used: Nano;
  /** Settled. */
  readonly spent: Nano;
}

/**
 * The window that begins where a counter has none yet: the clock's or, where another clock is ahead, the newest one that
 * the scope was split in; before that one nobody has a share any more.
 */
export function windowNow(budget: Budget, policy: ScopePolicy, calendar: Calendar): string {
  const clockId = calendar.id(budget.window);
  const split = policy.everPools === 1 ? undefined : policy.shifts[budget.id]?.window;
  return split !== undefined && split > clockId ? split : clockId;
}

/** The window that a charge would go to now: the clock's, or the counter's where another clock is ahead. */
export function usedNow(
  budget: Budget,
  policy: ScopePolicy,
  counter: Item | undefined,
  calendar: Calendar,
): Used {
  if (budget.window.window === 'total') return usedInTotal(counter);
  const clockId = windowNow(budget, policy, calendar);
  const id = text(counter, `${budget.id}.id`);
  if (id === undefined || id < clockId) return { window: clockId, used: toNano(0n), spent: toNano(0n) };
  return {
    window: id,
    used: amount(counter, `${budget.id}.used`),
    spent: amount(counter, `${budget.id}.spent`),
  };
}

/** A certain window; undefined once the counter has forgotten it. A window that has not begun there is empty. */
export function usedIn(budget: Budget, window: string, counter: Item | undefined): Used | undefined {
  if (budget.window.window === 'total') return usedInTotal(counter);
  const { id } = budget;
  const current = text(counter, `${id}.id`);
  if (current === window) {
    return { window, used: amount(counter, `${id}.used`), spent: amount(counter, `${id}.spent`) };
  }
  if (text(counter, `${id}.prev`) === window) {
    return { window, used: amount(counter, `${id}.prevUsed`), spent: amount(counter, `${id}.prevSpent`) };
  }
  return current === undefined || current < window
    ? { window, used: toNano(0n), spent: toNano(0n) }
    : undefined;
}

/** A certain window, added up over all pools. */
export function usedInAll(budget: Budget, window: string, counters: readonly (Item | undefined)[]): Used {
  const each = counters.map((counter) => usedIn(budget, window, counter));
  const total = (of: 'used' | 'spent') => toNano(each.reduce((all, found) => all + (found?.[of] ?? 0n), 0n));
  return { window, used: total('used'), spent: total('spent') };
}

/** The window that a request was charged in. */
export function usedPinned(budget: Budget, pin: Pin, counter: Item | undefined): Used | undefined {
  if (budget.window.window === 'total') return usedInTotal(counter);
  const window = pin.windows.find((pinned) => pinned.budget === budget.id)?.id;
  return window === undefined ? undefined : usedIn(budget, window, counter);
}

function usedInTotal(counter: Item | undefined): Used {
  return { window: 'total', used: amount(counter, 'tu'), spent: amount(counter, 's') };
}
