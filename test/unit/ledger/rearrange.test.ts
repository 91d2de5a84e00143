import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../lambda/ledger/evaluate.ts';
import { fullAt } from '../../../lambda/ledger/gcra.ts';
import { counterOf, policyKey } from '../../../lambda/ledger/items.ts';
import { NO_POLICY, readPolicy, type ScopePolicy } from '../../../lambda/ledger/policy.ts';
import { newestWindow, rearrange, spread, usedByPool } from '../../../lambda/ledger/rearrange.ts';
import { rateShare, sharesOf } from '../../../lambda/ledger/shares.ts';
import type { Item, Op } from '../../../lambda/ports/ledger-store.ts';
import { budget, NOON, scope } from '../../support/ledger-world.ts';

const DAY = budget('day', 90);
const TEAM = scope('team:a', DAY);
const TODAY = '2026-11-24';
const BY = { number: 5, nowMs: NOON };
const SPLIT: ScopePolicy = { ...NO_POLICY, version: 4n, pools: 3, everPools: 3, basis: { day: '90' } };

function used(amount: bigint, more: Item = {}, id = TODAY): Item {
  return { 'day.id': id, 'day.used': amount, tu: amount, cv: 2n, cn: 5n, ...more };
}

/** The ops on counters, by pool. */
function byPool(ops: readonly Op[]): ReadonlyMap<number, Op> {
  return new Map(
    ops.flatMap((op) => {
      const counter = counterOf(op.key);
      return counter === undefined ? [] : [[counter.pool, op] as const];
    }),
  );
}

function arrange(
  shares: readonly bigint[],
  counters: readonly (Item | undefined)[],
  policy = SPLIT,
  change = {},
) {
  return rearrange({ limits: TEAM, policy }, [{ budget: DAY, window: TODAY, shares }], counters, change, BY);
}

function passes(op: Op | undefined, counter: Item): boolean {
  assert.ok(op);
  return evaluate(counter, op) !== undefined;
}

const FRESH = [used(10n), used(0n), used(20n)];

test('the policy is written under the next version, only if nobody has written another one', () => {
  const { policy, ops } = arrange([50n, 20n, 20n], FRESH);
  assert.equal(policy.version, 5n);
  assert.deepEqual(ops[0]?.key, policyKey('team:a'));
  assert.deepEqual(ops[0]?.when, [{ op: 'equals', attr: 'cv', value: 4n }]);
  const first = arrange([30n, 30n, 30n], [used(10n)], NO_POLICY, { pools: 3 });
  assert.deepEqual(first.ops[0]?.when, [{ op: 'absent', attr: 'cv' }]);
  assert.deepEqual(
    readPolicy(evaluate(undefined, first.ops[0]!)),
    first.policy,
    'what is written is what is returned',
  );
});

test('who loses is part of the write and learns the new version, who gains need not be told', () => {
  const { policy, ops } = arrange([50n, 20n, 20n], FRESH);
  assert.deepEqual([...byPool(ops).keys()], [1, 2]);
  assert.deepEqual(sharesOf(90n, policy, 'day', TODAY), [50n, 20n, 20n]);
  const loser = evaluate(used(20n), byPool(ops).get(2)!);
  assert.equal(loser?.['cv'], 5n);
  assert.equal(loser?.['day.used'], 20n, 'nothing else changes');
});

test('a pool loses only what it has not used', () => {
  const op = byPool(arrange([50n, 20n, 20n], FRESH).ops).get(2);
  assert.ok(passes(op, used(20n)));
  assert.ok(passes(op, used(5n)), 'something was given back since it was read');
  assert.ok(!passes(op, used(21n)), 'something was charged since it was read');
});

