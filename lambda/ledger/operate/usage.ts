import { type Nano, toNano } from '../../core/money.ts';
import type { Budget, Rate } from '../../core/scope-limits.ts';
import { windowId } from '../../core/windows.ts';
import type { Item, LedgerStore } from '../../ports/ledger-store.ts';
import { left, nanoseconds } from '../gcra.ts';
import { amount, counterKey, text } from '../items.ts';
import type { ScopePolicy } from '../policy.ts';
import { rateShare } from '../shares.ts';
import { type Used, usedIn } from '../used.ts';

/** The counters of all pools that a scope ever had; a pool that was never charged is undefined. */
export function countersOf(
  store: Pick<LedgerStore, 'get'>,
  scope: string,
  { everPools }: ScopePolicy,
): Promise<readonly (Item | undefined)[]> {
  return Promise.all(Array.from({ length: everPools }, (_, pool) => store.get(counterKey(scope, pool))));
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
  const each = counters.map((counter) => usedIn(budget, window, counter));
  const total = (of: 'used' | 'spent') => toNano(each.reduce((all, found) => all + (found?.[of] ?? 0n), 0n));
  return { window, used: total('used'), spent: total('spent') };
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
