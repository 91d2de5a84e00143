import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budget, cost, scope, world } from '../../support/ledger-world.ts';

const TEAM = scope('team:a', budget('day', 100));

test('a posting is charged above every limit, as an entry that is final at once and held nothing', async () => {
  const { ledger, store } = world();
  const posting = { ...cost(150), requestId: 'r', scopes: [TEAM] };
  assert.deepEqual(await ledger.post(posting), { type: 'settled' });
  const entry = store.entryOf('r');
  assert.deepEqual(
    ['st', 'e', 'a', 'by', 'overrun'].map((name) => entry?.[name]),
    ['F', 0n, 150n, 'posted', 1n],
  );
  assert.deepEqual([store.counter('team:a')?.['tu'], store.counter('team:a')?.['s']], [150n, 150n]);
});

test('a posting that is tried again is charged once, by this process or another', async () => {
  const { ledger, store, another } = world();
  const posting = { ...cost(40), requestId: 'r', scopes: [TEAM] };
  await ledger.post(posting);
  assert.deepEqual(await ledger.post(posting), { type: 'settled' });
  assert.deepEqual(await another('other').post(posting), { type: 'settled' });
  assert.equal(store.counter('team:a')?.['tu'], 40n);
  assert.equal(store.entries().filter((entry) => entry['rid'] === 'r').length, 1);
});

test('a posting whose every answer was lost is charged once when it is tried again', async () => {
  const { ledger, store } = world();
  const posting = { ...cost(40), requestId: 'r', scopes: [TEAM] };
  store.plan(Array(40).fill('lost_answer'), 'E#');
  assert.equal((await ledger.post(posting)).type, 'unavailable');
  assert.equal(store.counter('team:a')?.['tu'], 40n, 'it has arrived');
  while ((await ledger.post(posting)).type !== 'settled');
  assert.equal(store.counter('team:a')?.['tu'], 40n);
  assert.equal(store.entries().filter((entry) => entry['rid'] === 'r').length, 1);
});
