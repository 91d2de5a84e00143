import type { Change, FailedOp, Item, Op } from '../ports/ledger-store.ts';
import type { Context } from './context.ts';
import { absent, type EntryState, entryKey, text } from './items.ts';
import type { Refusal } from './ledger.ts';
import { type Retry, reasonOf } from './retry.ts';
import type { Journal, Slot } from './slots.ts';
import { bury } from './tombstone.ts';

/** An entry to append, with what must be written in the same transaction. */
export interface Draft {
  /** Of the request, or of the lease. */
  readonly id: string;
  readonly state: Extract<EntryState, 'HELD' | 'F' | 'OPEN'>;
  /** Reads what planning will need, while a journal is being opened. Never rejects. */
  warm?(): Promise<void>;
  /** Asked anew for each try, since counters move in between. May append to the slot's journal first, but not in doubt. */
  plan(place: Place): Plan | Stop | Promise<Plan | Stop>;
  /** Told the ops beside the entry whose conditions failed; answers with a stop if another try is in vain. */
  learn(failed: readonly FailedOp[]): Stop | undefined;
  /** Told that another transaction was in the way, and of which ops if that is known. */
  conflicted?(at: readonly number[] | undefined): void;
}

export interface Place {
  readonly slot: Slot;
  readonly retry: Retry;
  /** An earlier try may have worked, or may still: its number is not given up, and nothing else may take it. */
  readonly inDoubt: boolean;
}

export interface Plan {
  readonly type: 'plan';
  readonly beside: readonly Op[];
  readonly entry: readonly Change[];
}

export interface Refused {
  readonly type: 'refused';
  readonly refusal: Refusal;
}

export interface Behind {
  readonly type: 'behind';
  readonly number: number;
}

export interface Unavailable {
  readonly type: 'unavailable';
  readonly reason: string;
  /** The entry may be there after all: the reaper charges it then. */
  readonly inDoubt?: true;
}

/** Why nothing is appended. */
export type Stop = Refused | Behind | Unavailable;

export interface Appended {
  readonly type: 'appended';
  readonly journal: Journal;
  readonly number: number;
  /** The entry, if an earlier try had written it: then it holds the plan of that try, not of the last one. */
  readonly found: Item | undefined;
}

/** Appends an entry exactly once or not at all. In doubt it says `unavailable`, and then the reaper charges what lies there. */
export async function append(ctx: Context, draft: Draft, retry: Retry): Promise<Appended | Stop> {
  const { slots } = ctx.journals;
  const slot = slots.take() ?? (await slots.wait(retry.left()));
  if (slot === undefined) return unavailable('no journal became free in time');
  try {
    return await appendIn(ctx, slot, draft, retry);
  } finally {
    slots.release(slot);
  }
}

/** The same in a slot that is already taken. */
export async function appendIn(
  ctx: Context,
  slot: Slot,
  draft: Draft,
  retry: Retry,
): Promise<Appended | Stop> {
  let verdict: Stop = unavailable('the ledger is too busy');
  let inDoubt = false;
  slot.journal = ctx.journals.current(slot);
  for (;;) {
    const journal = slot.journal ?? (await opened(ctx, slot, draft, retry));
    if (journal === undefined) return unavailable('no journal could be opened');
    const plan = await draft.plan({ slot, retry, inDoubt });
    if (plan.type !== 'plan') {
      verdict = plan;
      break;
    }
    // Planning has appended a lease and met a fence: what was planned pays from a journal that is gone.
    if (slot.journal !== journal || (journal.dead && !inDoubt)) {
      if (slot.journal === journal) slot.journal = undefined;
      if (!retry.now()) return verdict;
      continue;
    }
    const entry = { key: entryKey(journal.pk, journal.next), when: [absent('st')], set: plan.entry };
    const result = await ctx.store.transact([...plan.beside, entry]);
    if (result.type === 'done') return appended(journal, undefined);
    if (result.type !== 'refused') {
      inDoubt ||= result.type === 'unknown';
      if (result.type === 'conflict') draft.conflicted?.(result.at);
      verdict = unavailable(reasonOf(result));
      if (await retry.later()) continue;
      break;
    }
    const taken = result.failed.find((op) => op.index === plan.beside.length);
    if (taken === undefined) {
      const stop = draft.learn(result.failed);
      if (stop !== undefined) verdict = stop;
      if (stop === undefined && retry.now()) continue;
      break;
    }
    if (isOurs(taken.item, draft)) return appended(journal, taken.item);
    abandon(ctx, slot, journal);
    if (taken.item === undefined || text(taken.item, 'rid') === draft.id) {
      return { ...unavailable('the reaper was faster'), inDoubt: true };
    }
    // Fenced. What holds this number is not ours, so none of the tries has worked and none can any more.
    inDoubt = false;
    if (!retry.now()) return verdict;
  }
  return inDoubt && slot.journal !== undefined
    ? settleDoubt(ctx, slot, slot.journal, draft, verdict)
    : verdict;
}

async function opened(ctx: Context, slot: Slot, draft: Draft, retry: Retry): Promise<Journal | undefined> {
  const [journal] = await Promise.all([ctx.journals.open(slot, retry), draft.warm?.()]);
  return journal;
}

/** Gives up a number that a lost try may have taken: it becomes a tombstone, or turns out to be the entry after all. */
async function settleDoubt(
  ctx: Context,
  slot: Slot,
  journal: Journal,
  draft: Draft,
  verdict: Stop,
): Promise<Appended | Stop> {
  const grave = await bury(ctx, entryKey(journal.pk, journal.next));
  if (grave.type === 'buried') {
    journal.next += 1;
    return verdict;
  }
  if (grave.type === 'taken' && isOurs(grave.item, draft)) return appended(journal, grave.item);
  abandon(ctx, slot, journal);
  if (grave.type === 'taken' && text(grave.item, 'rid') !== draft.id) return verdict;
  return { ...unavailable('the fate of the admission is not known'), inDoubt: true };
}

/** Nothing more is written to this journal from here; the reaper settles what lies there. */
function abandon(ctx: Context, slot: Slot, journal: Journal): void {
  slot.journal = undefined;
  ctx.leases.abandon(journal);
}

function isOurs(item: Item | undefined, draft: Draft): boolean {
  return text(item, 'rid') === draft.id && text(item, 'st') === draft.state;
}

function appended(journal: Journal, found: Item | undefined): Appended {
  const number = journal.next;
  journal.next += 1;
  return { type: 'appended', journal, number, found };
}

export function unavailable(reason: string): Unavailable {
  return { type: 'unavailable', reason };
}
