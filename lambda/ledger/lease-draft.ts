import { toNano } from '../core/money.ts';
import type { Change, FailedOp, Item } from '../ports/ledger-store.ts';
import { type Appended, appendIn, type Draft, type Plan, type Stop, unavailable } from './append.ts';
import { type Account, charge, type Take } from './charge.ts';
import type { Claim } from './claim.ts';
import type { Context } from './context.ts';
import { hasNewerLimits } from './fence.ts';
import { left, nanoseconds } from './gcra.ts';
import { amount, counterKey, expiry, ITEM_VERSION, put } from './items.ts';
import { type Grant, Lease } from './leases.ts';
import { type Pin, writePins } from './pins.ts';
import { isOverdrawn } from './pools.ts';
import { Retry } from './retry.ts';
import { rateShare, shareOf } from './shares.ts';
import type { Slot } from './slots.ts';
import { usedNow } from './used.ts';

/** Tries of one lease: when it is not to be had soon, the request pays for itself. */
const TRIES = 4;

/** Requests that one lease pays for at most: a pause of a process must not strand more. */
const MOST_REQUESTS = 100_000;

/** Observed limits bind a lease like all others: what passes them has to be told in the entry that does. */
const NOTHING_RELAXED: ReadonlySet<string> = new Set();

const SMALL: Stop = unavailable('a lease is not worth it');

/** Opens a lease for a scope in a slot's journal; undefined where it cannot be had or is not worth it. */
export async function openLease(
  ctx: Context,
  slot: Slot,
  claim: Claim,
  withinMs: number,
): Promise<Lease | undefined> {
  const draft = new LeaseDraft(ctx, claim);
  const retry = new Retry(ctx, { tries: TRIES, withinMs, longestPauseMs: 200 });
  const result = await appendIn(ctx, slot, draft, retry);
  return result.type === 'appended' ? draft.made(result) : undefined;
}

class LeaseDraft implements Draft {
  readonly id: string;
  readonly state = 'OPEN';
  readonly #ctx: Context;
  readonly #claim: Claim;
  readonly #account: Account;
  readonly #end: number;
  #grant: Grant | undefined;
  #pin: Pin | undefined;

  constructor(ctx: Context, claim: Claim) {
    this.id = `lease_${ctx.ids.next(ctx.clock.now())}`;
    this.#ctx = ctx;
    this.#claim = claim;
    this.#account = claim.account;
    this.#end = Math.floor(ctx.clock.now() + varied(ctx, ctx.rules.leaseMs));
  }

  plan({ inDoubt }: { readonly inDoubt: boolean }): Plan | Stop {
    const { counters, calendar } = this.#ctx;
    const seen = counters.seen(counterKey(this.#claim.scope, this.#account.pool));
    // In doubt the same is asked for again, so that what was granted is known whichever try has worked.
    const grant = inDoubt ? this.#grant : grantFor(this.#ctx, this.#claim, seen);
    if (grant === undefined || isOverdrawn(this.#account)) return SMALL;
    const { scope } = this.#claim;
    const { op, windows, short } = charge(
      this.#account,
      this.#takeOf(grant),
      seen,
      calendar,
      NOTHING_RELAXED,
    );
    if (short.length > 0) return SMALL;
    const pin = {
      scope,
      pool: this.#account.pool,
      lease: undefined,
      own: undefined,
      running: false,
      tokenNs: 0n,
      windows,
    };
    if (inDoubt && writePins([pin]) !== writePins(this.#pin === undefined ? [] : [this.#pin])) {
      return unavailable('a window has turned');
    }
    this.#grant = grant;
    this.#pin = pin;
    return { type: 'plan', beside: [op], entry: this.#entry(grant, pin) };
  }

  learn(failed: readonly FailedOp[]): Stop | undefined {
    const { scope, take } = this.#claim;
    const counter = failed[0]?.item;
    this.#ctx.counters.saw(counterKey(scope, this.#account.pool), counter);
    return hasNewerLimits(this.#ctx, scope, counter, take.number) ? SMALL : undefined;
  }

  conflicted(): void {
    this.#ctx.heat.conflict(this.#claim.scope);
  }

  made({ journal, number }: Appended): Lease {
    if (this.#grant === undefined || this.#pin === undefined) throw new Error('Bug! A lease without a plan');
    const lease = new Lease({
      account: this.#account,
      journal,
      number,
      pin: this.#pin,
      end: this.#end,
      grant: this.#grant,
    });
    this.#ctx.leases.add(lease);
    return lease;
  }

  #takeOf({ money, requests, tokens }: Grant): Take {
    const { number } = this.#claim.take;
    return { money, requests: requests ?? 0, tokens: tokens ?? 0, running: false, as: 'lease', number };
  }

  #entry(grant: Grant, pin: Pin): readonly Change[] {
    return [
      put('st', this.state),
      put('v', ITEM_VERSION),
      put('rid', this.id),
      put('g', grant.money),
      put('sc', writePins([pin])),
      put('exp', BigInt(this.#end)),
      expiry(this.#ctx.clock.now()),
    ];
  }
}

/**
 * What a lease asks for: what this process needs until the end of it, and never more than a fair part of what is left,
 * so that many who ask at once do not strand a budget among them. Undefined where that is too little to bother.
 */
function grantFor(ctx: Context, { account, take, scope }: Claim, seen: Item | undefined): Grant | undefined {
  const { rules, heat, calendar } = ctx;
  // Of a process that has just begun nothing is known. In a crowd it does better with a small lease than with the rest.
  const expected = heat.expected(scope, rules.leaseMs) ?? rules.leastRequests;
  const wanted = Math.max(rules.leastRequests, varied(ctx, Math.min(expected, MOST_REQUESTS)));
  // A copy that was pieced together may say anything.
  const open = amount(seen, 'ol');
  const sharers = 2n * ((open > 0n ? open : 0n) + 1n);
  let money = BigInt(Math.ceil(wanted)) * take.money;
  for (const budget of account.limits.budgets) {
    const { window, used } = usedNow(budget, account.policy, seen, calendar);
    const room = shareOf(budget.limit, account, budget.id, window) - used;
    if (room * BigInt(account.policy.pools) < BigInt(rules.leastRoom) * take.money) return undefined;
    if (room / sharers < money) money = room / sharers;
  }
  if (money === 0n || money < BigInt(rules.leastRequests) * take.money) return undefined;
  const requests = unitsFor(ctx, account, 'requests', wanted, sharers, seen);
  const tokens = unitsFor(ctx, account, 'tokens', wanted * take.tokens, sharers, seen);
  if (requests !== undefined && requests < rules.leastRequests) return undefined;
  if (tokens !== undefined && tokens < rules.leastRequests * take.tokens) return undefined;
  return { money: toNano(money), requests, tokens };
}

function unitsFor(
  ctx: Context,
  account: Account,
  of: 'requests' | 'tokens',
  wanted: number,
  sharers: bigint,
  seen: Item | undefined,
): number | undefined {
  const rate = account.limits[of];
  if (rate === undefined) return undefined;
  const attr = of === 'requests' ? 'rt' : 'tt';
  const free = left(attr, rateShare(rate, account), nanoseconds(ctx.clock.now()), seen);
  return Math.floor(Math.min(wanted, free / Number(sharers)));
}

function varied(ctx: Context, value: number): number {
  return value * (1 + ctx.rules.jitter * (2 * ctx.random.next() - 1));
}
