import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calendar } from '../../../lambda/ledger/calendar.ts';
import type { Account } from '../../../lambda/ledger/charge.ts';
import { nanoseconds } from '../../../lambda/ledger/gcra.ts';
import { NO_POLICY } from '../../../lambda/ledger/policy.ts';
import { viewOf } from '../../../lambda/ledger/view.ts';
import type { Item } from '../../../lambda/ports/ledger-store.ts';
import { budget, ManualClock, NOON, scope, usd } from '../../support/ledger-world.ts';

const calendar = new Calendar(new ManualClock(NOON));
const enforce = 'enforce' as const;

function account(limits: Account['limits'], policy = NO_POLICY): Account {
  return { limits, policy, pool: 0 };
}

function view(accounts: readonly Account[], counters: Readonly<Record<string, Item>>) {
  return viewOf(accounts, ({ pk }) => counters[pk], calendar);
}

const used = (amount: bigint): Item => ({ 'day.id': '2026-11-24', 'day.used': amount, tu: amount });

test('the enforced budget with the least left is the tightest, over all scopes', () => {
  const observed = { ...budget('day', 10), mode: 'observe' as const };
  const { tightest } = view(
    [
      account(scope('team:a', budget('day', 100), budget('total', 500))),
      account(scope('user:u', budget('day', 90))),
      account(scope('app:a/b', observed)),
    ],
    { 'S#team:a': used(70n), 'S#user:u': used(65n) },
  );
  assert.deepEqual(tightest, {
    scope: 'user:u',
    budgetId: 'day',
    limit: 90n,
    used: 65n,
    remaining: 25n,
    resetsAt: Date.UTC(2026, 10, 25),
  });
});

test('nothing is left of a budget that is overdrawn', () => {
  assert.equal(
    view([account(scope('team:a', budget('day', 100)))], { 'S#team:a': used(120n) }).tightest?.remaining,
    0n,
  );
});

test('budgets above their soft limit are told, and those at it are not', () => {
  const soft = { ...budget('day', 100), soft: usd(60) };
  const at = (amount: bigint) => view([account(scope('team:a', soft))], { 'S#team:a': used(amount) }).soft;
  assert.deepEqual(at(60n), []);
  assert.deepEqual(
    at(61n).map(({ budgetId, remaining }) => [budgetId, remaining]),
    [['day', 39n]],
  );
});

test('the rate with the least left is told, with the time until its burst is whole, and observed ones are not', () => {
  const requests = { perMinute: 60, burst: 10, mode: enforce };
  const tokens = { perMinute: 6_000, burst: 1_000, mode: 'observe' as const };
  const now = nanoseconds(NOON);
  const seen = view(
    [account({ ...scope('team:a'), requests }), account({ ...scope('user:u'), requests, tokens })],
    { 'S#team:a': { rt: now + 3_000_000_000n }, 'S#user:u': { rt: now + 8_500_000_000n } },
  );
  assert.deepEqual(seen.requests, { scope: 'user:u', limit: 60, remaining: 1, resetMs: 8_500 });
  assert.equal(seen.tokens, undefined);
});

test('without limits there is nothing to tell', () => {
  assert.deepEqual(view([], {}), { tightest: undefined, requests: undefined, tokens: undefined, soft: [] });
});

test('of a split scope one pool stands for all', () => {
  const policy = { ...NO_POLICY, pools: 4, everPools: 4, basis: { day: '100' } };
  const requests = { perMinute: 240, burst: 40, mode: enforce };
  const seen = view([account({ ...scope('team:a', budget('day', 100)), requests }, policy)], {
    'S#team:a': { ...used(5n), rt: nanoseconds(NOON) + 2_000_000_000n },
  });
  assert.equal(seen.tightest?.remaining, 80n);
  assert.equal(seen.requests?.remaining, 32);
});
