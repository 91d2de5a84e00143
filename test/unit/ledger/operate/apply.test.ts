import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headOf, limitsInForce } from '../../../../lambda/ledger/in-force.ts';
import { applyLimits } from '../../../../lambda/ledger/operate/apply.ts';
import { disable } from '../../../../lambda/ledger/operate/stops.ts';
import { LIMITS, operatorWorld } from '../../../support/operator.ts';

const OLD = { budgets: [{ scope: 'account', limit_usd: '7', window: 'day' as const }] };

test('applied limits get the next number, and every line of deployments moves on with them', async () => {
  const { store, ports, inForce } = operatorWorld();
  await inForce(8, LIMITS);
  const applied = await applyLimits(ports, { limits: JSON.stringify(OLD), hash: 'old' });
  assert.deepEqual(applied, { number: 9, changed: true });
  const head = await headOf(store);
  assert.deepEqual([head.number, head.hash, head.lines], [9, 'old', { gateway: 3, local: 6 }]);
  assert.deepEqual(await limitsInForce(store, head), OLD);
});

test('limits that are in force already stay as they are', async () => {
  const { store, ports, inForce } = operatorWorld();
  await inForce(8, LIMITS);
  assert.deepEqual(await applyLimits(ports, { limits: JSON.stringify(LIMITS), hash: 'h' }), {
    number: 8,
    changed: false,
  });
  assert.equal((await headOf(store)).version, 1n);
});

test('the first limits of a ledger can be applied before any gateway has run', async () => {
  const { store, ports } = operatorWorld();
  assert.equal((await applyLimits(ports, { limits: '{}', hash: 'x' })).number, 1);
  assert.deepEqual(await limitsInForce(store, await headOf(store)), {});
});

test('two configs applied at once get a number each, and a stop in between is kept', async () => {
  const { store, ports, clock, inForce } = operatorWorld();
  await inForce(8, LIMITS);
  const [a, b] = await clock.run(
    Promise.all([
      applyLimits(ports, { limits: '{"budgets":[]}', hash: 'a' }),
      applyLimits(ports, { limits: '{"rates":[]}', hash: 'b' }),
      disable(ports, { kind: 'team', name: 't', who: 'w', why: 'y', until: undefined }),
    ]),
  );
  assert.deepEqual([a.number, b.number].sort(), [10, 9].sort());
  const head = await headOf(store);
  assert.equal(head.stops.length, 1);
  assert.equal(head.hash, a.number === 10 ? 'a' : 'b');
  assert.deepEqual(await limitsInForce(store, head), a.number === 10 ? { budgets: [] } : { rates: [] });
});
