import { type Nano, toNano } from '../core/money.ts';
import type { Budget, Mode, Rate } from '../core/scope-limits.ts';
import type { Item } from '../ports/ledger-store.ts';
import type { Calendar } from './calendar.ts';
import { type Account, type LimitName, ratesFor, type Take } from './charge.ts';
import { nanoseconds, neverFits as neverFitsRate, waitNs } from './gcra.ts';
import { amount } from './items.ts';
import type { BudgetRefusal, RateKind, RateRefusal, Refusal } from './ledger.ts';
import type { Pin } from './pins.ts';
import { rateShare, shareOf } from './shares.ts';
import { type Used, usedNow, usedPinned } from './used.ts';

/** A limit without room, and what that means for whom. */
export interface Lack {
  readonly name: LimitName;
  readonly mode: Mode;
  readonly refusal: Refusal;
}

/** The first enforced limit of these. Observed ones are noted in `relaxed`: they refuse nobody and are told. */
export function enforcedOf(all: readonly Lack[], relaxed: Set<LimitName>): Lack | undefined {
  for (const { name, mode } of all) if (mode === 'observe') relaxed.add(name);
  return all.find(({ mode }) => mode === 'enforce');
}

/** Observed limits that would have refused, as an entry and its caller are told. */
export function wouldRefuseOf(scope: string, relaxed: ReadonlySet<LimitName>): readonly string[] {
  return [...relaxed].map((name) => `${scope} ${name}`);
}

/** A guess of how long a running request still takes, in milliseconds: the ledger cannot know. */
const PARALLEL_WAIT_MS = 1_000;

/** The limits below what one call needs: waiting does not help, a smaller request may. */
export function misfits(account: Account, taken: Take, calendar: Calendar): readonly Lack[] {
  const { scope, budgets, parallel } = account.limits;
  const lacks: Lack[] = [];
  for (const budget of budgets) {
    if (taken.money <= budget.limit) continue;
    const refusal = budgetRefusal(account, budget, calendar, {
      kind: 'never_fits',
      estimate: taken.money,
      spent: toNano(0n),
      held: toNano(0n),
    });
    lacks.push({ name: budget.id, mode: budget.mode, refusal });
  }
  for (const { of, rate, units } of ratesFor(account.limits, taken)) {
    if (!neverFitsRate(rate, units)) continue;
    lacks.push({ name: of, mode: rate.mode, refusal: rateRefusal(scope, of, rate, units, 'never_fits', 0) });
  }
  if (parallel !== undefined && taken.running && parallel.limit < 1) {
    const rate = { perMinute: parallel.limit, burst: parallel.limit, mode: parallel.mode };
    const refusal = rateRefusal(scope, 'parallel', rate, 1, 'never_fits', 0);
    lacks.push({ name: 'parallel', mode: parallel.mode, refusal });
  }
  return lacks;
}

/** The limits for which a counter has no room for a new charge, by this copy of it. */
export function lacks(
  account: Account,
  taken: Take,
  counter: Item | undefined,
  calendar: Calendar,
): readonly Lack[] {
  const found: Lack[] = [];
  for (const budget of account.limits.budgets) {
    const used = usedNow(budget, account.policy, counter, calendar);
    const share = shareOf(budget.limit, account, budget.id, used.window);
    if (used.used + taken.money <= share) continue;
    const refusal = full(account, budget, calendar, used, toNano(0n), taken.money);
    found.push({ name: budget.id, mode: budget.mode, refusal });
  }
  return [...found, ...rateLacks(account, taken, counter, calendar)];
}

function rateLacks(
  account: Account,
  taken: Take,
  counter: Item | undefined,
  calendar: Calendar,
): readonly Lack[] {
  const { scope, parallel } = account.limits;
  const nowNs = nanoseconds(calendar.now());
  const found: Lack[] = [];
  for (const { of, attr, rate, units } of ratesFor(account.limits, taken)) {
    const wait = waitNs(attr, rateShare(rate, account), units, nowNs, counter);
    if (wait === 0n) continue;
    // The limits may have become others since it was asked whether the call fits at all.
    const refusal = neverFitsRate(rate, units)
      ? rateRefusal(scope, of, rate, units, 'never_fits', 0)
      : rateRefusal(scope, of, rate, units, 'exceeded', Number(wait / 1_000_000n) + 1);
    found.push({ name: of, mode: rate.mode, refusal });
  }
  if (parallel !== undefined && taken.running && amount(counter, 'pl') >= BigInt(parallel.limit)) {
    const rate = { perMinute: parallel.limit, burst: parallel.limit, mode: parallel.mode };
    const refusal = rateRefusal(scope, 'parallel', rate, 1, 'exceeded', PARALLEL_WAIT_MS);
    found.push({ name: 'parallel', mode: parallel.mode, refusal });
  }
  return found;
}

/** The budgets without room for `extra` beside the `held` that a request has in its pinned windows. */
export function lacksForMore(
  account: Account,
  pin: Pin,
  more: { readonly held: Nano; readonly extra: Nano },
  counter: Item | undefined,
  calendar: Calendar,
): readonly Lack[] {
  return account.limits.budgets.flatMap((budget) => {
    const used = usedPinned(budget, pin, counter);
    if (used === undefined) return [];
    const share = shareOf(budget.limit, account, budget.id, used.window);
    if (used.used + more.extra <= share) return [];
    const refusal = full(account, budget, calendar, used, more.held, more.extra);
    return [{ name: budget.id, mode: budget.mode, refusal }];
  });
}

/** A window without room, told by its figures. What the request itself holds is not counted as others' holds. */
export function full(
  account: Pick<Account, 'limits'>,
  budget: Budget,
  calendar: Calendar,
  { used, spent }: Used,
  own: Nano,
  extra: Nano,
): BudgetRefusal {
  const estimate = toNano(own + extra);
  const held = used - spent - own;
  return budgetRefusal(account, budget, calendar, {
    kind: spent + estimate <= budget.limit ? 'held' : 'exceeded',
    estimate,
    spent,
    held: toNano(held < 0n ? 0n : held),
  });
}

function budgetRefusal(
  { limits }: Pick<Account, 'limits'>,
  budget: Budget,
  calendar: Calendar,
  figures: Pick<BudgetRefusal, 'kind' | 'estimate' | 'spent' | 'held'>,
): BudgetRefusal {
  return {
    type: 'budget',
    scope: limits.scope,
    budgetId: budget.id,
    limit: budget.limit,
    resetsAt: calendar.end(budget.window),
    ...figures,
  };
}

function rateRefusal(
  scope: string,
  of: RateKind,
  rate: Rate,
  needed: number,
  kind: RateRefusal['kind'],
  waitMs: number,
): RateRefusal {
  return { type: 'rate', kind, of, scope, limit: rate.perMinute, burst: rate.burst, needed, waitMs };
}