test('a loser is pinned to the window that it was seen in', () => {
  const op = byPool(arrange([50n, 20n, 20n], FRESH).ops).get(2);
  assert.ok(!passes(op, used(0n, {}, '2026-11-25')), 'today it has turned to tomorrow');
  const old = byPool(arrange([50n, 20n, 20n], [used(10n), used(0n), used(80n, {}, '2026-11-23')]).ops).get(2);
  assert.ok(passes(old, used(80n, {}, '2026-11-23')), 'what was used yesterday does not matter');
  assert.ok(!passes(old, used(20n)), 'it has begun today since it was read');
  const unborn = byPool(arrange([50n, 20n, 20n], [used(10n), used(0n), undefined]).ops).get(2);
  assert.ok(evaluate(undefined, unborn!));
  assert.ok(!passes(unborn, used(0n)));
});

test('a total is pinned by what was used in all', () => {
  const total = budget('total', 90);
  const policy = { ...SPLIT, basis: { total: '90' } };
  const target = { budget: total, window: 'total', shares: [50n, 20n, 20n] };
  const { ops } = rearrange(
    { limits: scope('team:a', total), policy },
    [target],
    [{ tu: 10n }, undefined, { tu: 20n }],
    {},
    BY,
  );
  assert.ok(passes(byPool(ops).get(2), { tu: 20n }));
  assert.ok(!passes(byPool(ops).get(2), { tu: 21n }));
  assert.ok(!passes(byPool(ops).get(1), { tu: 0n }), 'seen as not born');
});

test('a loser that knows of a newer policy or a newer config fails', () => {
  const op = byPool(arrange([50n, 20n, 20n], FRESH).ops).get(2);
  assert.ok(!passes(op, used(20n, { cv: 5n })));
  assert.ok(!passes(op, used(20n, { cn: 6n })));
  assert.equal(
    evaluate(
      used(20n, { cn: 4n }),
      byPool(arrange([50n, 20n, 20n], [FRESH[0], FRESH[1], used(20n, { cn: 4n })]).ops).get(2)!,
    )?.['cn'],
    5n,
  );
});

test('a limit that was lowered makes losers of all, also of those whose share grows in this window', () => {
  const policy = { ...SPLIT, basis: { day: '120' } };
  const { ops, policy: next } = arrange([60n, 15n, 15n], FRESH, policy);
  assert.deepEqual([...byPool(ops).keys()], [0, 1, 2], 'equal shares of the days to come fall for everybody');
  assert.deepEqual(next.basis, { day: '90' });
});

test('a limit that was raised takes from nobody', () => {
  const { ops } = arrange([30n, 30n, 30n], FRESH, { ...SPLIT, basis: { day: '60' } });
  assert.deepEqual([...byPool(ops).keys()], []);
});

test('a budget that was never split before makes losers of all, because older configs do not know it', () => {
  assert.deepEqual(
    [...byPool(arrange([30n, 30n, 30n], FRESH, { ...SPLIT, basis: {} }).ops).keys()],
    [0, 1, 2],
  );
});

test('more pools make losers of those that were there, because their days to come have less', () => {
  const policy = { ...SPLIT, pools: 2, everPools: 2, basis: { day: '90' } };
  const { ops, policy: next } = arrange([70n, 10n, 10n], [used(60n), used(0n)], policy, { pools: 3 });
  assert.deepEqual([...byPool(ops).keys()], [0, 1]);
  assert.equal(next.everPools, 3);
});

test('with fewer pools, those that go keep what they have used', () => {
  const { ops, policy } = arrange(spread(90n, [10n, 0n, 20n], 1), FRESH, SPLIT, { pools: 1 });
  assert.deepEqual([...byPool(ops).keys()], [0, 1, 2]);
  assert.deepEqual([policy.pools, policy.everPools], [1, 3]);
  assert.deepEqual(sharesOf(90n, policy, 'day', TODAY), [70n, 0n, 20n]);
  assert.deepEqual(sharesOf(90n, policy, 'day', '2026-11-25'), [90n, 0n, 0n]);
});

test('where more is used than there is to share, nobody gets anything, and no more may be used meanwhile', () => {
  const shares = spread(90n, [60n, 40n, 0n], 3);
  assert.deepEqual(shares, [0n, 0n, 0n]);
  const { ops } = arrange(shares, [used(60n), used(40n), used(0n)]);
  assert.ok(
    passes(byPool(ops).get(0), used(60n)),
    'it can be written although more is used than the new share',
  );
  assert.ok(!passes(byPool(ops).get(0), used(61n)));
  assert.ok(!passes(byPool(ops).get(2), used(1n)));
});

