import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingBudgets, budgetId } from '../../../../lambda/core/config/binding.ts';
import type { BudgetConfig } from '../../../../lambda/core/config/schema.ts';

const search = { team: 'search', app: 'web', user: 'alice' };

function budget(
  scope: string,
  limit: string,
  window: BudgetConfig['window'] = 'month',
  tz?: string,
): BudgetConfig {
  return { scope, limit_usd: limit, window, ...(tz === undefined ? {} : { tz }) };
}

function bound(
  budgets: readonly BudgetConfig[],
  caller: Parameters<typeof bindingBudgets>[1] = search,
): string[] {
  return bindingBudgets(budgets, caller).flatMap(({ scope, budgets: of }) =>
    of.map(({ id, limit }) => `${scope} ${id} ${limit / 1_000_000_000n}`),
  );
}

test('every scope of the caller binds, in the order account, team, app, user', () => {
  const budgets = [
    budget('user:alice', '4'),
    budget('app:search/web', '3'),
    budget('team:search', '2'),
    budget('account', '1'),
  ];
  assert.deepEqual(bound(budgets), [
    'account month 1',
    'team:search month 2',
    'app:search/web month 3',
    'user:alice month 4',
  ]);
});

test('a star gives each its own scope, not one for all', () => {
  const budgets = [budget('team:*', '2'), budget('app:*', '3'), budget('user:*', '4')];
  assert.deepEqual(bound(budgets), ['team:search month 2', 'app:search/web month 3', 'user:alice month 4']);
  assert.deepEqual(bound(budgets, { team: 'ads', app: undefined, user: undefined }), ['team:ads month 2']);
});

test('a named budget replaces the star of the same window and leaves other windows alone', () => {
  const budgets = [budget('team:*', '5'), budget('team:*', '1', 'day'), budget('team:search', '9')];
  assert.deepEqual(bound(budgets), ['team:search month 9', 'team:search day 1']);
});

test('a named budget in another zone is another window', () => {
  const budgets = [budget('team:*', '5'), budget('team:search', '9', 'month', 'Europe/Berlin')];
  assert.deepEqual(bound(budgets), ['team:search month@Europe/Berlin 9', 'team:search month 5']);
});

test('an app is looked up by name, then within its team, then anywhere', () => {
  const all = [budget('app:*', '1'), budget('app:search/*', '2'), budget('app:search/web', '3')];
  assert.deepEqual(bound(all), ['app:search/web month 3']);
  assert.deepEqual(bound(all.slice(0, 2)), ['app:search/web month 2']);
  assert.deepEqual(bound(all, { team: 'ads', app: 'web', user: undefined }), ['app:ads/web month 1']);
});

test('a caller without a team is bound by the account alone', () => {
  const budgets = [
    budget('account', '1'),
    budget('team:*', '2'),
    budget('app:*', '3'),
    budget('user:*', '4'),
  ];
  assert.deepEqual(bound(budgets, { team: undefined, app: undefined, user: undefined }), ['account month 1']);
});

test('budgets of others do not bind', () => {
  assert.deepEqual(
    bound([budget('team:ads', '1'), budget('user:bob', '1'), budget('app:search/api', '1')]),
    [],
  );
});

test('the id of a budget names the zone only where it is not UTC and the window has a calendar', () => {
  assert.equal(budgetId({ window: 'day' }), 'day');
  assert.equal(budgetId({ window: 'day', tz: 'UTC' }), 'day');
  assert.equal(budgetId({ window: 'week', tz: 'Asia/Tokyo' }), 'week@Asia/Tokyo');
  assert.equal(budgetId({ window: 'total', tz: 'Asia/Tokyo' }), 'total');
});

test('a window keeps the zone that its calendar turns in', () => {
  const [scope] = bindingBudgets([budget('account', '1.5', 'day', 'Asia/Tokyo')], search);
  assert.deepEqual(scope?.budgets, [
    { id: 'day@Asia/Tokyo', limit: 1_500_000_000n, window: { window: 'day', tz: 'Asia/Tokyo' } },
  ]);
});
