import type { Change, Op } from '../ports/ledger-store.ts';
import { append, type Draft, type Plan, unavailable } from './append.ts';
import { charge } from './charge.ts';
import type { Context } from './context.ts';
import { absent, counterKey, expiry, ITEM_VERSION, postedKey, put, putFacts } from './items.ts';
import { closeDue } from './lease-close.ts';
import type { Final, Posting, Settled } from './ledger.ts';
import { type Pin, writePins } from './pins.ts';
import { inForce } from './policy.ts';
import { AFTER_CALL, Retry } from './retry.ts';

/** Writes an entry that is final at once. It is in no counter, so it may not cost anything. */
export async function record(ctx: Context, requestId: string, final: Final): Promise<Settled> {
  if (final.cost !== 0n) throw new RangeError('Bug! A cost without an admission');
  const entry = [...finalChanges(ctx, requestId, final, 'self'), put('sc', '{}')];
  const result = await write(ctx, {
    id: requestId,
    state: 'F',
    plan: () => ({ type: 'plan', beside: [], entry }),
    learn: () => undefined,
  });
  // Where every call is refused none is settled, and what ended leases hold would stay away from all of them.
  await closeDue(ctx);
  return result;
}

/**
 * Charges what was caused without an admission to every scope, whatever the limits: a recorded overrun. Rates have no
 * say any more, because the request is over. A mark in the same write makes it once for a request, however often it is
 * tried, and by whichever journal.
 */
export async function post(ctx: Context, posting: Posting): Promise<Settled> {
  const { requestId, scopes } = posting;
  const fixed = [...finalChanges(ctx, requestId, posting, 'posted'), put('overrun', 1n)];
  let before = false;
  const settled = await write(ctx, {
    id: requestId,
    state: 'F',
    plan: () => postPlan(ctx, posting, fixed),
    learn(failed) {
      for (const { index, item } of failed) {
        const limits = scopes[index];
        if (limits !== undefined) ctx.counters.saw(counterKey(limits.scope), item);
        before ||= limits === undefined;
      }
      return before ? unavailable('it was posted before') : undefined;
    },
  });
  return before ? { type: 'settled' } : settled;
}

function postPlan(ctx: Context, { requestId, scopes, cost, own }: Posting, fixed: readonly Change[]): Plan {
  const beside: Op[] = [];
  const pins: Pin[] = [];
  for (const config of scopes) {
    const { scope } = config;
    const seen = ctx.counters.seen(counterKey(scope));
    const policy = ctx.policies.of(scope);
    const limits = inForce(config, policy, ctx.clock.now());
    const money = own?.get(scope) ?? cost;
    const take = { money, requests: 0, tokens: 0, running: false, as: 'post', number: 0 } as const;
    const names = new Set(limits.budgets.map(({ id }) => id));
    // Pool 0 takes it, whoever has the room: what is posted is beyond all limits anyway.
    const { op, windows } = charge({ limits, policy, pool: 0 }, take, seen, ctx.calendar, names);
    beside.push(op);
    pins.push({
      scope,
      pool: 0,
      lease: undefined,
      own: own?.has(scope) ? money : undefined,
      running: false,
      tokenNs: 0n,
      windows,
    });
  }
  const mark = [put('st', 'POSTED'), put('v', ITEM_VERSION), expiry(ctx.clock.now())];
  beside.push({ key: postedKey(requestId), when: [absent('st')], set: mark });
  return { type: 'plan', beside, entry: [...fixed, put('sc', writePins(pins))] };
}

function finalChanges(ctx: Context, requestId: string, final: Final, by: 'self' | 'posted'): Change[] {
  const entry = [
    put('st', 'F'),
    put('v', ITEM_VERSION),
    put('rid', requestId),
    put('e', 0n),
    put('n', 0n),
    put('a', final.cost),
    put('by', by),
    put('outcome', final.outcome),
    expiry(ctx.clock.now()),
  ];
  if (final.own !== undefined && by === 'posted') {
    const amounts = [...final.own].map(([scope, money]) => [scope, String(money)]);
    entry.push(put('oc', JSON.stringify(Object.fromEntries(amounts))));
  }
  putFacts(entry, final.facts);
  return entry;
}

async function write(ctx: Context, draft: Draft): Promise<Settled> {
  const result = await append(ctx, draft, new Retry(ctx, AFTER_CALL));
  if (result.type === 'appended') return { type: 'settled' };
  if (result.type === 'unavailable') return result;
  throw new Error('Bug! A final entry was refused');
}
