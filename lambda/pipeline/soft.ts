import { usdFromNano } from '../core/money.ts';
import type { ScopeLimits } from '../core/scope-limits.ts';
import type { BudgetView } from '../ledger/ledger.ts';

/** What a caller is told of budgets that are past their soft limit and still let it pass. */
export function softWarnings(
  scopes: readonly ScopeLimits[],
  passed: readonly BudgetView[],
): readonly string[] {
  return passed.map(({ scope, budgetId, limit, used }) => {
    const budgets = scopes.find((each) => each.scope === scope)?.budgets;
    const soft = budgets?.find(({ id }) => id === budgetId)?.soft;
    const above = soft === undefined ? 'its soft limit' : `its soft limit of $${usdFromNano(soft)}`;
    return `the ${budgetId} budget of ${scope} is above ${above}: $${usdFromNano(used)} of $${usdFromNano(limit)} spent or held`;
  });
}
