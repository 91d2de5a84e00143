import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { holdsCommand } from '../../../../../bin/commands/holds.ts';
import { limitsCommand } from '../../../../../bin/commands/limits.ts';
import { disableCommand } from '../../../../../bin/commands/stop.ts';
import { headChanges, NO_HEAD, readHead } from '../../../../../lambda/ledger/head.ts';
import {
  configKey,
  counterKey,
  entryKey,
  HEAD_KEY,
  headerKey,
  put,
} from '../../../../../lambda/ledger/items.ts';
import type { LedgerStore } from '../../../../../lambda/ports/ledger-store.ts';
import { startDynamoFake } from '../../../../support/dynamo-fake.ts';
import { openEmulatedStore } from '../../../../support/dynamo-fake-store.ts';
import { LIMITS } from '../../../../support/operator.ts';
import { runOperator } from '../../../../support/operator-cli.ts';

const TABLE = ['--table', 'ledger', '--region', 'eu-central-1', '--index', 'open-journals'];

describe('the commands on a table', () => {
  let store: LedgerStore;
  let close = async (): Promise<void> => undefined;
  const saved = { ...process.env };

  before(async () => {
    const fake = await startDynamoFake();
    const emulated = openEmulatedStore({ url: fake.url });
    store = emulated.store;
    close = async () => {
      await emulated.close();
      await fake.close();
    };
    process.env['AWS_ENDPOINT_URL'] = fake.url;
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    await store.transact([
      {
        key: HEAD_KEY,
        when: [],
        set: headChanges({ ...NO_HEAD, version: 1n, number: 8, hash: 'h', lines: { gateway: 0 } }),
      },
      { key: configKey(8), when: [], set: [put('d', JSON.stringify(LIMITS))] },
      { key: headerKey('J#a'), when: [], set: [put('st', 'OPEN'), put('exp', 5n), put('gx', 'X2')] },
      {
        key: entryKey('J#a', 1),
        when: [],
        set: [put('st', 'HELD'), put('rid', 'r1'), put('e', 5n), put('sc', '{}')],
      },
    ]);
  });

  after(async () => {
    process.env = saved;
    await close();
  });

  test('write policy, head and counter together', async () => {
    const words = ['set', 'team:search', 'day', '3', '--why', 'w', '--who', 'alice', ...TABLE];
    const { exit, err } = await runOperator(limitsCommand, words);
    assert.deepEqual([exit, err], [0, '']);
    assert.equal((await store.get(counterKey('team:search')))?.['cv'], 1n);
    const head = readHead(await store.get(HEAD_KEY));
    assert.deepEqual([head.version, head.policies], [2n, { 'team:search': '1' }]);
    const stop = ['team', 'ads', '--why', 'w', '--who', 'alice', '--unchecked', ...TABLE];
    assert.equal((await runOperator(disableCommand, stop)).exit, 0);
    assert.equal(readHead(await store.get(HEAD_KEY)).stops[0]?.name, 'ads');
  });

  test('list what open journals hold', async () => {
    const { out } = await runOperator(holdsCommand, [...TABLE, '--json']);
    assert.deepEqual([JSON.parse(out).id, JSON.parse(out).held_usd], ['r1', '0.000000005']);
  });

  test('say which table cannot be read, and why', async () => {
    process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:9';
    const { exit, err, out } = await runOperator(holdsCommand, TABLE);
    assert.deepEqual([exit, out], [1, '']);
    assert.match(err, /^holds: the table ledger cannot be read: [^\n]*ECONNREFUSED[^\n]*\n$/);
  });
});
