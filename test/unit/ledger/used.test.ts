import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calendar } from '../../../lambda/ledger/calendar.ts';
import { NO_POLICY } from '../../../lambda/ledger/policy.ts';
import { usedIn, usedNow, usedPinned, windowNow } from '../../../lambda/ledger/used.ts';
import { budget, ManualClock, NOON } from '../../support/ledger-world.ts';

const DAY = budget('day', 100);
const TOTAL = budget('total', 100);
const calendar = new Calendar(new ManualClock(NOON));
const COUNTER = {
  'day.id': '2026-11-24',
  'day.used': 30n,
  'day.spent': 20n,
  'day.prev': '2026-11-23',
  'day.prevUsed': 7n,
  'day.prevSpent': 5n,
  tu: 90n,
  s: 80n,
};

test('a charge now goes to the window of the clock, which is empty until somebody has begun it', () => {
  assert.deepEqual(usedNow(DAY, NO_POLICY, COUNTER, calendar), {
    window: '2026-11-24',
    used: 30n,
    spent: 20n,
  });
  const yesterday = { ...COUNTER, 'day.id': '2026-11-23' };
  assert.deepEqual(usedNow(DAY, NO_POLICY, yesterday, calendar), {
    window: '2026-11-24',
    used: 0n,
    spent: 0n,
  });
  assert.deepEqual(usedNow(DAY, NO_POLICY, undefined, calendar), {
    window: '2026-11-24',
    used: 0n,
    spent: 0n,
  });
});

test('where another clock is ahead, the window is the one that it has begun', () => {
  const ahead = { ...COUNTER, 'day.id': '2026-11-25' };
  assert.deepEqual(usedNow(DAY, NO_POLICY, ahead, calendar), { window: '2026-11-25', used: 30n, spent: 20n });
});

test('where a split is of a later window than the clock, that one begins, because before it nobody has a share', () => {
  const shifts = { day: { window: '2026-11-25', by: ['5', '-5'] } };
  const policy = { ...NO_POLICY, pools: 2, everPools: 2, shifts };
  assert.equal(usedNow(DAY, policy, COUNTER, calendar).window, '2026-11-25');
  assert.equal(windowNow(DAY, policy, calendar), '2026-11-25');
  assert.equal(windowNow(DAY, { ...policy, pools: 1, everPools: 1 }, calendar), '2026-11-24');
  const past = { ...policy, shifts: { day: { window: '2026-11-23', by: [] } } };
  assert.equal(windowNow(DAY, past, calendar), '2026-11-24');
});

test('of a total all is counted, in the one window that it has', () => {
  const all = { window: 'total', used: 90n, spent: 80n };
  assert.deepEqual(usedNow(TOTAL, NO_POLICY, COUNTER, calendar), all);
  assert.deepEqual(usedIn(TOTAL, 'total', COUNTER), all);
});

test('a counter remembers its window and the one before, and older ones are forgotten', () => {
  assert.equal(usedIn(DAY, '2026-11-24', COUNTER)?.used, 30n);
  assert.deepEqual(usedIn(DAY, '2026-11-23', COUNTER), { window: '2026-11-23', used: 7n, spent: 5n });
  assert.equal(usedIn(DAY, '2026-11-22', COUNTER), undefined);
  assert.equal(usedIn(DAY, '2026-11-25', COUNTER)?.used, 0n, 'one that has not begun is empty');
  assert.equal(usedIn(DAY, '2026-11-24', undefined)?.used, 0n);
});

test('a request finds the windows that it was charged in, and none of a budget that is newer than it', () => {
  const pin = {
    scope: 'team:a',
    pool: 0,
    lease: undefined,
    own: undefined,
    running: false,
    tokenNs: 0n,
    windows: [{ budget: 'day', id: '2026-11-23' }],
  };
  assert.equal(usedPinned(DAY, pin, COUNTER)?.used, 7n);
  assert.equal(usedPinned(budget('month', 100), pin, COUNTER), undefined);
  assert.equal(usedPinned(TOTAL, pin, COUNTER)?.used, 90n);
});
