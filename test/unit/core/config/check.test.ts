import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from '../../../../lambda/core/config/check.ts';
import { pathText } from '../../../../lambda/core/config/finding.ts';
import type { BudgetConfig, CallerConfig, Config } from '../../../../lambda/core/config/schema.ts';

const base: Config = {
  providers: { sandbox: { type: 'sandbox' }, openai: { type: 'openai', key: { env: 'KEY' } } },
  models: { sandbox: { targets: [{ provider: 'sandbox' }] } },
};
const ROLE = 'arn:aws:sts::123456789012:assumed-role';

function found(change: Partial<Config>): string[] {
  return checkConfig({ ...base, ...change }).map(({ path, hint }) => `${pathText(path)}: ${hint}`);
}

function role(name: string, team = 'search', app?: string): CallerConfig {
  return {
    principal: name.startsWith('arn:') ? name : `${ROLE}/${name}`,
    team,
    ...(app === undefined ? {} : { app }),
  };
}

function budget(scope: string, more: Partial<BudgetConfig> = {}): BudgetConfig {
  return { scope, limit_usd: '1', window: 'day', ...more };
}

test('a provider that no target uses is fine', () => {
  assert.deepEqual(found({}), []);
});

test('a target that names an unknown provider suggests the nearest one', () => {
  const models = { a: { targets: [{ provider: 'sandbox' }, { provider: 'opnai' }] } };
  assert.deepEqual(found({ models }), ['models.a.targets[1].provider: Did you mean `openai`?']);
});

test('a config without a model is refused', () => {
  assert.equal(found({ models: {} }).length, 1);
});

test('names that differ in case alone are refused', () => {
  const models = { 'gpt-4o': base.models['sandbox']!, 'GPT-4o': base.models['sandbox']! };
  assert.deepEqual(found({ models }), ['models.GPT-4o: Rename or remove one of the two.']);
  assert.equal(found({ providers: { ...base.providers, Sandbox: { type: 'sandbox' } } }).length, 1);
});

test('an alias cannot ask for more output than its own capabilities allow', () => {
  const models = {
    a: { targets: [{ provider: 'sandbox' }], max_output_tokens: 9, capabilities: { max_output_tokens: 8 } },
  };
  assert.equal(found({ models }).length, 1);
});

test('teams bind callers and budgets once they are given', () => {
  const callers = [role('a', 'serach')];
  const budgets = [budget('team:ads')];
  assert.deepEqual(found({ teams: { search: {} }, callers, budgets }), [
    'callers[0].team: Did you mean `search`?',
    'budgets[0].scope: Add it under `teams`.',
  ]);
  assert.deepEqual(found({ callers }), []);
});

test('two budgets of one scope, window and zone are refused, other windows and zones are not', () => {
  assert.deepEqual(found({ budgets: [budget('account'), budget('account', { tz: 'UTC' })] }), [
    'budgets[1].scope: Remove one of the two, or change its `window` or `tz`.',
  ]);
  const different = [
    budget('account'),
    budget('account', { window: 'week' }),
    budget('account', { tz: 'Asia/Tokyo' }),
  ];
  assert.deepEqual(found({ budgets: different }), []);
});

test('a total with a zone is refused', () => {
  assert.deepEqual(found({ budgets: [budget('account', { window: 'total', tz: 'UTC' })] }), [
    'budgets[0].tz: Remove `tz`.',
  ]);
});

test('a budget of a team or app that no caller has is refused once there are callers', () => {
  const budgets = [budget('team:serach'), budget('app:search/api'), budget('app:ads/*')];
  assert.deepEqual(found({ budgets }), []);
  const hints = found({ budgets, callers: [role('a', 'search', 'web')] });
  assert.equal(hints.length, 3);
  assert.match(hints[0]!, /Did you mean `team:search`\?/);
});

test('stars, users and teams that callers have are fine', () => {
  const budgets = [
    'account',
    'team:*',
    'team:search',
    'app:*',
    'app:search/*',
    'app:search/web',
    'user:zoe',
    'user:*',
  ];
  assert.deepEqual(
    found({ budgets: budgets.map((scope) => budget(scope)), callers: [role('a', 'search', 'web')] }),
    [],
  );
});

test('a caller that an earlier entry covers can never match and is refused', () => {
  const hint = 'Move it above callers[0], or remove it.';
  assert.deepEqual(found({ callers: [role('a'), role('a')] }), [`callers[1].principal: ${hint}`]);
  assert.deepEqual(found({ callers: [role('a-*'), role('a-web')] }), [`callers[1].principal: ${hint}`]);
  assert.deepEqual(found({ callers: [role('a-*'), role('a-*-x')] }), [`callers[1].principal: ${hint}`]);
  const spelled = [role('a'), role('arn:aws:iam::123456789012:role/path/a')];
  assert.deepEqual(found({ callers: spelled }), [`callers[1].principal: ${hint}`]);
  const keys: CallerConfig[] = [
    { key: { env: 'K' }, team: 'a' },
    { key: { env: 'K' }, team: 'b' },
  ];
  assert.deepEqual(found({ callers: keys }), [`callers[1].key: ${hint}`]);
});

test('the exact entry before the wide one is the right order', () => {
  assert.deepEqual(found({ callers: [role('a-web'), role('a-*'), role('*')] }), []);
});

test('patterns on a session or behind a path are refused, since they would never match or prove nothing', () => {
  assert.match(found({ callers: [role('a/alice')] })[0]!, /End the pattern with the name of the role/);
  assert.match(
    found({ callers: [role('arn:aws:iam::123456789012:role/eng/a-*')] })[0]!,
    /assumed-role\/NAME-\*/,
  );
});
