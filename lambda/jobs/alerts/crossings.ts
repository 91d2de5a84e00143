import { type Nano, toNano } from '../../core/money.ts';
import { amount, text } from '../../ledger/items.ts';
import type { Item } from '../../ports/ledger-store.ts';
import type { Crossing, Mark } from '../../ports/notices.ts';

/** Percent of a limit at which somebody is told. */
export const MARKS = [50, 80, 100] as const;

/** The soft limit of a budget; undefined where it has none. Counters do not hold it. */
export type SoftOf = (scope: string, budgetId: string) => Nano | undefined;

/** What was spent of one budget in one window. */
export interface Spending {
  readonly budgetId: string;
  readonly window: string;
  readonly spent: Nano;
  readonly limit: Nano;
}

/**
 * What a counter says of its budgets: the current window of each, and the total. A budget whose limit nobody has applied
 * yet is left out, and so is the window before: what a late call still adds to it is nothing to act on.
 */
export function spendingsOf(counter: Item | undefined): readonly Spending[] {
  if (counter === undefined) return [];
  const found: Spending[] = [];
  for (const attr of Object.keys(counter)) {
    if (!attr.endsWith('.lim')) continue;
    const budgetId = attr.slice(0, -'.lim'.length);
    const window = budgetId === 'total' ? 'total' : text(counter, `${budgetId}.id`);
    const spent = amount(counter, budgetId === 'total' ? 's' : `${budgetId}.spent`);
    if (window !== undefined) found.push({ budgetId, window, spent, limit: amount(counter, attr) });
  }
  return found;
}

/**
 * What a scope that was split says, from its counters in any order: the sum of those that are in the newest window, under
 * the limit that the newest policy has applied.
 */
export function sumOf(counters: readonly Item[]): readonly Spending[] {
  const sums = new Map<string, Spending>();
  const newestFirst = counters.toSorted((a, b) => compare(amount(b, 'cv'), amount(a, 'cv')));
  for (const spending of newestFirst.flatMap(spendingsOf)) {
    const { budgetId, window, spent } = spending;
    const sum = sums.get(budgetId);
    if (sum === undefined) sums.set(budgetId, spending);
    else if (window === sum.window) sums.set(budgetId, { ...sum, spent: toNano(sum.spent + spent) });
    else if (window > sum.window) sums.set(budgetId, { ...sum, window, spent });
  }
  return [...sums.values()];
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The marks that these spendings have reached. */
export function reached(scope: string, spendings: readonly Spending[], softOf: SoftOf): readonly Crossing[] {
  return spendings.flatMap((spending) => {
    const soft = softOf(scope, spending.budgetId);
    return marksOf(spending, soft).map((mark) => ({
      scope,
      ...spending,
      mark,
      soft: mark === 'soft' ? soft : undefined,
      refused: false,
    }));
  });
}

/**
 * The marks that a counter has reached by a change and had not before it, by spending or by a limit that was lowered.
 * Settled cost never falls within a window, so a mark is crossed once, unless the limit was raised in between; that a
 * mark is told once all the same is the concern of raise.ts.
 */
export function crossings(
  scope: string,
  before: Item | undefined,
  after: Item | undefined,
  softOf: SoftOf,
): readonly Crossing[] {
  const old = spendingsOf(before);
  return reached(scope, spendingsOf(after), softOf).filter((crossing) => {
    const was = old.find(
      ({ budgetId, window }) => budgetId === crossing.budgetId && window === crossing.window,
    );
    return was === undefined || !marksOf(was, softOf(scope, was.budgetId)).includes(crossing.mark);
  });
}

/** Nothing spent reaches no mark, not even that of a limit of 0. */
function marksOf({ spent, limit }: Spending, soft: Nano | undefined): readonly Mark[] {
  if (spent <= 0n) return [];
  const marks: Mark[] = MARKS.filter((mark) => spent * 100n >= limit * BigInt(mark));
  if (soft !== undefined && spent > soft) marks.push('soft');
  return marks;
}
