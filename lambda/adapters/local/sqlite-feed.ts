import type { DatabaseSync } from 'node:sqlite';
import type { EntryFeed } from '../../ports/entry-feed.ts';
import type { Item, Key } from '../../ports/ledger-store.ts';

/** Final entries in the order they became final, with the bookmark of the audit's export beside them. */
export function createFeed(db: DatabaseSync, read: (key: Key) => Item | undefined): EntryFeed {
  const next = db.prepare('SELECT seq, pk, sk FROM finals WHERE seq > ? ORDER BY seq LIMIT ?');
  const mark = db.prepare('SELECT value FROM marks WHERE name = ?');
  const setMark = db.prepare('INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)');
  const markOf = (name: string) => {
    const value = mark.get(name)?.['value'];
    return value === undefined || value === null ? undefined : Number(value);
  };
  return {
    after(bookmark, max) {
      return next.all(bookmark, max).map((row) => {
        const key = { pk: String(row['pk']), sk: String(row['sk']) };
        return { at: Number(row['seq']), entry: { ...read(key), ...key } };
      });
    },
    bookmark() {
      return { done: markOf('exported') ?? 0, begun: markOf('exporting') };
    },
    begin(to) {
      setMark.run('exporting', to);
    },
    finish(to) {
      db.exec('BEGIN IMMEDIATE');
      setMark.run('exported', to);
      setMark.run('exporting', null);
      db.exec('COMMIT');
    },
  };
}
