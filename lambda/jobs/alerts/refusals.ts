import { unpackWide } from '../../core/audit/wide.ts';
import { nanoFromUsd, ZERO } from '../../core/money.ts';
import { windowId } from '../../core/windows.ts';
import { text } from '../../ledger/items.ts';
import type { Item } from '../../ports/ledger-store.ts';
import type { Crossing } from '../../ports/notices.ts';
import { windowOf } from './budget-window.ts';

/** The error code of a call that a budget had no room for; also in the event filter of lib/alerter.ts. */
export const REFUSED = 'budget_exceeded';

/**
 * A budget that has no room is spent for its callers, even if the last cents are not: the first call whose bound did not
 * fit reaches the mark of 100 %. From the final entry of a refused request; undefined for every other item, and for a
 * call that would not fit an untouched budget either.
 */
export function refusalOf(entry: Item): Crossing | undefined {
  if (text(entry, 'st') !== 'F' || text(entry, 'ec') !== REFUSED) return undefined;
  const wide = entry['w'];
  const facts = wide instanceof Uint8Array ? unpackWide(wide).refusedBy : undefined;
  if (facts?.['reason'] !== 'exceeded') return undefined;
  const { scope, budget, limit_usd, spent_usd, resets_at } = facts;
  const limit = nanoFromUsd(String(limit_usd));
  if (typeof scope !== 'string' || typeof budget !== 'string' || limit === undefined) return undefined;
  const window = windowBefore(budget, resets_at);
  if (window === undefined) return undefined;
  const spent = nanoFromUsd(String(spent_usd)) ?? ZERO;
  return {
    scope,
    budgetId: budget,
    window,
    mark: 100,
    spent,
    limit,
    soft: undefined,
    refused: spent < limit,
  };
}

/** The window that ends at `resetsAt`, which is surer than the time of the request: a call may wait past midnight. */
function windowBefore(budgetId: string, resetsAt: unknown): string | undefined {
  const spec = windowOf(budgetId);
  if (spec?.window === 'total') return 'total';
  const end = typeof resetsAt === 'string' ? Date.parse(resetsAt) : Number.NaN;
  return spec === undefined || Number.isNaN(end) ? undefined : windowId(spec, end - 1);
}
