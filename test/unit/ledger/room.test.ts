import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import { Calendar } from '../../../lambda/ledger/calendar.ts';
import type { Take } from '../../../lambda/ledger/charge.ts';
import { nanoseconds } from '../../../lambda/ledger/gcra.ts';
import { NO_POLICY } from '../../../lambda/ledger/policy.ts';
import { lacks, lacksForMore, misfits } from '../../../lambda/ledger/room.ts';
import type { Item } from '../../../lambda/ports/ledger-store.ts';
import { budget, ManualClock, NOON, scope, usd } from '../../support/ledger-world.ts';

const calendar = new Calendar(new ManualClock(NOON));
const MIDNIGHT = Date.UTC(2026, 10, 25);
const NOW_NS = nanoseconds(NOON);
const TEAM = scope('team:a', budget('day', 100));
const enforce = 'enforce' as const;
const requests = { perMinute: 60, burst: 10, mode: enforce };
const tokens = { perMinute: 6_000, burst: 1_000, mode: enforce };

function account(limits: ScopeLimits, policy = NO_POLICY, pool = 0) {
  return { limits, policy, pool };
}

function taken(money: number, more: Partial<Take> = {}): Take {
  return { money: usd(money), requests: 1, tokens: 0, running: false, as: 'request', number: 0, ...more };
}

function refusals(limits: ScopeLimits, take: Take, counter: Item | undefined) {
  return lacks(account(limits), take, counter, calendar).map(({ refusal }) => refusal);
}

test('what never fits is told by the limit alone, for each limit that is below the call', () => {
  const limits = { ...scope('team:a', budget('day', 100), budget('total', 50)), requests, tokens };
  const found = misfits(account(limits), taken(60, { tokens: 1_001 }), calendar);
  assert.deepEqual(
    found.map(({ name, mode }) => [name, mode]),
    [
      ['total', enforce],
      ['tokens', enforce],
    ],
  );
  assert.deepEqual(found[0]?.refusal, {
    type: 'budget',
    kind: 'never_fits',
    scope: 'team:a',
    budgetId: 'total',
    limit: 50n,
    estimate: 60n,
    spent: 0n,
    held: 0n,
    resetsAt: undefined,
  });
  assert.deepEqual(found[1]?.refusal, {
    type: 'rate',
    kind: 'never_fits',
    of: 'tokens',
    scope: 'team:a',
    limit: 6_000,
    burst: 1_000,
    needed: 1_001,
    waitMs: 0,
  });
});

test('a call of exactly the limit fits', () => {
  const limits = { ...TEAM, requests, tokens };
  assert.deepEqual(misfits(account(limits), taken(100, { tokens: 1_000 }), calendar), []);
});

test('no parallel request at all never fits, and only a call that counts as running is asked', () => {
  const limits = { ...TEAM, parallel: { limit: 0, mode: enforce } };
  const [found] = misfits(account(limits), taken(1, { running: true }), calendar);
  assert.equal(found?.refusal.type === 'rate' && found.refusal.of, 'parallel');
  assert.deepEqual(misfits(account(limits), taken(1), calendar), []);
});

test('a budget is full when what is used and the call are above it, told with what is spent and held', () => {
  const counter = { 'day.id': '2026-11-24', 'day.used': 90n, 'day.spent': 60n, tu: 90n };
  assert.deepEqual(refusals(TEAM, taken(10), counter), []);
  assert.deepEqual(refusals(TEAM, taken(11), counter), [
    {
      type: 'budget',
      kind: 'held',
      scope: 'team:a',
      budgetId: 'day',
      limit: 100n,
      estimate: 11n,
      spent: 60n,
      held: 30n,
      resetsAt: MIDNIGHT,
    },
  ]);
  const [spent] = refusals(TEAM, taken(41), counter);
  assert.equal(spent?.kind, 'exceeded', 'even without the running calls there would be no room');
});

test('a bucket without room is told with the wait, rounded up to whole milliseconds', () => {
  const limits = { ...scope('team:a'), requests, tokens };
  const counter = { rt: NOW_NS + 10_000_000_000n, tt: NOW_NS + 4_500_000_000n };
  assert.deepEqual(refusals(limits, taken(0, { tokens: 600 }), counter), [
    {
      type: 'rate',
      kind: 'exceeded',
      of: 'requests',
      scope: 'team:a',
      limit: 60,
      burst: 10,
      needed: 1,
      waitMs: 1_000,
    },
    {
      type: 'rate',
      kind: 'exceeded',
      of: 'tokens',
      scope: 'team:a',
      limit: 6_000,
      burst: 1_000,
      needed: 600,
      waitMs: 500,
    },
  ]);
});

test('a call of no tokens is not asked for tokens', () => {
  const limits = { ...scope('team:a'), tokens: { ...tokens, perMinute: 0, burst: 0 } };
  assert.deepEqual(refusals(limits, taken(0), undefined), []);
});

test('as many parallel requests as allowed leave no room for one more', () => {
  const limits = { ...scope('team:a'), parallel: { limit: 2, mode: enforce } };
  const running = taken(0, { running: true });
  assert.deepEqual(refusals(limits, running, { pl: 1n }), []);
  const [refusal] = refusals(limits, running, { pl: 2n });
  assert.deepEqual(refusal, {
    type: 'rate',
    kind: 'exceeded',
    of: 'parallel',
    scope: 'team:a',
    limit: 2,
    burst: 2,
    needed: 1,
    waitMs: 1_000,
  });
  assert.deepEqual(refusals(limits, taken(0), { pl: 2n }), []);
});

test('in a split scope a pool lacks room by its own share, and names the limit of the whole', () => {
  const policy = { ...NO_POLICY, pools: 4, everPools: 4, basis: { day: '100' } };
  const counter = { 'day.id': '2026-11-24', 'day.used': 20n };
  const found = lacks(account({ ...TEAM, requests }, policy, 1), taken(6), counter, calendar);
  assert.equal(found[0]?.name, 'day');
  assert.equal(found[0]?.refusal.type === 'budget' && found[0].refusal.limit, 100n);
  assert.deepEqual(lacks(account(TEAM, policy, 1), taken(5), counter, calendar), []);
});

test('more for a running call is asked of its own windows, and what it holds itself is no hold of others', () => {
  const counter = {
    'day.id': '2026-11-24',
    'day.used': 5n,
    'day.prev': '2026-11-23',
    'day.prevUsed': 95n,
    'day.prevSpent': 40n,
    tu: 100n,
  };
  const pin = {
    scope: 'team:a',
    pool: 0,
    lease: undefined,
    own: undefined,
    running: false,
    tokenNs: 0n,
    windows: [{ budget: 'day', id: '2026-11-23' }],
  };
  const ask = (extra: number) =>
    lacksForMore(account(TEAM), pin, { held: usd(15), extra: usd(extra) }, counter, calendar);
  assert.deepEqual(ask(5), []);
  const refusal = ask(6)[0]?.refusal;
  assert.ok(refusal?.type === 'budget');
  assert.deepEqual([refusal.kind, refusal.estimate, refusal.spent, refusal.held], ['held', 21n, 40n, 40n]);
  const forgotten = { ...pin, windows: [{ budget: 'day', id: '2026-11-01' }] };
  const more = { held: usd(15), extra: usd(500) };
  assert.deepEqual(lacksForMore(account(TEAM), forgotten, more, counter, calendar), []);
});
