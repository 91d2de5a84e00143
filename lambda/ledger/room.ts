import type { Budget, ScopeBudgets } from '../core/budgets.ts';
import { type Nano, toNano } from '../core/money.ts';
import type { Item } from '../ports/ledger-store.ts';
import type { Calendar } from './calendar.ts';
import { amount, text } from './items.ts';
import type { BudgetRefusal, BudgetView } from './ledger.ts';
import type { Pin } from './pins.ts';

/** The first budget whose limit is below the bound of one call: waiting does not help, a smaller request may. */
export function neverFits(
  scopes: readonly ScopeBudgets[],
  estimate: Nano,
  calendar: Calendar,
): BudgetRefusal | undefined {
  for (const scope of scopes) {
    for (const budget of scope.budgets) {
      if (estimate <= budget.limit) continue;
      return {
        ...named(scope, budget, calendar),
        kind: 'never_fits',
        estimate,
        spent: toNano(0n),
        held: toNano(0n),
      };
    }
  }
  return undefined;
}

/** Why a fresh copy of a counter has no room for a new hold of `estimate`; undefined if it has. */
export function full(
  scope: ScopeBudgets,
  estimate: Nano,
  counter: Item | undefined,
  calendar: Calendar,
): BudgetRefusal | undefined {
  for (const budget of scope.budgets) {
    const used = usedNow(budget, counter, calendar);
    if (used + estimate <= budget.limit) continue;
    return refusal(scope, budget, counter, calendar, { used, held: toNano(0n), extra: estimate });
  }
  return undefined;
}

/** Why a fresh copy of a counter has no room for `extra` beside the `held` that the request has in its pinned windows. */
export function fullForMore(
  scope: ScopeBudgets,
  pin: Pin,
  more: { readonly held: Nano; readonly extra: Nano },
  counter: Item | undefined,
  calendar: Calendar,
): BudgetRefusal | undefined {
  for (const budget of scope.budgets) {
    const used = usedPinned(budget, pin, counter);
    if (used === undefined || used + more.extra <= budget.limit) continue;
    return refusal(scope, budget, counter, calendar, { used, ...more });
  }
  return undefined;
}

/** The budget with the least left, by the counters last seen; undefined where no budget binds. */
export function tightest(
  scopes: readonly ScopeBudgets[],
  seen: (scope: string) => Item | undefined,
  calendar: Calendar,
): BudgetView | undefined {
  let least: { scope: ScopeBudgets; budget: Budget; remaining: bigint } | undefined;
  for (const scope of scopes) {
    const counter = seen(scope.scope);
    for (const budget of scope.budgets) {
      const remaining = budget.limit - usedNow(budget, counter, calendar);
      if (least === undefined || remaining < least.remaining) least = { scope, budget, remaining };
    }
  }
  if (least === undefined) return undefined;
  const remaining = toNano(least.remaining < 0n ? 0n : least.remaining);
  return { ...named(least.scope, least.budget, calendar), remaining };
}

/**
 * What a window has used is known exactly, what of it is only held is not: a counter keeps one sum of holds for all its
 * windows. All of them are taken for this window's, so that a refusal rather says "try again" than "spent".
 */
function refusal(
  scope: ScopeBudgets,
  budget: Budget,
  counter: Item | undefined,
  calendar: Calendar,
  figures: { readonly used: bigint; readonly held: Nano; readonly extra: Nano },
): BudgetRefusal {
  const running = amount(counter, 'tu') - amount(counter, 's');
  const held = running < 0n ? 0n : running < figures.used ? running : figures.used;
  const spent = figures.used - held;
  const estimate = figures.held + figures.extra;
  return {
    ...named(scope, budget, calendar),
    kind: spent + estimate <= budget.limit ? 'held' : 'exceeded',
    estimate: toNano(estimate),
    spent: toNano(spent),
    held: toNano(held - figures.held),
  };
}

function named(scope: ScopeBudgets, budget: Budget, calendar: Calendar) {
  return {
    scope: scope.scope,
    budgetId: budget.id,
    limit: budget.limit,
    resetsAt: calendar.end(budget.window),
  };
}

function usedNow(budget: Budget, counter: Item | undefined, calendar: Calendar): Nano {
  if (budget.window.window === 'total') return amount(counter, 'tu');
  const id = text(counter, `${budget.id}.id`);
  const current = id !== undefined && id >= calendar.id(budget.window);
  return current ? amount(counter, `${budget.id}.used`) : toNano(0n);
}

function usedPinned(budget: Budget, pin: Pin, counter: Item | undefined): Nano | undefined {
  if (budget.window.window === 'total') return amount(counter, 'tu');
  const window = pin.windows.find((pinned) => pinned.budget === budget.id)?.id;
  if (window === undefined) return undefined;
  if (text(counter, `${budget.id}.id`) === window) return amount(counter, `${budget.id}.used`);
  if (text(counter, `${budget.id}.prev`) === window) return amount(counter, `${budget.id}.prevUsed`);
  return undefined;
}
