import type { Change, FailedOp, Item, Op } from '../ports/ledger-store.ts';
import type { Context } from './context.ts';
import { absent, type EntryState, entryKey, text } from './items.ts';
import type { BudgetRefusal } from './ledger.ts';
import { type Retry, reasonOf } from './retry.ts';
import type { Journal, Slot } from './slots.ts';
import { bury } from './tombstone.ts';

/** An entry to append, with what must be written in the same transaction. */
export interface Draft {
  readonly requestId: string;
  readonly state: Extract<EntryState, 'HELD' | 'F'>;
  /** Asked anew for each try, since counters move in between. */
  plan(): Plan | Refused;
  /** Told the ops beside the entry whose conditions failed; answers with a refusal if there really is no room. */
  learn(failed: readonly FailedOp[]): BudgetRefusal | undefined;
}

export interface Plan {
  readonly type: 'plan';
  readonly beside: readonly Op[];
  readonly entry: readonly Change[];
}

export interface Refused {
  readonly type: 'refused';
  readonly refusal: BudgetRefusal;
}

export interface Unavailable {
  readonly type: 'unavailable';
  readonly reason: string;
}

export interface Appended {
  readonly type: 'appended';
  readonly journal: string;
  readonly number: number;
  /** The entry, if an earlier try had written it: then it holds the plan of that try, not of the last one. */
  readonly found: Item | undefined;
}

/** Appends an entry exactly once or not at all. In doubt it says `unavailable`, and then the reaper charges what lies there. */
export async function append(
  ctx: Context,
  draft: Draft,
  retry: Retry,
): Promise<Appended | Refused | Unavailable> {
  const { slots } = ctx.journals;
  const slot = slots.take() ?? (await slots.wait(retry.left()));
  if (slot === undefined) return unavailable('no journal became free in time');
  try {
    return await appendIn(ctx, slot, draft, retry);
  } finally {
    slots.release(slot);
  }
}

async function appendIn(
  ctx: Context,
  slot: Slot,
  draft: Draft,
  retry: Retry,
): Promise<Appended | Refused | Unavailable> {
  let journal = ctx.journals.current(slot) ?? (await ctx.journals.open(slot, retry));
  let verdict: Refused | Unavailable = unavailable('the ledger is too busy');
  /** Whether some try at this number may have worked, or may still. Forbids to leave the number before it is settled. */
  let doubt = false;
  for (;;) {
    if (journal === undefined) return unavailable('no journal could be opened');
    const plan = draft.plan();
    if (plan.type === 'refused') {
      verdict = plan;
      break;
    }
    const entry = { key: entryKey(journal.pk, journal.next), when: [absent('st')], set: plan.entry };
    const result = await ctx.store.transact([...plan.beside, entry]);
    if (result.type === 'done') return appended(journal, undefined);
    if (result.type !== 'refused') {
      doubt ||= result.type === 'unknown';
      verdict = unavailable(reasonOf(result));
      if (await retry.later()) continue;
      break;
    }
    const taken = result.failed.find((op) => op.index === plan.beside.length);
    if (taken === undefined) {
      const refusal = draft.learn(result.failed);
      if (refusal !== undefined) verdict = { type: 'refused', refusal };
      if (refusal === undefined && retry.now()) continue;
      break;
    }
    if (isOurs(taken.item, draft)) return appended(journal, taken.item);
    slot.journal = undefined;
    if (taken.item === undefined || text(taken.item, 'rid') === draft.requestId) {
      return unavailable('the reaper was faster');
    }
    // Fenced. What holds this number is not ours, so none of the tries has worked and none can any more.
    doubt = false;
    if (!retry.now()) return verdict;
    journal = await ctx.journals.open(slot, retry);
  }
  return doubt && journal !== undefined ? settleDoubt(ctx, slot, journal, draft, verdict) : verdict;
}

/** Gives up a number that a lost try may have taken: it becomes a tombstone, or turns out to be the entry after all. */
async function settleDoubt(
  ctx: Context,
  slot: Slot,
  journal: Journal,
  draft: Draft,
  verdict: Refused | Unavailable,
): Promise<Appended | Refused | Unavailable> {
  const grave = await bury(ctx, entryKey(journal.pk, journal.next));
  if (grave.type === 'buried') {
    journal.next += 1;
    return verdict;
  }
  if (grave.type === 'taken' && isOurs(grave.item, draft)) return appended(journal, grave.item);
  slot.journal = undefined;
  if (grave.type === 'taken' && text(grave.item, 'rid') !== draft.requestId) return verdict;
  return unavailable('the fate of the admission is not known');
}

function isOurs(item: Item | undefined, draft: Draft): boolean {
  return text(item, 'rid') === draft.requestId && text(item, 'st') === draft.state;
}

function appended(journal: Journal, found: Item | undefined): Appended {
  const number = journal.next;
  journal.next += 1;
  return { type: 'appended', journal: journal.pk, number, found };
}

export function unavailable(reason: string): Unavailable {
  return { type: 'unavailable', reason };
}
