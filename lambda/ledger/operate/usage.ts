import { type Nano, toNano } from '../../core/money.ts';
import type { Budget, Rate } from '../../core/scope-limits.ts';
import { windowId } from '../../core/windows.ts';
import type { Item, LedgerStore } from '../../ports/ledger-store.ts';
import { left, nanoseconds } from '../gcra.ts';
import { amount, counterKeys, text } from '../items.ts';
import type { ScopePolicy } from '../policy.ts';
import { rateShare } from '../shares.ts';
import { type Used, usedInAll } from '../used.ts';

/** The counters of all pools that a scope ever had; a pool that was never charged is undefined. */
export function countersOf(
  store: Pick<LedgerStore, 'get'>,
  scope: string,
  { everPools }: ScopePolicy,
): Promise<readonly (Item | undefined)[]> {
  return Promise.all(counterKeys(scope, everPools).map((key) => store.get(key)));
}

/** Added up over the pools; the window of the clock or, where another clock is ahead, the newest that a counter has. */
export function usedOf(budget: Budget, counters: readonly (Item | undefined)[], nowMs: number): Used {
  const window = counters.reduce<string>(
    (newest, counter) => {
      const seen = text(counter, `${budget.id}.id`);
      return seen !== undefined && seen > newest ? seen : newest;
    },
    windowId(budget.window, nowMs),
  );
  return usedInAll(budget, window, counters);
}

/** What is left of a rate's burst, added up over the pools that share it. */
export function leftOf(
  attr: 'rt' | 'tt',
  rate: Rate,
  counters: readonly (Item | undefined)[],
  policy: ScopePolicy,
  nowMs: number,
): number {
  return counters.reduce(
    (all, counter, pool) => all + left(attr, rateShare(rate, { policy, pool }), nanoseconds(nowMs), counter),
    0,
  );
}

export function sum(counters: readonly (Item | undefined)[], attr: string): Nano {
  return toNano(counters.reduce<bigint>((total, counter) => total + amount(counter, attr), 0n));
}
