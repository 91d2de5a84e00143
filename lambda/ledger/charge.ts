import type { Nano } from '../core/money.ts';
import type { Budget, Rate, ScopeLimits } from '../core/scope-limits.ts';
import type { Change, Condition, Item, Op } from '../ports/ledger-store.ts';
import type { Calendar } from './calendar.ts';
import { fence } from './fence.ts';
import { nanoseconds, nsOf, take } from './gcra.ts';
import { absent, add, atMost, counterKey, equals, ITEM_VERSION, put, text } from './items.ts';
import type { RateKind } from './ledger.ts';
import type { PinnedWindow } from './pins.ts';
import { type Pool, rateShare, shareOf } from './shares.ts';
import { windowNow } from './used.ts';

/** One scope of a request: the counter that is charged, and the limits in force for it. */
export interface Account extends Pool {
  readonly limits: ScopeLimits;
}

/** What is taken from one counter. */
export interface Take {
  readonly money: Nano;
  readonly requests: number;
  readonly tokens: number;
  /** The request counts among the running ones. */
  readonly running: boolean;
  /** `request` and `lease` hold; `post` is settled at once. */
  readonly as: 'request' | 'lease' | 'post';
  /** Number of the config that the limits are from. */
  readonly number: number;
}

/** The name of a limit within its scope: a budget's id, or what a rate counts. */
export type LimitName = string;

export interface Charge {
  readonly op: Op;
  /** The windows charged. */
  readonly windows: readonly PinnedWindow[];
  /** Nanoseconds taken from the bucket of tokens. */
  readonly tokenNs: bigint;
  /** Limits whose share is too small for a window that begins now; with one of them the op may not be written. */
  readonly short: readonly LimitName[];
}

/** What a charge is made of while it is put together. */
interface Draft {
  readonly account: Account;
  readonly taken: Take;
  readonly seen: Item | undefined;
  /** Observed limits that are known to be passed: they are charged without a condition. */
  readonly relaxed: ReadonlySet<LimitName>;
  readonly calendar: Calendar;
  readonly when: Condition[];
  readonly set: Change[];
  readonly short: LimitName[];
}

/**
 * Takes an amount from every window and rate of a counter that is current now. `seen` is the last seen copy and only a
 * guess: each decision that rests on it is pinned by a condition, so that a stale guess fails instead of writing
 * something wrong. A new or rolled window carries no limit condition, because what never fits was refused before.
 */
export function charge(
  account: Account,
  taken: Take,
  seen: Item | undefined,
  calendar: Calendar,
  relaxed: ReadonlySet<LimitName>,
): Charge {
  const draft: Draft = { account, taken, seen, relaxed, calendar, when: [], set: [], short: [] };
  const { scope, budgets } = account.limits;
  const windows: PinnedWindow[] = [];
  for (const budget of budgets) {
    if (budget.window.window === 'total') chargeTotal(draft, budget);
    else windows.push({ budget: budget.id, id: chargeWindow(draft, budget) });
    showLimit(draft, budget);
  }
  const { when, set } = draft;
  set.push(add('tu', taken.money));
  if (taken.as === 'post') set.push(add('s', taken.money));
  set.push(taken.as === 'lease' ? add('ol', 1n) : add('q', 1n));
  const tokenNs = chargeRates(draft);
  // What is posted is limited by nothing, so it does not matter who limits what.
  if (taken.as !== 'post') fence(account.policy.version, taken.number, seen, draft);
  if (seen?.['v'] === undefined) set.push(put('v', ITEM_VERSION));
  const op = { key: counterKey(scope, account.pool), when, set };
  return { op, windows, tokenNs, short: draft.short };
}

function chargeTotal({ account, taken, seen, relaxed, when, short }: Draft, budget: Budget): void {
  if (relaxed.has(budget.id)) return;
  const share = shareOf(budget.limit, account, budget.id, 'total');
  if (seen?.['tu'] !== undefined) when.push(atMost('tu', share - taken.money));
  else {
    when.push(absent('tu'));
    if (taken.money > share) short.push(budget.id);
  }
}

