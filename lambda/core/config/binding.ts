import type { ScopeBudgets } from '../budgets.ts';
import type { Caller } from '../identity/caller.ts';
import { nanoFromUsd } from '../money.ts';
import type { BudgetConfig } from './schema.ts';

/**
 * The budgets that bind a caller, by scope in the order account, team, app, user. A scope is written in up to three
 * ways, from the most exact to the widest (`app:search/web`, `app:search/*`, `app:*`); for each window and zone the
 * most exact one that the config has is taken, and all windows bind together.
 */
export function bindingBudgets(
  budgets: readonly BudgetConfig[],
  caller: Pick<Caller, 'team' | 'app' | 'user'>,
): readonly ScopeBudgets[] {
  return scopesOf(caller)
    .map(({ scope, spellings }) => ({ scope, budgets: pick(budgets, spellings) }))
    .filter((bound) => bound.budgets.length > 0);
}

/** Names a budget within its scope: its window, with the zone where that is not UTC. A total has no zone. */
export function budgetId(budget: Pick<BudgetConfig, 'window' | 'tz'>): string {
  const tz = budget.tz ?? 'UTC';
  return tz === 'UTC' || budget.window === 'total' ? budget.window : `${budget.window}@${tz}`;
}

function scopesOf(
  caller: Pick<Caller, 'team' | 'app' | 'user'>,
): readonly { readonly scope: string; readonly spellings: readonly string[] }[] {
  const { team, app, user } = caller;
  const scopes = [{ scope: 'account', spellings: ['account'] }];
  if (team !== undefined) scopes.push({ scope: `team:${team}`, spellings: [`team:${team}`, 'team:*'] });
  if (team !== undefined && app !== undefined) {
    const scope = `app:${team}/${app}`;
    scopes.push({ scope, spellings: [scope, `app:${team}/*`, 'app:*'] });
  }
  if (user !== undefined) scopes.push({ scope: `user:${user}`, spellings: [`user:${user}`, 'user:*'] });
  return scopes;
}

/** One budget per id, from the first spelling that has it, in the order of the spellings. */
function pick(budgets: readonly BudgetConfig[], spellings: readonly string[]): ScopeBudgets['budgets'] {
  const taken = new Map<string, ScopeBudgets['budgets'][number]>();
  for (const spelling of spellings) {
    for (const budget of budgets) {
      const id = budgetId(budget);
      if (budget.scope !== spelling || taken.has(id)) continue;
      const limit = nanoFromUsd(budget.limit_usd);
      if (limit === undefined) throw new Error(`Bug: ${budget.scope} has a limit that the schema refuses`);
      taken.set(id, { id, limit, window: { window: budget.window, tz: budget.tz ?? 'UTC' } });
    }
  }
  return [...taken.values()];
}
