import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LimitsConfig } from '../../../lambda/core/config/schema.ts';
import { headOf, limitsInForce } from '../../../lambda/ledger/operate/in-force.ts';
import { proposed } from '../../../lambda/ledger/propose.ts';
import { MemoryStore } from '../../support/memory-store.ts';

const limits = (usd: string): LimitsConfig => ({
  budgets: [{ scope: 'account', limit_usd: usd, window: 'day' }],
});

function deployments() {
  const store = new MemoryStore();
  /** A version of a function starts; undefined: one that was not published. */
  const start = async (count: number | undefined, usd: string, line = 'gateway') => {
    const own = { limits: limits(usd), hash: usd, line, count };
    return (await proposed(store, await headOf(store), own)).number;
  };
  const usd = async () => (await limitsInForce(store, await headOf(store)))?.budgets?.[0]?.limit_usd;
  return { store, start, usd };
}

test('a higher version puts its limits in force, a lower one works under them', async () => {
  const { start, usd } = deployments();
  assert.deepEqual([await start(1, '10'), await start(2, '20'), await start(1, '10')], [1, 2, 2]);
  assert.equal(await usd(), '20');
  assert.equal(await start(2, '20'), 2, 'a second process of the same version changes nothing');
});

test('a version with the same limits has its number all the same', async () => {
  const { start, usd } = deployments();
  assert.deepEqual([await start(1, '10'), await start(2, '10')], [1, 2]);
  assert.equal(await usd(), '10');
});

test('a new line begins above all others, and the old one goes on below it', async () => {
  const { start, usd } = deployments();
  await start(7, '10');
  assert.equal(await start(1, '20', 'new'), 2);
  assert.equal(await start(7, '10'), 2);
  assert.equal(await start(2, '30', 'new'), 3);
  assert.equal(await usd(), '30');
});

test('an unpublished version puts other limits in force, and the next published one comes above it', async () => {
  const { start, usd } = deployments();
  await start(3, '10');
  assert.equal(await start(undefined, '10'), 1, 'these are in force');
  assert.equal(await start(undefined, '50'), 2);
  assert.equal(await start(3, '10'), 2, 'what runs already does not');
  assert.equal(await start(4, '40'), 3);
  assert.equal(await usd(), '40');
});

test('processes of one version that start together put one number in force', async () => {
  const { store, start } = deployments();
  await start(1, '10');
  const numbers = await Promise.all(Array.from({ length: 30 }, () => start(2, '20')));
  assert.deepEqual(new Set(numbers), new Set([2]));
  assert.equal((await headOf(store)).version, 2n);
});
