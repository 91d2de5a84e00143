import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe } from 'node:test';
import { encodeItem } from '../../../../lambda/adapters/local/sqlite-item.ts';
import { LedgerFileError } from '../../../../lambda/adapters/local/sqlite-schema.ts';
import { openSqliteLedger, openSqliteReader } from '../../../../lambda/adapters/local/sqlite-store.ts';
import type { Op } from '../../../../lambda/ports/ledger-store.ts';
import { inFolder } from '../../../support/sqlite-folder.ts';
import { add, failedOf, KEY, op, plain, put } from '../../../support/store-steps.ts';

const OTHER = { pk: 'S#app:b', sk: 'C' };
const ENTRY = { pk: 'J#local.0.1', sk: 'E#000001' };
const never = (key = OTHER): Op => op(key, [{ op: 'equals', attr: 'x', value: 'never' }], [put('x', 1n)]);

describe('the ledger file', () => {
  inFolder('keeps every kind of value when it is closed and opened again', async (folder) => {
    const first = openSqliteLedger(folder);
    const bytes = new Uint8Array([0, 1, 255]);
    const item = { n: -(2n ** 80n), t: 'ä\n"', bytes, gx: 'X3', exp: 1_795_000_000_000n };
    const set = Object.entries(item).map(([attr, value]) => put(attr, value));
    await first.store.transact([op(ENTRY, [], set)]);
    first.close();
    const second = openSqliteLedger(folder);
    assert.deepEqual(plain(await second.store.get(ENTRY)), plain(item));
    assert.equal((await second.store.openJournals('X3', 2e12)).length, 1);
    second.close();
  });

  inFolder('has what was answered even if the process never closed it', async (folder) => {
    const killed = openSqliteLedger(folder);
    await killed.store.transact([op(KEY, [], [put('a', 1n)])]);
    const heir = openSqliteLedger(folder);
    assert.deepEqual(plain(await heir.store.get(KEY)), { a: 1n });
    heir.close();
    killed.close();
  });

  inFolder('takes what was asked for before it was closed, and no more', async (folder) => {
    const { store, close } = openSqliteLedger(folder);
    const asked = store.transact([op(KEY, [], [put('a', 1n)])]);
    close();
    close();
    assert.deepEqual(await asked, { type: 'done' });
    assert.equal((await store.transact([op(KEY, [], [put('a', 2n)])])).type, 'unavailable');
    const reader = openSqliteReader(folder);
    assert.deepEqual(plain(await reader.get(KEY)), { a: 1n });
    reader.close();
  });

  inFolder('of a newer version is refused and left as it is', async (folder) => {
    openSqliteLedger(folder).close();
    const db = new DatabaseSync(join(folder, 'ledger.db'));
    db.exec('PRAGMA user_version = 999');
    for (const open of [openSqliteLedger, openSqliteReader]) {
      assert.throws(
        () => open(folder),
        (error) => error instanceof LedgerFileError && /newer tollgate \(schema 999/.test(error.message),
      );
    }
    assert.equal(db.prepare('PRAGMA user_version').get()?.['user_version'], 999);
    db.close();
  });

  inFolder('that is no database, or no file at all, is refused in one line', async (folder) => {
    const refused = (error: unknown) => error instanceof LedgerFileError && !error.message.includes('\n');
    assert.throws(() => openSqliteReader(folder), refused);
    writeFileSync(
      join(folder, 'ledger.db'),
      'something else entirely, and long enough to be read as a header',
    );
    assert.throws(() => openSqliteLedger(folder), refused);
    assert.throws(() => openSqliteReader(folder), refused);
    rmSync(join(folder, 'ledger.db'));
    assert.throws(() => openSqliteLedger(join(folder, 'missing')), refused);
  });
});

describe('items remembered by the ledger on disk', () => {
  inFolder('are those of before after a refused transaction', async (folder) => {
    const { store, close } = openSqliteLedger(folder);
    await store.transact([op(KEY, [], [put('a', 1n)])]);
    assert.deepEqual(failedOf(await store.transact([op(KEY, [], [add('a', 5n)]), never()])), [
      { index: 1, item: undefined },
    ]);
    assert.deepEqual(plain(await store.get(KEY)), { a: 1n });
    await store.transact([op(KEY, [], [add('a', 1n)])]);
    assert.deepEqual(plain(await store.get(KEY)), { a: 2n });
    close();
  });

  inFolder('are those of before after a transaction that the disk refused', async (folder) => {
    const { store, close } = openSqliteLedger(folder);
    await store.transact([op(KEY, [], [put('a', 1n)])]);
    const db = new DatabaseSync(join(folder, 'ledger.db'));
    // A write of final entries now fails after that of the items before it.
    db.exec('ALTER TABLE finals RENAME TO away');
    const final = [op(KEY, [], [add('a', 5n)]), op(ENTRY, [], [put('st', 'F')])];
    assert.equal((await store.transact(final)).type, 'unavailable');
    assert.deepEqual(plain(await store.get(KEY)), { a: 1n });
    assert.equal(await store.get(ENTRY), undefined);
    db.exec('ALTER TABLE away RENAME TO finals');
    db.close();
    assert.deepEqual(await store.transact(final), { type: 'done' });
    assert.deepEqual(plain(await store.get(KEY)), { a: 6n });
    close();
  });

  inFolder('never include policies, which another process may write', async (folder) => {
    const { store, close } = openSqliteLedger(folder);
    const key = { pk: 'P#team:a', sk: 'P' };
    await store.transact([op(key, [], [put('cv', 1n)])]);
    assert.deepEqual(plain(await store.get(key)), { cv: 1n });
    const db = new DatabaseSync(join(folder, 'ledger.db'));
    db.prepare('UPDATE items SET item = ? WHERE pk = ?').run(encodeItem({ cv: 2n }), key.pk);
    db.close();
    assert.deepEqual(plain(await store.get(key)), { cv: 2n });
    const raise = op(key, [{ op: 'equals', attr: 'cv', value: 2n }], [put('cv', 3n)]);
    assert.deepEqual(await store.transact([raise]), { type: 'done' });
    close();
  });
});

describe('transactions of one turn', () => {
  inFolder('are decided one after the other, each on what the ones before left', async (folder) => {
    const { store, close } = openSqliteLedger(folder);
    const take = op(KEY, [{ op: 'atMost', attr: 'tu', value: 1n }], [add('tu', 1n)]);
    const results = await Promise.all([
      store.transact([op(KEY, [{ op: 'absent', attr: 'tu' }], [put('tu', 0n)])]),
      store.transact([take]),
      store.transact([take, never()]),
      store.transact([take]),
      store.transact([take]),
    ]);
    assert.deepEqual(
      results.map(({ type }) => type),
      ['done', 'done', 'refused', 'done', 'refused'],
    );
    assert.deepEqual(failedOf(results[4]!), [{ index: 0, item: { tu: 2n } }]);
    close();
    const again = openSqliteLedger(folder);
    assert.deepEqual(plain(await again.store.get(KEY)), { tu: 2n });
    again.close();
  });

  inFolder('do not suffer from one that is a bug', async (folder) => {
    const { store, close } = openSqliteLedger(folder);
    await store.transact([op(KEY, [], [put('a', 'text')])]);
    const [before, bug, after] = await Promise.allSettled([
      store.transact([op(OTHER, [], [add('n', 1n)])]),
      store.transact([op(OTHER, [], [add('n', 100n)]), op(KEY, [], [add('a', 1n)])]),
      store.transact([op(OTHER, [], [add('n', 1n)])]),
    ]);
    assert.deepEqual([before?.status, bug?.status, after?.status], ['fulfilled', 'rejected', 'fulfilled']);
    assert.deepEqual(plain(await store.get(OTHER)), { n: 2n });
    close();
  });
});
