import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counterKey, put } from '../../../lambda/ledger/items.ts';
import { admitted, budget, cost, refused, scope, usd, world } from '../../support/ledger-world.ts';

const ask = (requestId: string, limit: number, number: number, estimate = 10) => ({
  requestId,
  scopes: [scope('team:a', budget('day', limit))],
  estimate: usd(estimate),
  number,
  tokens: 0,
  facts: {},
});

test('a refusal that is remembered is not repeated under the limits of a config that is no longer in force', async () => {
  const { ledger, another } = world();
  const spent = admitted(await ledger.admit(ask('r1', 10, 1)));
  await ledger.settle(spent, cost(10));
  assert.equal(refused(await ledger.admit(ask('r2', 10, 1))).kind, 'exceeded');
  admitted(await another('newer').admit(ask('r3', 1_000, 2)));
  assert.deepEqual(await ledger.admit(ask('r4', 10, 1)), { type: 'behind', number: 2 });
  admitted(await ledger.admit(ask('r4', 1_000, 2)));
});

test('a call above a limit is not refused under a config that is no longer in force', async () => {
  const { ledger, another } = world();
  admitted(await ledger.admit(ask('r1', 100, 1)));
  admitted(await another('newer').admit(ask('r2', 1_000, 2)));
  assert.deepEqual(await ledger.admit(ask('r3', 100, 1, 500)), { type: 'behind', number: 2 });
  admitted(await ledger.admit(ask('r3', 1_000, 2, 500)));
});

test('nor is a refusal of a split scope that is remembered', async () => {
  const { ledger, store, another } = world();
  admitted(await ledger.admit(ask('r1', 40, 1)));
  await store.split('team:a', 4, { day: 40 });
  refused(await ledger.admit(ask('r2', 40, 1, 31)));
  const newer = another('newer');
  admitted(await newer.admit(ask('r3', 4_000, 2)));
  // Each pool hears of it from the first call that is charged there.
  for (let pool = 0; pool < 4; pool++)
    await store.transact([{ key: counterKey('team:a', pool), when: [], set: [put('cn', 2n)] }]);
  assert.deepEqual(await ledger.admit(ask('r4', 40, 1, 31)), { type: 'behind', number: 2 });
});
