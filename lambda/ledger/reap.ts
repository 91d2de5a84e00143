import type { Item, Key } from '../ports/ledger-store.ts';
import { type Context, warn } from './context.ts';
import {
  absent,
  amount,
  ENTRIES_FROM,
  entryKey,
  entryNumber,
  expiry,
  headerKey,
  ITEM_VERSION,
  put,
  SHARDS,
  text,
} from './items.ts';
import type { ReapReport } from './ledger.ts';
import { NOTHING_BACK } from './move.ts';
import { readPins } from './pins.ts';
import { closeLeases } from './reap-leases.ts';
import { AFTER_CALL, Retry } from './retry.ts';
import { settle } from './settle.ts';

/** Reaps what has expired before `before`. A journal that cannot be closed now is reported and left for the next time. */
export async function reap(ctx: Context, before: number): Promise<ReapReport> {
  let journals = 0;
  let abandoned = 0;
  for (const shard of SHARDS) {
    for (const { pk } of await ctx.store.openJournals(shard, before)) {
      if (ctx.journals.isOwn(pk)) continue;
      const report = await tryReap(ctx, pk);
      journals += report.journals;
      abandoned += report.abandoned;
    }
  }
  return { journals, abandoned };
}

/** Ends this process's own journals at once; the requests are over, so there is nothing to wait for. */
export async function closeOwn(ctx: Context): Promise<void> {
  ctx.journals.slots.close();
  for (const pk of ctx.journals.own()) await tryReap(ctx, pk);
}

async function tryReap(ctx: Context, journal: string): Promise<ReapReport> {
  try {
    return await reapJournal(ctx, journal);
  } catch (error) {
    warn(
      ctx,
      'ledger_reap_failed',
      undefined,
      `${journal}: ${error instanceof Error ? error.message : error}`,
    );
    return { journals: 0, abandoned: 0 };
  }
}

/**
 * Any number of reapers may do this at once, with the owner still writing. After the fence no entry can appear, since an
 * owner appends number n+1 only when it knows n; so what is held after it is all there will ever be. No clock is trusted.
 */
async function reapJournal(ctx: Context, journal: string): Promise<ReapReport> {
  const retry = new Retry(ctx, AFTER_CALL);
  let abandoned = 0;
  for (;;) {
    const entries = await ctx.store.query(journal, ENTRIES_FROM);
    if (!(await fence(ctx, journal, entries))) {
      if (await retry.later()) continue;
      throw new Error('the journal could not be fenced');
    }
    for (const entry of entries) {
      if (text(entry, 'st') === 'HELD' && (await abandon(ctx, journal, entry))) abandoned += 1;
    }
    const after = await ctx.store.query(journal, ENTRIES_FROM);
    if (!after.some((entry) => text(entry, 'st') === 'HELD')) {
      await closeLeases(ctx, journal, after, retry);
      break;
    }
    if (!(await retry.later())) throw new Error('entries stay held');
  }
  return { journals: (await closeHeader(ctx, journal, retry)) ? 1 : 0, abandoned };
}

/** Whether every number up to one past the last is taken now. Anything else than a plain success means: look again. */
async function fence(ctx: Context, journal: string, entries: readonly (Item & Key)[]): Promise<boolean> {
  const last = entries.at(-1);
  const taken = new Set(entries.map(entryNumber));
  const end = last === undefined ? 1 : entryNumber(last) + (text(last, 'st') === 'FENCE' ? 0 : 1);
  const set = [put('st', 'FENCE'), put('v', ITEM_VERSION), expiry(ctx.clock.now())];
  for (let number = 1; number <= end; number++) {
    if (taken.has(number)) continue;
    const op = { key: entryKey(journal, number), when: [absent('st')], set };
    if ((await ctx.store.transact([op])).type !== 'done') return false;
  }
  return true;
}

async function abandon(ctx: Context, journal: string, entry: Item & Key): Promise<boolean> {
  const requestId = text(entry, 'rid') ?? '';
  const held = {
    requestId,
    journal,
    number: entryNumber(entry),
    pins: readPins(text(entry, 'sc') ?? '{}'),
    held: amount(entry, 'e'),
    topUps: amount(entry, 'n'),
  };
  const facts = { basis: 'estimate' };
  const result = await settle(ctx, held, {
    by: 'reaper',
    cost: 'hold',
    back: ({ running }) => ({ ...NOTHING_BACK, running }),
    outcome: 'abandoned',
    facts,
  });
  if (result.type === 'settled') warn(ctx, 'ledger_abandoned', requestId, `in ${journal}`);
  return result.type === 'settled';
}

/** Takes the journal out of the index. False if another reaper has done so. */
async function closeHeader(ctx: Context, journal: string, retry: Retry): Promise<boolean> {
  const op = {
    key: headerKey(journal),
    // Headers of version 1 are OPEN; what is in the index is not closed, whatever it is called.
    when: [{ op: 'atLeast' as const, attr: 'gx', value: '' }],
    set: [put('st', 'CLOSED'), { op: 'remove' as const, attr: 'gx' }],
  };
  for (;;) {
    const { type } = await ctx.store.transact([op]);
    if (type === 'done') return true;
    if (type === 'refused') return false;
    if (!(await retry.later())) throw new Error('the header could not be closed');
  }
}
