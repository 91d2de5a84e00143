import { type Nano, toNano } from '../core/money.ts';
import type { Budget, Rate } from '../core/scope-limits.ts';
import type { Item, Key } from '../ports/ledger-store.ts';
import type { Calendar } from './calendar.ts';
import type { Account } from './charge.ts';
import { left, nanoseconds, waitNs } from './gcra.ts';
import { counterKey } from './items.ts';
import type { BudgetView, LimitsView, RateView } from './ledger.ts';
import { rateShare, shareOf } from './shares.ts';
import { usedNow } from './used.ts';

/**
 * What the caller is told of its limits, by the counters last seen. Of a scope that is split, one pool is taken to
 * stand for all.
 */
export function viewOf(
  accounts: readonly Account[],
  seen: (key: Key) => Item | undefined,
  calendar: Calendar,
): LimitsView {
  let tightest: BudgetView | undefined;
  let requests: RateView | undefined;
  let tokens: RateView | undefined;
  const soft: BudgetView[] = [];
  for (const account of accounts) {
    const { limits, pool } = account;
    const counter = seen(counterKey(limits.scope, pool));
    for (const budget of limits.budgets) {
      const view = budgetView(account, budget, counter, calendar);
      if (budget.mode === 'enforce' && (tightest === undefined || view.remaining < tightest.remaining))
        tightest = view;
      if (budget.soft !== undefined && view.used > budget.soft) soft.push(view);
    }
    requests = less(requests, rateView(account, limits.requests, 'rt', counter, calendar));
    tokens = less(tokens, rateView(account, limits.tokens, 'tt', counter, calendar));
  }
  return { tightest, requests, tokens, soft };
}

function budgetView(
  account: Account,
  budget: Budget,
  counter: Item | undefined,
  calendar: Calendar,
): BudgetView {
  const { window, used } = usedNow(budget, account.policy, counter, calendar);
  const { pools } = account.policy;
  const room = (shareOf(budget.limit, account, budget.id, window) - used) * BigInt(pools);
  return {
    scope: account.limits.scope,
    budgetId: budget.id,
    limit: budget.limit,
    used: atLeast0(budget.limit - room),
    remaining: atLeast0(room),
    resetsAt: calendar.end(budget.window),
  };
}

function atLeast0(amount: bigint): Nano {
  return toNano(amount < 0n ? 0n : amount);
}

function rateView(
  account: Account,
  rate: Rate | undefined,
  attr: string,
  counter: Item | undefined,
  calendar: Calendar,
): RateView | undefined {
  if (rate?.mode !== 'enforce') return undefined;
  const share = rateShare(rate, account);
  const nowNs = nanoseconds(calendar.now());
  return {
    scope: account.limits.scope,
    limit: rate.perMinute,
    remaining: left(attr, share, nowNs, counter) * account.policy.pools,
    resetMs: Math.ceil(Number(waitNs(attr, share, share.burst, nowNs, counter)) / 1e6),
  };
}

function less(a: RateView | undefined, b: RateView | undefined): RateView | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.remaining < a.remaining ? b : a;
}
