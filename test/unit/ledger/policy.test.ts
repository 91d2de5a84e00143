import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../lambda/ledger/evaluate.ts';
import { policyKey } from '../../../lambda/ledger/items.ts';
import {
  inForce,
  NO_POLICY,
  policyChanges,
  readPolicy,
  type ScopePolicy,
} from '../../../lambda/ledger/policy.ts';
import { budget, NOON, override, scope } from '../../support/ledger-world.ts';

const enforce = 'enforce' as const;
const TEAM = {
  ...scope('team:a', budget('day', 100), budget('total', 1_000)),
  requests: { perMinute: 60, burst: 10, mode: enforce },
  tokens: { perMinute: 6_000, burst: 1_000, mode: 'observe' as const },
  parallel: { limit: 5, mode: enforce },
};

function under(...overrides: ReturnType<typeof override>[]) {
  return inForce(TEAM, { ...NO_POLICY, overrides }, NOON);
}

test('without overrides the limits are the very ones of the config', () => {
  assert.equal(inForce(TEAM, NO_POLICY, NOON), TEAM);
});

test('an override stands in the place of one limit, and of nothing else of it', () => {
  const limits = under(override('day', 7), override('parallel', 2));
  assert.deepEqual(limits.budgets, [{ ...budget('day', 100), limit: 7n }, budget('total', 1_000)]);
  assert.deepEqual(limits.parallel, { limit: 2, mode: enforce });
  assert.equal(limits.requests, TEAM.requests);
});

test('an override ends at its time, and the config counts again', () => {
  assert.equal(under(override('day', 7, NOON + 1)).budgets[0]?.limit, 7n);
  assert.equal(under(override('day', 7, NOON)).budgets[0]?.limit, 100n);
  assert.equal(under(override('day', 7, NOON), override('day', 9)).budgets[0]?.limit, 9n);
});

test('the burst of a rate keeps its relation to it, and is never nothing', () => {
  assert.deepEqual(under(override('requests', 120)).requests, { perMinute: 120, burst: 20, mode: enforce });
  assert.deepEqual(under(override('tokens', 600)).tokens, { perMinute: 600, burst: 100, mode: 'observe' });
  assert.equal(under(override('requests', 3)).requests?.burst, 1);
  const stopped = { ...TEAM, requests: { perMinute: 0, burst: 0, mode: enforce } };
  const raised = inForce(stopped, { ...NO_POLICY, overrides: [override('requests', 30)] }, NOON);
  assert.deepEqual(raised.requests, { perMinute: 30, burst: 30, mode: enforce });
});

test('an override of a limit that the config does not have counts for nothing', () => {
  const plain = scope('team:a', budget('day', 100));
  const overrides = [override('month', 1), override('requests', 1), override('parallel', 1)];
  assert.deepEqual(inForce(plain, { ...NO_POLICY, overrides }, NOON), plain);
});

test('a policy that is written is read as it was', () => {
  const policy: ScopePolicy = {
    version: 9n,
    overrides: [override('day', 7, NOON)],
    pools: 2,
    everPools: 3,
    shifts: { day: { window: '2026-11-24', by: ['5', '-5', '0'] } },
    basis: { day: '100' },
    heat: { level: 2, until: NOON + 1, at: NOON, count: '12' },
  };
  const key = policyKey('team:a');
  assert.deepEqual(readPolicy(evaluate(undefined, { key, when: [], set: policyChanges(policy) })), policy);
});

test('a scope that nobody has a policy for has none, and what an older version has not written is as by default', () => {
  assert.equal(readPolicy(undefined), NO_POLICY);
  assert.equal(readPolicy({ cv: 3n }), NO_POLICY);
  assert.deepEqual(readPolicy({ cv: 3n, d: '{"pools":1}' }), { ...NO_POLICY, version: 3n });
  assert.throws(() => readPolicy({ cv: 3n, d: '[]' }), TypeError);
});
