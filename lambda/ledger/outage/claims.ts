import type { Nano } from '../../core/money.ts';
import type { ScopeLimits } from '../../core/scope-limits.ts';
import type { OwnAmounts } from '../ledger.ts';

/** What one request takes of the allowance of one budget. */
export interface Claim {
  /** Names scope and budget. */
  readonly account: string;
  readonly scope: string;
  /** The most that this process may spend of the budget while the ledger is away. */
  readonly allowed: Nano;
  /** Nano-dollars. */
  readonly amount: bigint;
}

/**
 * What a request that takes `amount` claims of each enforced budget that binds it; undefined where one of them allows
 * nothing, or where none binds. Rates are not asked, and observed budgets refuse nobody at any time.
 */
export function claimsOf(
  scopes: readonly ScopeLimits[],
  amount: Nano,
  own: OwnAmounts | undefined,
): readonly Claim[] | undefined {
  const claims: Claim[] = [];
  for (const { scope, budgets } of scopes) {
    for (const { id, mode, limit, allowance } of budgets) {
      if (mode === 'observe') continue;
      if (allowance === undefined) return undefined;
      claims.push({
        account: accountOf(scope, id),
        scope,
        // A limit of 0 stops a scope, an outage included.
        allowed: allowance < limit ? allowance : limit,
        amount: own?.get(scope) ?? amount,
      });
    }
  }
  return claims.length === 0 ? undefined : claims;
}

export function accountOf(scope: string, budgetId: string): string {
  return `${scope}\n${budgetId}`;
}
