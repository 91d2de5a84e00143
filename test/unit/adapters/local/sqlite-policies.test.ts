import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe } from 'node:test';
import { openSqlitePolicies } from '../../../../lambda/adapters/local/sqlite-policies.ts';
import { counterKeys, finalEntries } from '../../../../lambda/adapters/local/sqlite-scan.ts';
import { LedgerFileError } from '../../../../lambda/adapters/local/sqlite-schema.ts';
import { openSqliteLedger } from '../../../../lambda/adapters/local/sqlite-store.ts';
import {
  absent,
  counterKey,
  entryKey,
  equals,
  HEAD_KEY,
  headerKey,
  policyKey,
  put,
} from '../../../../lambda/ledger/items.ts';
import type { Op } from '../../../../lambda/ports/ledger-store.ts';
import { inFolder } from '../../../support/sqlite-folder.ts';

const op = (key: Op['key'], attributes: Readonly<Record<string, string | bigint>>): Op => ({
  key,
  when: [],
  set: Object.entries(attributes).map(([name, value]) => put(name, value)),
});

describe('a ledger beside its owner', () => {
  inFolder('takes policies in one transaction, which the owner reads at once', async (folder) => {
    const owner = openSqliteLedger(folder);
    assert.equal(await owner.store.get(HEAD_KEY), undefined);
    const policies = openSqlitePolicies(folder);
    const done = await policies.store.transact([
      { key: policyKey('team:a'), when: [absent('cv')], set: [put('cv', 1n)] },
      { key: HEAD_KEY, when: [absent('hv')], set: [put('hv', 1n)] },
    ]);
    assert.deepEqual(done, { type: 'done' });
    assert.equal((await owner.store.get(HEAD_KEY))?.['hv'], 1n);
    const refused = await policies.store.transact([
      { key: policyKey('team:a'), when: [equals('cv', 1n)], set: [put('cv', 2n)] },
      { key: HEAD_KEY, when: [equals('hv', 7n)], set: [put('hv', 8n)] },
    ]);
    assert.deepEqual(refused, { type: 'refused', failed: [{ index: 1, item: { hv: 1n } }] });
    assert.equal((await owner.store.get(policyKey('team:a')))?.['cv'], 1n);
    policies.close();
    owner.close();
  });

  inFolder('shows what the owner writes, also what it wrote before', async (folder) => {
    const owner = openSqliteLedger(folder);
    const policies = openSqlitePolicies(folder);
    const key = counterKey('team:a');
    await owner.store.transact([op(key, { tu: 1n })]);
    assert.equal((await policies.store.get(key))?.['tu'], 1n);
    await owner.store.transact([op(key, { tu: 2n }), op(headerKey('J#a'), { gx: 'X3', exp: 5n })]);
    assert.equal((await policies.store.get(key))?.['tu'], 2n);
    assert.deepEqual(await policies.store.openJournals('X3', 6), [{ pk: 'J#a', expires: 5 }]);
    assert.equal((await policies.store.query('J#a', '#')).length, 1);
    policies.close();
    owner.close();
  });

  inFolder('refuses to write what its owner remembers', async (folder) => {
    openSqliteLedger(folder).close();
    const policies = openSqlitePolicies(folder);
    const foreign = [op(HEAD_KEY, { hv: 1n }), op(counterKey('team:a'), { cv: 1n })];
    await assert.rejects(policies.store.transact(foreign), /S#team:a is written by its owner alone/);
    assert.equal(await policies.store.get(HEAD_KEY), undefined);
    policies.close();
  });

  inFolder('answers a conflict while another writer does not let go', async (folder) => {
    openSqliteLedger(folder).close();
    const other = new DatabaseSync(join(folder, 'ledger.db'));
    other.exec('BEGIN IMMEDIATE');
    const policies = openSqlitePolicies(folder);
    assert.deepEqual(await policies.store.transact([op(HEAD_KEY, { hv: 1n })]), { type: 'conflict' });
    other.exec('COMMIT');
    assert.deepEqual(await policies.store.transact([op(HEAD_KEY, { hv: 1n })]), { type: 'done' });
    policies.close();
    other.close();
  });

  inFolder('does not make a ledger where there is none', async (folder) => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    assert.throws(
      () => openSqlitePolicies(empty),
      (error: unknown) => error instanceof LedgerFileError && error.message.includes('there is no ledger in'),
    );
    assert.deepEqual(readdirSync(empty), []);
  });

  inFolder(
    'is scanned for counters, and for final entries with those that wait for their export',
    async (folder) => {
      const owner = openSqliteLedger(folder);
      await owner.store.transact([
        op(counterKey('team:b'), { tu: 1n }),
        op(counterKey('team:a', 3), { tu: 1n }),
        op(policyKey('team:c'), { cv: 1n }),
        op(headerKey('J#a'), { st: 'OPEN' }),
      ]);
      await owner.store.transact([op(entryKey('J#a', 1), { st: 'F', rid: 'done', a: 5n })]);
      await owner.store.transact([
        op(entryKey('J#a', 2), { st: 'HELD', rid: 'running' }),
        op(entryKey('J#a', 3), { st: 'F', rid: 'waiting', a: 6n }),
        op(entryKey('J#a', 4), { st: 'F', rid: 'other', a: 7n }),
      ]);
      owner.feed.begin(1);
      owner.feed.finish(1);
      const { db, close } = openSqlitePolicies(folder);
      assert.deepEqual(
        counterKeys(db).map(({ pk }) => pk),
        ['S#team:b', 'S3#team:a'],
      );
      const { entries, pending } = finalEntries(db, (entry) => entry['rid'] !== 'other');
      assert.deepEqual(
        entries.map((entry) => [entry.pk, entry.sk, entry['rid']]),
        [
          ['J#a', 'E#000001', 'done'],
          ['J#a', 'E#000003', 'waiting'],
        ],
      );
      assert.deepEqual([...pending], ['waiting']);
      close();
      owner.close();
    },
  );
});
