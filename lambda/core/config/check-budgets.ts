import { nanoFromUsd } from '../money.ts';
import { budgetId } from './binding.ts';
import { liftFindings, scopeFindings } from './check-scopes.ts';
import type { Finding } from './finding.ts';
import type { BudgetConfig, Config } from './schema.ts';

/** Every budget can bind somebody, no two claim the same window of the same scope, and none contradicts itself. */
export function checkBudgets(config: Config): readonly Finding[] {
  const budgets = config.budgets ?? [];
  const seen = new Map<string, number>();
  return budgets.flatMap((budget, i) => {
    const window = budgetId(budget).toLowerCase();
    const id = `${budget.scope} ${window}`;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, i);
    return [
      ...(first === undefined ? [] : [twice(i, first)]),
      ...(budget.window === 'total' && budget.tz !== undefined ? [zoneOfTotal(i)] : []),
      ...softFindings(budget, i),
      ...outageFindings(budget, i),
      ...scopeFindings(config, 'budgets', i, budget.scope),
      ...liftFindings('budgets', budgets, i, (other) => budgetId(other).toLowerCase() === window),
    ];
  });
}

function twice(index: number, first: number): Finding {
  return {
    path: ['budgets', index, 'scope'],
    kind: 'wrong',
    at: 'value',
    message: `budgets[${first}] already limits this scope in the same window and zone`,
    expected: 'one budget per scope, window and zone',
    hint: 'Remove one of the two, or change its `window` or `tz`.',
  };
}

function zoneOfTotal(index: number): Finding {
  return {
    path: ['budgets', index, 'tz'],
    kind: 'wrong',
    at: 'value',
    message: 'a total has no calendar that could turn',
    expected: 'no `tz` beside `window: total`',
    hint: 'Remove `tz`.',
  };
}

/** A warning comes before the limit, or it never comes. */
function softFindings({ soft_usd, limit_usd }: BudgetConfig, index: number): readonly Finding[] {
  if (soft_usd === undefined || !isAbove(soft_usd, limit_usd)) return [];
  return [
    {
      path: ['budgets', index, 'soft_usd'],
      kind: 'wrong',
      at: 'value',
      message: 'a warning above the limit would come too late',
      expected: `at most ${limit_usd}, the \`limit_usd\` of this budget`,
      hint: 'Lower `soft_usd`, or raise `limit_usd`.',
    },
  ];
}

/** What may be spent while the ledger is away is part of an enforced limit. */
function outageFindings(budget: BudgetConfig, index: number): readonly Finding[] {
  const { on_ledger_down, limit_usd, mode } = budget;
  if (on_ledger_down === undefined) return [];
  const path = ['budgets', index, 'on_ledger_down'];
  if (mode === 'observe') {
    return [
      {
        path,
        kind: 'wrong',
        at: 'key',
        message: 'an observed budget refuses nobody, so it has nothing to allow while the ledger is away',
        expected: 'no `on_ledger_down` beside `mode: observe`',
        hint: 'Remove `on_ledger_down`, or enforce the budget.',
      },
    ];
  }
  if (!isAbove(on_ledger_down.allow_usd, limit_usd)) return [];
  return [
    {
      path: [...path, 'allow_usd'],
      kind: 'wrong',
      at: 'value',
      message: 'one outage could spend more than the whole budget',
      expected: `at most ${limit_usd}, the \`limit_usd\` of this budget`,
      hint: 'Lower `allow_usd`, or raise `limit_usd`.',
    },
  ];
}

/** Compares exact amounts; the schema has refused what is none. */
function isAbove(usd: string, limit: string): boolean {
  return (nanoFromUsd(usd) ?? 0n) > (nanoFromUsd(limit) ?? 0n);
}
