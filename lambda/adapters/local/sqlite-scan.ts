import type { DatabaseSync } from 'node:sqlite';
import type { Item, Key } from '../../ports/ledger-store.ts';
import { decodeItem } from './sqlite-item.ts';

/** The final entries of a ledger as they were at one moment, and which of them wait for their export. */
export interface FinalEntries {
  readonly entries: readonly (Item & Key)[];
  /** Request ids. */
  readonly pending: ReadonlySet<string>;
}

/** Keys of all counters, in order. */
export function counterKeys(db: DatabaseSync): readonly Key[] {
  return db
    .prepare("SELECT pk, sk FROM items WHERE pk >= 'S' AND pk < 'T' AND sk = 'C' ORDER BY pk")
    .all()
    .map(keyOf);
}

/** Final entries that `wanted` keeps. An entry is exported before it stops waiting, so no entry is neither. */
export function finalEntries(db: DatabaseSync, wanted: (entry: Item) => boolean): FinalEntries {
  db.exec('BEGIN');
  try {
    const waiting = new Set(db.prepare('SELECT pk, sk FROM finals').all().map(keyOf).map(idOf));
    const entries: (Item & Key)[] = [];
    const pending = new Set<string>();
    const rows = db.prepare("SELECT pk, sk, item FROM items WHERE pk >= 'J#' AND pk < 'J$' AND sk >= 'E#'");
    for (const row of rows.iterate()) {
      const entry: Item & Key = { ...decodeItem(String(row['item'])), ...keyOf(row) };
      if (entry['st'] !== 'F' || !wanted(entry)) continue;
      entries.push(entry);
      if (waiting.has(idOf(entry))) pending.add(String(entry['rid']));
    }
    return { entries, pending };
  } finally {
    db.exec('COMMIT');
  }
}

function keyOf(row: Readonly<Record<string, unknown>>): Key {
  return { pk: String(row['pk']), sk: String(row['sk']) };
}

function idOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}
