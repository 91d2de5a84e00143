import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Policies } from '../../../lambda/ledger/policies.ts';
import { NO_POLICY } from '../../../lambda/ledger/policy.ts';
import { ScriptedStore } from '../../support/ledger-world.ts';

test('a policy is known once it was read, and is not read again by itself', async () => {
  const store = new ScriptedStore();
  await store.setPolicy('team:a', { pools: 2 });
  const policies = new Policies(store, 10);
  assert.equal(policies.of('team:a'), NO_POLICY);
  assert.equal((await policies.load('team:a')).pools, 2);
  await store.setPolicy('team:a', { pools: 3 });
  assert.equal(policies.of('team:a').pools, 2);
  assert.equal((await policies.load('team:a')).pools, 3);
});

test('two reads that come back in the other order leave the newer policy', () => {
  const policies = new Policies(new ScriptedStore(), 10);
  policies.saw('team:a', { ...NO_POLICY, version: 3n });
  policies.saw('team:a', { ...NO_POLICY, version: 2n });
  assert.equal(policies.of('team:a').version, 3n);
});

test('a counter tells by its version whether somebody knows of a newer policy', () => {
  const policies = new Policies(new ScriptedStore(), 10);
  policies.saw('team:a', { ...NO_POLICY, version: 3n });
  assert.equal(policies.isBehindCounter('team:a', { cv: 4n }), true);
  assert.equal(policies.isBehindCounter('team:a', { cv: 3n }), false);
  assert.equal(policies.isBehindCounter('team:a', undefined), false);
  assert.equal(policies.isBehind('team:b', 1n), true);
});
