import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe } from 'node:test';
import { openDatabase } from '../../../../lambda/adapters/local/sqlite-schema.ts';
import { SqliteStore } from '../../../../lambda/adapters/local/sqlite-store.ts';
import { SqliteTable } from '../../../../lambda/adapters/local/sqlite-table.ts';
import { inFolder } from '../../../support/sqlite-folder.ts';
import { add, KEY, op, plain, put } from '../../../support/store-steps.ts';

const raise = op(KEY, [], [add('n', 1n)]);

describe('a ledger file that takes no writes', () => {
  inFolder('is a conflict while another process writes, and takes them again afterwards', async (folder) => {
    const { db, store } = opened(folder);
    db.exec('PRAGMA busy_timeout=0');
    const other = new DatabaseSync(join(folder, 'ledger.db'));
    other.exec('BEGIN IMMEDIATE');
    assert.deepEqual(await Promise.all([store.transact([raise]), store.transact([raise])]), [
      { type: 'conflict' },
      { type: 'conflict' },
    ]);
    other.exec('ROLLBACK');
    other.close();
    assert.deepEqual(await store.transact([raise]), { type: 'done' });
    assert.deepEqual(plain(await store.get(KEY)), { n: 1n });
    db.close();
  });

  inFolder('is unavailable for every write of a turn while the disk is full', async (folder) => {
    const { db, store } = opened(folder);
    assert.deepEqual(await store.transact([raise]), { type: 'done' });
    const pages = Number(db.prepare('PRAGMA page_count').get()?.['page_count']);
    db.exec(`PRAGMA max_page_count = ${pages}`);
    const wide = op({ pk: 'J#a.0.1', sk: 'E#000001' }, [], [put('w', new Uint8Array(100_000))]);
    const full = { type: 'unavailable', reason: 'database or disk is full' };
    assert.deepEqual(await Promise.all([store.transact([raise]), store.transact([wide])]), [full, full]);
    assert.deepEqual(plain(await store.get(KEY)), { n: 1n });
    assert.equal(await store.get(wide.key), undefined);
    db.exec('PRAGMA max_page_count = 100000');
    assert.deepEqual(await store.transact([raise, wide]), { type: 'done' });
    assert.deepEqual(plain(await store.get(KEY)), { n: 2n });
    db.close();
  });

  inFolder('is unavailable while it is read-only, and takes them again afterwards', async (folder) => {
    const { db, store } = opened(folder);
    db.exec('PRAGMA query_only = ON');
    const result = await store.transact([raise]);
    assert.ok(result.type === 'unavailable' && /readonly/.test(result.reason), JSON.stringify(result));
    db.exec('PRAGMA query_only = OFF');
    assert.deepEqual(await store.transact([raise]), { type: 'done' });
    db.close();
  });
});

/** The store with its database at hand, to break it. */
function opened(folder: string) {
  const db = openDatabase(folder);
  return { db, store: new SqliteStore(new SqliteTable(db)) };
}
