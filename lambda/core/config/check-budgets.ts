import { budgetId } from './binding.ts';
import { teamFinding } from './check-callers.ts';
import type { Finding } from './finding.ts';
import { nearest } from './nearest.ts';
import type { BudgetConfig, Config } from './schema.ts';

/** Every budget can bind somebody, and no two claim the same window of the same scope. */
export function checkBudgets(config: Config): readonly Finding[] {
  const budgets = config.budgets ?? [];
  const seen = new Map<string, number>();
  return budgets.flatMap((budget, i) => {
    const id = `${budget.scope} ${budgetId(budget).toLowerCase()}`;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, i);
    return [
      ...(first === undefined ? [] : [twice(i, first)]),
      ...(budget.window === 'total' && budget.tz !== undefined ? [zoneOfTotal(i)] : []),
      ...nobody(config, budget, i),
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

/** A budget of a team or app that no caller has. Users need no entry: IAM users bring their name. */
function nobody(config: Config, budget: BudgetConfig, index: number): readonly Finding[] {
  const [kind, team, app] = budget.scope.split(/[:/]/);
  if ((kind !== 'team' && kind !== 'app') || team === undefined || team === '*') return [];
  const path = ['budgets', index, 'scope'];
  const unlisted = teamFinding(config, path, team);
  if (unlisted.length > 0) return unlisted;
  const callers = config.callers ?? [];
  if (callers.length === 0) return [];
  const scopes = callers.flatMap((caller) =>
    kind === 'team'
      ? [`team:${caller.team}`]
      : caller.app === undefined
        ? []
        : [`app:${caller.team}/${caller.app}`],
  );
  if (app === '*' ? scopes.some((scope) => scope.startsWith(`app:${team}/`)) : scopes.includes(budget.scope))
    return [];
  const meant = nearest(budget.scope, scopes);
  const advice = 'Add the caller under `callers`, or remove the budget.';
  return [
    {
      path,
      kind: 'wrong',
      at: 'value',
      message: `no entry of \`callers\` has this ${kind}, so nothing would ever be charged`,
      expected: `a ${kind} that a caller has`,
      hint: meant === undefined ? advice : `Did you mean \`${meant}\`? ${advice}`,
    },
  ];
}
