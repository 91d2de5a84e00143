import type { Nano } from '../../core/money.ts';
import type { Item, JournalRef, Key, LedgerStore } from '../../ports/ledger-store.ts';
import { amount, ENTRIES_FROM, SHARDS, text } from '../items.ts';
import { heldBy, type Pin, readPins } from '../pins.ts';

/** A running request, or one whose process died and that no reaper has reached yet. */
export interface OpenHold {
  readonly requestId: string;
  readonly journal: string;
  readonly held: Nano;
  readonly pins: readonly Pin[];
  /** The entry, for who and what. */
  readonly entry: Item;
}

/** Budget that a process has taken in advance. */
export interface OpenLease {
  readonly id: string;
  readonly journal: string;
  readonly pin: Pin;
  readonly granted: Nano;
  /** Milliseconds since the epoch after which it is given back. */
  readonly ends: number;
}

export interface OpenWork {
  readonly holds: readonly OpenHold[];
  readonly leases: readonly OpenLease[];
  /** False where there are more open journals than one look reads. */
  readonly complete: boolean;
}

/** Journals read by one look, at most: each is a query, and thousands of them would cost more than they tell. */
const MAX_JOURNALS = 1_000;

/** Queries at a time. */
const AT_ONCE = 16;

/** What is open in the journals now. Read one after the other, so it may be some moments out of step with itself. */
export async function openWork(
  store: Pick<LedgerStore, 'query' | 'openJournals'>,
  maxJournals: number = MAX_JOURNALS,
): Promise<OpenWork> {
  const journals = await openJournals(store);
  const holds: OpenHold[] = [];
  const leases: OpenLease[] = [];
  for (let at = 0; at < Math.min(journals.length, maxJournals); at += AT_ONCE) {
    const some = journals.slice(at, Math.min(at + AT_ONCE, maxJournals));
    for (const entries of await Promise.all(some.map(({ pk }) => store.query(pk, ENTRIES_FROM)))) {
      for (const entry of entries) take(entry, holds, leases);
    }
  }
  return { holds, leases, complete: journals.length <= maxJournals };
}

/** Every journal that no reaper has closed, whatever its end. */
export async function openJournals(store: Pick<LedgerStore, 'openJournals'>): Promise<readonly JournalRef[]> {
  const found = await Promise.all(SHARDS.map((shard) => store.openJournals(shard, Number.MAX_SAFE_INTEGER)));
  return found.flat();
}

/** What a hold or a lease keeps of one scope. */
export function heldOf(hold: OpenHold, pin: Pin): Nano {
  return heldBy(pin, hold.held);
}

function take(entry: Item & Key, holds: OpenHold[], leases: OpenLease[]): void {
  const state = text(entry, 'st');
  if (state !== 'HELD' && state !== 'OPEN') return;
  const id = text(entry, 'rid') ?? '';
  const pins = readPins(text(entry, 'sc') ?? '{}');
  if (state === 'HELD') {
    holds.push({ requestId: id, journal: entry.pk, held: amount(entry, 'e'), pins, entry });
    return;
  }
  const [pin] = pins;
  if (pin === undefined) return;
  const ends = Number(amount(entry, 'exp'));
  leases.push({ id, journal: entry.pk, pin, granted: amount(entry, 'g'), ends });
}
