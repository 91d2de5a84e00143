import type { Item, Key } from './ledger-store.ts';

/**
 * Final entries in the order they became final: the outbox of the audit. Locally it is a table beside the ledger that
 * the same transaction fills; on AWS it is the table's change stream, which calls the auditor by itself.
 */
export interface EntryFeed {
  /** Up to `max` final entries after a bookmark, with the bookmark behind each. */
  after(bookmark: number, max: number): readonly { readonly at: number; readonly entry: Item & Key }[];
  /** The range of an export that was begun, or the end of the last finished one. */
  bookmark(): { readonly done: number; readonly begun: number | undefined };
  /** Records that the export of entries up to `to` begins; a restart repeats exactly that range. */
  begin(to: number): void;
  /** Records that everything up to `to` lies in the audit files. */
  finish(to: number): void;
}
