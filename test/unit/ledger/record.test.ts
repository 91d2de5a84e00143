import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitted, budget, cost, EAGER, scope, world } from '../../support/ledger-world.ts';

test('where every call is refused, the records of the refusals give back what ended leases hold', async () => {
  const { store, clock, another } = world();
  await store.heat('team:a');
  const ledger = another('leasing', { heat: EAGER });
  const team = scope('team:a', budget('day', 100_000));
  for (const requestId of ['r1', 'r2', 'r3']) {
    const request = { requestId, scopes: [team], estimate: cost(10).cost, number: 0, tokens: 0, facts: {} };
    await ledger.settle(admitted(await ledger.admit(request)), cost(10));
    clock.time += 1_000;
  }
  assert.ok(store.leases().some(({ st }) => st === 'OPEN'));
  clock.time += 20_000;
  await ledger.record('refused', cost(0, 'refused'));
  assert.deepEqual(
    store.leases().filter(({ st }) => st === 'OPEN'),
    [],
  );
  assert.deepEqual([store.counter('team:a')?.['tu'], store.counter('team:a')?.['s']], [30n, 30n]);
});