test('a pool that comes into use begins with full buckets, or with fuller ones that it still has', () => {
  const requests = { perMinute: 90, burst: 9, mode: 'enforce' } as const;
  const limits = { ...TEAM, requests };
  const fuller = 9_000_000_000_000_000_000n;
  const target = { budget: DAY, window: TODAY, shares: [30n, 30n, 30n] };
  const policy = { ...SPLIT, pools: 1, everPools: 3 };
  const { ops, policy: next } = rearrange(
    { limits, policy },
    [target],
    [used(0n, { rt: 7n }), undefined, used(0n, { rt: fuller })],
    { pools: 3 },
    BY,
  );
  const after = (pool: number, counter: Item) => evaluate(counter, byPool(ops).get(pool)!)?.['rt'];
  assert.equal(after(0, used(0n, { rt: 7n })), 7n, 'the one that was there keeps its own');
  assert.equal(after(1, {}), fullAt(rateShare(requests, { policy: next, pool: 1 }), NOON));
  assert.equal(after(2, used(0n, { rt: fuller })), fuller);
});

test('where the number of pools is given, all is split anew: every pool takes part, and what is no target is split no more', () => {
  const shifts = { month: { window: '2026-11', by: ['1', '-1'] } };
  const policy = { ...SPLIT, shifts, basis: { day: '90', month: '500' } };
  const whole = arrange([30n, 30n, 30n], FRESH, policy, { pools: 3 });
  assert.deepEqual([...byPool(whole.ops).keys()], [0, 1, 2]);
  assert.deepEqual(whole.policy.basis, { day: '90' });
  assert.deepEqual(Object.keys(whole.policy.shifts), ['day']);
  const part = arrange([50n, 20n, 20n], FRESH, policy);
  assert.deepEqual(part.policy.basis, { day: '90', month: '500' });
  assert.deepEqual(Object.keys(part.policy.shifts), ['month', 'day']);
});

test('what is left is spread over the pools in use, and all keep what they have used', () => {
  assert.deepEqual(spread(90n, [30n, 0n, 0n], 3), [50n, 20n, 20n]);
  assert.deepEqual(spread(90n, [30n, 0n, 24n], 2), [48n, 18n, 24n]);
  assert.deepEqual(spread(100n, [], 3), [33n, 33n, 33n]);
});

test('the newest window that anybody is in is split, also where this clock is behind', () => {
  const find = (policy: ScopePolicy, ...ids: string[]) =>
    newestWindow(
      DAY,
      policy,
      ids.map((id) => used(0n, {}, id)),
      TODAY,
    );
  assert.equal(find(SPLIT), TODAY);
  assert.equal(find(SPLIT, '2026-11-23', '2026-11-22'), '2026-11-23', 'nobody has begun today');
  assert.equal(find(SPLIT, '2026-11-24', '2026-11-25'), '2026-11-25');
  assert.equal(
    find({ ...SPLIT, shifts: { day: { window: '2026-11-26', by: [] } } }, '2026-11-25'),
    '2026-11-26',
  );
  assert.equal(newestWindow(budget('total', 1), SPLIT, [], TODAY), 'total');
});

test('what pools have used is told for one window', () => {
  const yesterday = {
    'day.id': '2026-11-25',
    'day.used': 5n,
    'day.prev': TODAY,
    'day.prevUsed': 7n,
    tu: 12n,
  };
  assert.deepEqual(usedByPool(DAY, TODAY, [used(3n), yesterday, undefined, used(9n, {}, '2026-11-23')]), [
    3n,
    7n,
    0n,
    0n,
  ]);
  assert.deepEqual(usedByPool(budget('total', 1), 'total', [used(3n), yesterday, undefined]), [3n, 12n, 0n]);
});
