import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Take } from '../../../lambda/ledger/charge.ts';
import { NO_POLICY, type ScopePolicy } from '../../../lambda/ledger/policy.ts';
import { isOverdrawn, needsOne } from '../../../lambda/ledger/pools.ts';
import { admitted, asks, budget, fields, scope, usd, world } from '../../support/ledger-world.ts';

const enforce = 'enforce' as const;
const TEAM = scope('team:a', budget('day', 90));
const SPLIT: ScopePolicy = { ...NO_POLICY, version: 1n, pools: 3, everPools: 3, basis: { day: '90' } };

function take(more: Partial<Take> = {}): Take {
  return { money: usd(1), requests: 1, tokens: 10, running: false, as: 'request', number: 0, ...more };
}

test('the pools of a scope may be charged only while its limits are the very ones that are split', () => {
  const asked = (limits: typeof TEAM, basis: Record<string, string>, everPools = 3) =>
    isOverdrawn({ limits, policy: { ...SPLIT, basis, everPools }, pool: 0 });
  assert.equal(asked(TEAM, { day: '90' }), false);
  assert.equal(asked(TEAM, { day: '91' }), true, 'lowered');
  assert.equal(asked(TEAM, { day: '89' }), true, 'raised');
  assert.equal(asked(TEAM, {}), true, 'a new budget');
  assert.equal(asked(scope('team:a'), { day: '90' }), true, 'a budget that is no more');
  assert.equal(asked(TEAM, {}, 1), false, 'a scope that was never split');
});

test('parallel requests, and calls that fit a rate but no part of it, need one counter', () => {
  const asked = (limits: object, more: Partial<Take> = {}, policy = SPLIT) =>
    needsOne({ limits: { ...TEAM, ...limits }, policy, pool: 0 }, take(more));
  assert.equal(asked({}), false);
  assert.equal(asked({ parallel: { limit: 5, mode: enforce } }), true);
  assert.equal(asked({ parallel: { limit: 5, mode: enforce } }, {}, NO_POLICY), false, 'it has one');
  const tokens = { perMinute: 600, burst: 30, mode: enforce };
  assert.equal(asked({ tokens }, { tokens: 10 }), false);
  assert.equal(asked({ tokens }, { tokens: 11 }), true);
  assert.equal(asked({ tokens }, { tokens: 31 }), false, 'it does not fit the whole either');
  assert.equal(asked({ requests: { perMinute: 2, burst: 300, mode: enforce } }), true, 'no part of a minute');
});

test('a split takes the limits as they are used: who has used more keeps more', async () => {
  const w = world();
  admitted(await w.ledger.admit(asks('r1', 30, [TEAM])));
  await w.store.setPolicy('team:a', { pools: 3, everPools: 3 });
  admitted(await w.ledger.admit(asks('r2', 20, [TEAM])));
  const { shifts, basis, version } = w.store.policy('team:a');
  assert.deepEqual(shifts, { day: { window: '2026-11-24', by: ['20', '-10', '-10'] } });
  assert.deepEqual([basis, version], [{ day: '90' }, 2n]);
});

test('a split that somebody else has written meanwhile is taken over', async () => {
  const w = world();
  const other = w.another('other');
  admitted(await w.ledger.admit(asks('r1', 30, [TEAM])));
  await w.store.setPolicy('team:a', { pools: 3, everPools: 3 });
  w.store.before = async () => {
    admitted(await other.admit(asks('r2', 1, [TEAM])));
  };
  admitted(await w.ledger.admit(asks('r3', 1, [TEAM])));
  assert.equal(w.store.policy('team:a').version, 2n, 'one split');
});

test('a split whose answer was lost is found by reading the policy', async () => {
  const w = world();
  admitted(await w.ledger.admit(asks('r1', 30, [TEAM])));
  await w.store.setPolicy('team:a', { pools: 3, everPools: 3 });
  w.store.plan(['lost_answer'], 'P');
  admitted(await w.ledger.admit(asks('r2', 1, [TEAM])));
  assert.equal(w.store.policy('team:a').version, 2n);
});

test('a posting in a split scope is charged to pool 0, whoever has the room', async () => {
  const w = world();
  await w.store.split('team:a', 3, { day: 90 });
  await w.ledger.post({ requestId: 'r1', scopes: [TEAM], cost: usd(60), outcome: 'ok', facts: {} });
  assert.deepEqual(fields(w.store.counter('team:a'), 'day.used day.spent tu s'), [60n, 60n, 60n, 60n]);
});
