import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from '../../../../lambda/core/config/check.ts';
import { pathText } from '../../../../lambda/core/config/finding.ts';
import type { BudgetConfig } from '../../../../lambda/core/config/schema.ts';

function found(...budgets: Partial<BudgetConfig>[]) {
  return checkConfig({
    providers: { sandbox: { type: 'sandbox' } },
    models: {
      sandbox: { targets: [{ provider: 'sandbox' }] },
      'a-*': { targets: [{ provider: 'sandbox' }] },
      'a-b': { targets: [{ provider: 'sandbox' }] },
    },
    budgets: budgets.map((more) => ({ scope: 'account', limit_usd: '10', window: 'day', ...more })),
  }).map(({ path, at, message, expected, hint }) => ({ path: pathText(path), at, message, expected, hint }));
}

test('a warning above the limit is refused, to the last digit', () => {
  assert.deepEqual(found({ soft_usd: '10.000000001' }), [
    {
      path: 'budgets[0].soft_usd',
      at: 'value',
      message: 'a warning above the limit would come too late',
      expected: 'at most 10, the `limit_usd` of this budget',
      hint: 'Lower `soft_usd`, or raise `limit_usd`.',
    },
  ]);
});

test('a warning up to the limit is accepted, in both modes', () => {
  assert.deepEqual(found({ soft_usd: '9.5' }), []);
  assert.deepEqual(found({ soft_usd: '10.0' }), []);
  assert.deepEqual(found({ soft_usd: '9.5', mode: 'observe' }), []);
});

test('amounts are compared as numbers, not as text', () => {
  assert.deepEqual(found({ limit_usd: '100', soft_usd: '20', on_ledger_down: { allow_usd: '3' } }), []);
});

test('an allowance of an observed budget is refused: it refuses nobody', () => {
  assert.deepEqual(found({ mode: 'observe', on_ledger_down: { allow_usd: '1' } }), [
    {
      path: 'budgets[0].on_ledger_down',
      at: 'key',
      message: 'an observed budget refuses nobody, so it has nothing to allow while the ledger is away',
      expected: 'no `on_ledger_down` beside `mode: observe`',
      hint: 'Remove `on_ledger_down`, or enforce the budget.',
    },
  ]);
});

test('an allowance above the limit is refused', () => {
  assert.deepEqual(found({ on_ledger_down: { allow_usd: '10.5' } }), [
    {
      path: 'budgets[0].on_ledger_down.allow_usd',
      at: 'value',
      message: 'one outage could spend more than the whole budget',
      expected: 'at most 10, the `limit_usd` of this budget',
      hint: 'Lower `allow_usd`, or raise `limit_usd`.',
    },
  ]);
  assert.deepEqual(found({ on_ledger_down: { allow_usd: '10' } }), []);
});

test('an observed budget in the place of an enforced one with a wider scope is refused', () => {
  assert.deepEqual(found({ scope: 'team:*' }, { scope: 'team:search', mode: 'observe' }), [
    {
      path: 'budgets[1].mode',
      at: 'value',
      message: 'this would take the place of budgets[0] (`team:*`), which is enforced, and so lift it',
      expected: '`enforce`, as in budgets[0]',
      hint: 'Enforce it too, or observe budgets[0] as well, or give it another `window` or `tz`.',
    },
  ]);
});

for (const [wide, narrow] of [
  ['app:*', 'app:search/web'],
  ['app:*', 'app:search/*'],
  ['app:search/*', 'app:search/web'],
  ['user:*', 'user:alice'],
  ['key:*', 'key:KEY'],
  ['model:*', 'model:a-*'],
  ['provider:*', 'provider:sandbox'],
] as const) {
  test(`${narrow} under observation would lift an enforced ${wide}, in whatever order they stand`, () => {
    const paths = (...all: Partial<BudgetConfig>[]) => found(...all).map(({ path }) => path);
    assert.deepEqual(paths({ scope: wide }, { scope: narrow, mode: 'observe' }), ['budgets[1].mode']);
    assert.deepEqual(paths({ scope: narrow, mode: 'observe' }, { scope: wide }), ['budgets[0].mode']);
  });
}

test('an observed budget beside an enforced one is a trial and fine', () => {
  const observed = { scope: 'team:search', mode: 'observe' } as const;
  assert.deepEqual(found({ scope: 'team:*' }, { ...observed, window: 'week' }), []);
  assert.deepEqual(found({ scope: 'team:*' }, { ...observed, tz: 'Asia/Tokyo' }), []);
  assert.deepEqual(found({ scope: 'team:*', mode: 'observe' }, observed), []);
  assert.deepEqual(found({ scope: 'team:*', mode: 'observe' }, { scope: 'team:search' }), []);
  assert.deepEqual(found({ scope: 'account' }, observed), []);
  assert.deepEqual(found({ scope: 'model:a-*' }, { scope: 'model:a-b', mode: 'observe' }), []);
});
