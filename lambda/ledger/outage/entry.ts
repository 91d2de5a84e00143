import type { EntryFacts } from '../../core/audit/facts.ts';
import type { Final, Posting } from '../ledger.ts';

/** Keeps the row of a final entry that is not in the ledger. A second call for the same request changes nothing. */
export type RowsAway = (entry: EntryFacts) => Promise<void>;

/** The entry that `Ledger.post` writes, as far as a row is read from it: nothing held, so any cost is an overrun. */
export function postedEntry({ requestId, cost, outcome, facts }: Posting): EntryFacts {
  return { ...facts, rid: requestId, e: 0n, a: cost, by: 'posted', outcome };
}

/** The entry that `Ledger.record` writes. */
export function recordedEntry(
  requestId: string,
  { outcome, facts }: Pick<Final, 'outcome' | 'facts'>,
): EntryFacts {
  return { ...facts, rid: requestId, e: 0n, a: 0n, by: 'self', outcome };
}
