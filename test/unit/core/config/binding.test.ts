import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingLimits, budgetId, providerLimits } from '../../../../lambda/core/config/binding.ts';
import type { BudgetConfig, LimitsConfig, RateConfig } from '../../../../lambda/core/config/schema.ts';
import type { Caller } from '../../../../lambda/core/identity/caller.ts';

const ROLE = 'arn:aws:sts::123456789012:assumed-role/search-web';
const search: Caller = { principal: ROLE, team: 'search', app: 'web', user: 'alice' };
const nobody: Caller = { principal: 'local', team: undefined, app: undefined, user: undefined };

function budget(
  scope: string,
  limit: string,
  window: BudgetConfig['window'] = 'month',
  more: Partial<BudgetConfig> = {},
): BudgetConfig {
  return { scope, limit_usd: limit, window, ...more };
}

function bound(budgets: BudgetConfig[], caller: Caller = search, alias?: string): string[] {
  return bindingLimits({ budgets }, caller, alias).flatMap(({ scope, budgets: of }) =>
    of.map(({ id, limit }) => `${scope} ${id} ${limit / 1_000_000_000n}`),
  );
}

function boundRates(rates: RateConfig[], caller: Caller = search, alias?: string) {
  return bindingLimits({ rates }, caller, alias).map(({ budgets, ...rest }) => {
    assert.deepEqual(budgets, []);
    return rest;
  });
}

test('every scope of the call binds, in the order account, team, app, user, key, model', () => {
  const budgets = [
    budget('model:chat', '6'),
    budget(`key:${ROLE}`, '5'),
    budget('user:alice', '4'),
    budget('app:search/web', '3'),
    budget('team:search', '2'),
    budget('account', '1'),
  ];
  assert.deepEqual(bound(budgets, search, 'chat'), [
    'account month 1',
    'team:search month 2',
    'app:search/web month 3',
    'user:alice month 4',
    `key:${ROLE} month 5`,
    'model:chat month 6',
  ]);
});

test('a star gives each its own scope, not one for all', () => {
  const budgets = ['team', 'app', 'user', 'key', 'model'].map((kind) => budget(`${kind}:*`, '2'));
  assert.deepEqual(bound(budgets, search, 'chat'), [
    'team:search month 2',
    'app:search/web month 2',
    'user:alice month 2',
    `key:${ROLE} month 2`,
    'model:chat month 2',
  ]);
  assert.deepEqual(bound(budgets, { ...nobody, team: 'ads' }), ['team:ads month 2']);
});

test('a named budget replaces the star of the same window and leaves other windows alone', () => {
  const budgets = [budget('team:*', '5'), budget('team:*', '1', 'day'), budget('team:search', '9')];
  assert.deepEqual(bound(budgets), ['team:search month 9', 'team:search day 1']);
});

test('a named budget in another zone is another window', () => {
  const budgets = [budget('team:*', '5'), budget('team:search', '9', 'month', { tz: 'Europe/Berlin' })];
  assert.deepEqual(bound(budgets), ['team:search month@Europe/Berlin 9', 'team:search month 5']);
});

test('several budgets of one scope bind together, one for each window', () => {
  const windows = ['day', 'week', 'month', 'total'] as const;
  const budgets = windows.map((window, i) => budget('account', String(i), window));
  assert.deepEqual(bound(budgets), ['account day 0', 'account week 1', 'account month 2', 'account total 3']);
});

test('an app is looked up by name, then within its team, then anywhere', () => {
  const all = [budget('app:*', '1'), budget('app:search/*', '2'), budget('app:search/web', '3')];
  assert.deepEqual(bound(all), ['app:search/web month 3']);
  assert.deepEqual(bound(all.slice(0, 2)), ['app:search/web month 2']);
  assert.deepEqual(bound(all, { ...nobody, team: 'ads', app: 'web' }), ['app:ads/web month 1']);
});

test('a local caller without a team is bound by the account and the model alone', () => {
  const budgets = ['account', 'team:*', 'app:*', 'user:*', 'key:*', 'model:*'].map((of) => budget(of, '1'));
  assert.deepEqual(bound(budgets, nobody, 'chat'), ['account month 1', 'model:chat month 1']);
});

test('a call without a model is bound by no model', () => {
  assert.deepEqual(bound([budget('model:*', '1')], search, undefined), []);
});

test('a development key is the scope of its variable, an IAM principal that of its ARN', () => {
  const budgets = [budget('key:TEAM_KEY', '1'), budget('key:*', '2')];
  assert.deepEqual(bound(budgets, { ...nobody, principal: 'key:TEAM_KEY' }), ['key:TEAM_KEY month 1']);
  assert.deepEqual(bound(budgets, { ...nobody, principal: 'key:OTHER' }), ['key:OTHER month 2']);
  assert.deepEqual(bound(budgets, { ...nobody, principal: ROLE }), [`key:${ROLE} month 2`]);
});

test('the wildcard of an alias is part of its name: one scope for all that it serves', () => {
  const budgets = [budget('model:sandbox-*', '1'), budget('model:*', '2')];
  assert.deepEqual(bound(budgets, nobody, 'sandbox-*'), ['model:sandbox-* month 1']);
  assert.deepEqual(bound(budgets, nobody, 'sandbox-tool'), ['model:sandbox-tool month 2']);
});

test('an alias that is a star alone binds once', () => {
  assert.deepEqual(bound([budget('model:*', '2')], nobody, '*'), ['model:* month 2']);
});