/** Returns the id of the window charged: the clock's or, where another clock is ahead, the counter's. */
function chargeWindow(draft: Draft, budget: Budget): string {
  const { account, taken, seen, relaxed, when, set } = draft;
  const { id: name, limit } = budget;
  const clockId = windowNow(budget, account.policy, draft.calendar);
  const seenId = text(seen, `${name}.id`);
  if (seenId !== undefined && seenId >= clockId) {
    when.push(equals(`${name}.id`, seenId));
    const share = shareOf(limit, account, name, seenId);
    if (!relaxed.has(name)) when.push(atMost(`${name}.used`, share - taken.money));
    set.push(add(`${name}.used`, taken.money));
    if (taken.as === 'post') set.push(add(`${name}.spent`, taken.money));
    return seenId;
  }
  when.push(seenId === undefined ? absent(`${name}.id`) : equals(`${name}.id`, seenId));
  if (seenId !== undefined) {
    set.push({ op: 'copy', attr: `${name}.prev`, from: `${name}.id` });
    set.push({ op: 'copy', attr: `${name}.prevUsed`, from: `${name}.used` });
    set.push(
      seen?.[`${name}.spent`] === undefined
        ? put(`${name}.prevSpent`, 0n)
        : { op: 'copy', attr: `${name}.prevSpent`, from: `${name}.spent` },
    );
  }
  const spent = taken.as === 'post' ? taken.money : 0n;
  set.push(put(`${name}.id`, clockId), put(`${name}.used`, taken.money), put(`${name}.spent`, spent));
  if (!relaxed.has(name) && taken.money > shareOf(limit, account, name, clockId)) draft.short.push(name);
  return clockId;
}

/** Readers of a counter alone, such as alerts, learn the limit from it. */
function showLimit({ seen, set }: Draft, budget: Budget): void {
  const attr = `${budget.id}.lim`;
  if (seen?.[attr] !== budget.limit) set.push(put(attr, budget.limit));
}

/** A rate of a scope that a charge takes from, with its attribute in a counter. */
export interface TakenRate {
  readonly of: 'requests' | 'tokens';
  readonly attr: 'rt' | 'tt';
  readonly rate: Rate;
  readonly units: number;
}

/** The rates that a charge takes something from, requests first. */
export function ratesFor({ requests, tokens }: ScopeLimits, taken: Take): readonly TakenRate[] {
  const rates: TakenRate[] = [];
  if (requests !== undefined && taken.requests !== 0)
    rates.push({ of: 'requests', attr: 'rt', rate: requests, units: taken.requests });
  if (tokens !== undefined && taken.tokens !== 0)
    rates.push({ of: 'tokens', attr: 'tt', rate: tokens, units: taken.tokens });
  return rates;
}

/** Returns the nanoseconds taken from the bucket of tokens. */
function chargeRates(draft: Draft): bigint {
  const { account, taken, seen, relaxed, when, set } = draft;
  const { parallel } = account.limits;
  const nowNs = nanoseconds(draft.calendar.now());
  let tokenNs = 0n;
  for (const { of, attr, rate, units } of ratesFor(account.limits, taken)) {
    // A rate that is only observed and full is not charged: a refused request would not have been either.
    if (relaxed.has(of)) continue;
    const share = rateShare(rate, account);
    if (units > share.burst) draft.short.push(of);
    else {
      const moves = take(attr, share, units, nowNs, seen, { when, set });
      if (of === 'tokens') tokenNs = moves;
    }
  }
  if (parallel !== undefined && taken.running) {
    if (!relaxed.has('parallel' satisfies RateKind)) {
      if (seen?.['pl'] === undefined) when.push(absent('pl'));
      else when.push(atMost('pl', BigInt(parallel.limit) - 1n));
    }
    set.push(add('pl', 1n));
  }
  return tokenNs;
}

/** Nanoseconds that `units` of a rate are worth on the counter that was charged, for giving back; 0 without that rate. */
export function nsOn(account: Account, of: 'requests' | 'tokens', units: number): bigint {
  const rate = account.limits[of];
  return rate === undefined ? 0n : nsOf(rateShare(rate, account), units);
}
