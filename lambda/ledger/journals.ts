import type { Op } from '../ports/ledger-store.ts';
import type { LedgerDeps } from './context.ts';
import { absent, expiry, headerKey, ITEM_VERSION, journalPk, put, SHARDS, text } from './items.ts';
import type { Retry } from './retry.ts';
import { type Journal, type Slot, Slots } from './slots.ts';

/** Entries of one journal: with its widest rows a reaper reads 20 MB at most, and the six digits of a number suffice. */
const MAX_ENTRIES = 5_000;

/** Milliseconds beyond two longest requests that a journal lives: retries of its last append, and some skew. */
const SLACK_MS = 60_000;

/** This process's journals: opens them, turns to a new one in time, and knows which ones a reaper here must leave alone. */
export class Journals {
  readonly slots: Slots;
  readonly #deps: LedgerDeps;
  /** Own journals and their end. Past it nothing of theirs can still run, and they are reaped like any other. */
  readonly #own = new Map<string, number>();

  constructor(deps: LedgerDeps) {
    this.#deps = deps;
    this.slots = new Slots(deps.clock);
  }

  /** The slot's journal while a request that starts now ends well before the journal does. */
  current(slot: Slot): Journal | undefined {
    const journal = slot.journal;
    if (journal === undefined || journal.dead || journal.next > MAX_ENTRIES) return undefined;
    return this.#deps.clock.now() > journal.expires - this.#deps.longestRequestMs ? undefined : journal;
  }

  /**
   * Opens a new journal for a slot; undefined if the store does not let it in time. The old one is left to the reaper,
   * since its entries may still be held. The header comes before the first entry: what has no header is never reaped.
   */
  async open(slot: Slot, retry: Retry): Promise<Journal | undefined> {
    const { clock, ids, environment, longestRequestMs, store } = this.#deps;
    slot.journal = undefined;
    this.#forgetExpired(clock.now());
    for (;;) {
      const now = clock.now();
      const expires = Math.ceil(now + 2 * longestRequestMs + SLACK_MS);
      const owner = ids.next(now);
      const pk = journalPk(environment, slot.index, slot.epoch);
      slot.epoch += 1;
      this.#own.set(pk, expires);
      const op = this.#header(pk, owner, expires);
      for (;;) {
        const result = await store.transact([op]);
        const found = result.type === 'refused' ? result.failed[0]?.item : undefined;
        if (result.type === 'done' || text(found, 'own') === owner) {
          slot.journal = { pk, expires, next: 1, dead: false };
          return slot.journal;
        }
        // Another process goes by the same name: its journal is not ours to write or to protect.
        if (result.type === 'refused') break;
        if (!(await retry.later())) return undefined;
      }
      this.#own.delete(pk);
      if (!retry.now()) return undefined;
    }
  }

  isOwn(journal: string): boolean {
    const expires = this.#own.get(journal);
    return expires !== undefined && this.#deps.clock.now() <= expires;
  }

  own(): readonly string[] {
    return [...this.#own.keys()];
  }

  #header(pk: string, owner: string, expires: number): Op {
    const shard = SHARDS[Math.floor(this.#deps.random.next() * SHARDS.length)] ?? 'X0';
    return {
      key: headerKey(pk),
      when: [absent('st')],
      set: [
        put('st', 'LIVE'),
        put('v', ITEM_VERSION),
        put('own', owner),
        put('exp', BigInt(expires)),
        put('gx', shard),
        expiry(expires),
      ],
    };
  }

  #forgetExpired(now: number): void {
    for (const [pk, expires] of this.#own) if (expires < now) this.#own.delete(pk);
  }
}
