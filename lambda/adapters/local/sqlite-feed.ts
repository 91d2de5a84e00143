import type { DatabaseSync } from 'node:sqlite';
import type { EntryFeed } from '../../ports/entry-feed.ts';
import type { Item, Key } from '../../ports/ledger-store.ts';

/** Final entries in the order they became final, with the bookmark of the audit's export beside them. */
export function createFeed(db: DatabaseSync, read: (key: Key) => Item | undefined): EntryFeed {
  const next = db.prepare('SELECT seq, pk, sk FROM finals WHERE seq > ? ORDER BY seq LIMIT ?');
  const mark = db.prepare('SELECT value FROM marks WHERE name = ?');
  const setMark = db.prepare('INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)');
  const clearMark = db.prepare('DELETE FROM marks WHERE name = ?');
  const forget = db.prepare('DELETE FROM finals WHERE seq <= ?');
  const markOf = (name: string) => {
    const value = mark.get(name)?.['value'];
    return typeof value === 'number' ? value : undefined;
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
      try {
        setMark.run('exported', to);
        clearMark.run('exporting');
        forget.run(to);
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
  };
}