test('budgets of others do not bind', () => {
  const budgets = ['team:ads', 'user:bob', 'app:search/api', 'key:OTHER', 'model:other', 'provider:openai'];
  assert.deepEqual(
    bound(
      budgets.map((scope) => budget(scope, '1')),
      search,
      'chat',
    ),
    [],
  );
});

test('the limits of a provider are found apart, by name before the star', () => {
  const limits: LimitsConfig = {
    budgets: [budget('provider:*', '1'), budget('provider:openai', '2'), budget('account', '3')],
    rates: [{ scope: 'provider:*', parallel: 4 }],
  };
  assert.deepEqual(
    [providerLimits(limits, 'openai')?.budgets.map(({ limit }) => limit), providerLimits(limits, 'x')?.scope],
    [[2_000_000_000n], 'provider:x'],
  );
  assert.deepEqual(providerLimits(limits, 'openai')?.parallel, { limit: 4, mode: 'enforce' });
  assert.equal(providerLimits({ budgets: [budget('provider:openai', '1')] }, 'anthropic'), undefined);
  assert.equal(providerLimits({}, 'openai'), undefined);
});

test('the id of a budget names the zone only where it is not UTC and the window has a calendar', () => {
  assert.equal(budgetId({ window: 'day' }), 'day');
  assert.equal(budgetId({ window: 'day', tz: 'UTC' }), 'day');
  assert.equal(budgetId({ window: 'week', tz: 'Asia/Tokyo' }), 'week@Asia/Tokyo');
  assert.equal(budgetId({ window: 'total', tz: 'Asia/Tokyo' }), 'total');
});

test('a budget is enforced, without a warning and without an allowance, unless it says otherwise', () => {
  const [scope] = bindingLimits({ budgets: [budget('account', '1.5', 'day')] }, search, undefined);
  assert.deepEqual(scope, {
    scope: 'account',
    budgets: [
      {
        id: 'day',
        limit: 1_500_000_000n,
        window: { window: 'day', tz: 'UTC' },
        mode: 'enforce',
        soft: undefined,
        allowance: undefined,
      },
    ],
  });
});

test('a budget carries its zone, its mode, its warning and its allowance, to the digit', () => {
  const full = budget('account', '1.5', 'day', {
    tz: 'Asia/Tokyo',
    soft_usd: '1.000000001',
    mode: 'enforce',
    on_ledger_down: { allow_usd: '0.25' },
  });
  const [scope] = bindingLimits({ budgets: [full] }, search, undefined);
  assert.deepEqual(scope?.budgets, [
    {
      id: 'day@Asia/Tokyo',
      limit: 1_500_000_000n,
      window: { window: 'day', tz: 'Asia/Tokyo' },
      mode: 'enforce',
      soft: 1_000_000_001n,
      allowance: 250_000_000n,
    },
  ]);
  const observed = bindingLimits(
    { budgets: [budget('account', '1', 'day', { mode: 'observe' })] },
    search,
    '',
  );
  assert.equal(observed[0]?.budgets[0]?.mode, 'observe');
});

test('a rate has a burst of one minute unless it says another', () => {
  const rates: RateConfig[] = [
    { scope: 'team:search', requests_per_minute: 60, tokens_per_minute: 9000, burst_tokens: 20_000 },
  ];
  assert.deepEqual(boundRates(rates), [
    {
      scope: 'team:search',
      requests: { perMinute: 60, burst: 60, mode: 'enforce' },
      tokens: { perMinute: 9000, burst: 20_000, mode: 'enforce' },
    },
  ]);
});

test('each kind of rate is taken from the most exact entry that gives it, with the mode of that entry', () => {
  const rates: RateConfig[] = [
    { scope: 'app:*', requests_per_minute: 1, parallel: 1, mode: 'observe' },
    { scope: 'app:search/*', requests_per_minute: 2, tokens_per_minute: 2, mode: 'observe' },
    { scope: 'app:search/web', requests_per_minute: 3, burst_requests: 9 },
  ];
  assert.deepEqual(boundRates(rates), [
    {
      scope: 'app:search/web',
      requests: { perMinute: 3, burst: 9, mode: 'enforce' },
      tokens: { perMinute: 2, burst: 2, mode: 'observe' },
      parallel: { limit: 1, mode: 'observe' },
    },
  ]);
});

test('the rates of one scope may stand in two entries, each with its own mode', () => {
  const rates: RateConfig[] = [
    { scope: 'account', parallel: 5, mode: 'observe' },
    { scope: 'account', requests_per_minute: 7 },
  ];
  assert.deepEqual(boundRates(rates, nobody), [
    {
      scope: 'account',
      requests: { perMinute: 7, burst: 7, mode: 'enforce' },
      parallel: { limit: 5, mode: 'observe' },
    },
  ]);
});

test('budgets and rates of one scope bind as one', () => {
  const limits: LimitsConfig = {
    budgets: [budget('team:search', '2')],
    rates: [{ scope: 'team:*', parallel: 3 }],
  };
  const [scope, ...more] = bindingLimits(limits, search, 'chat');
  assert.deepEqual(
    [scope?.scope, scope?.budgets.length, scope?.parallel?.limit, more.length],
    ['team:search', 1, 3, 0],
  );
});

test('a config without limits binds nobody', () => {
  assert.deepEqual(bindingLimits({}, search, 'chat'), []);
});
