import assert from 'node:assert/strict';
import { test } from 'node:test';
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
