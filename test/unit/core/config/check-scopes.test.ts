import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from '../../../../lambda/core/config/check.ts';
import { type Finding, pathText } from '../../../../lambda/core/config/finding.ts';
import type { CallerConfig, Config } from '../../../../lambda/core/config/schema.ts';

const ROLE = 'arn:aws:sts::123456789012:assumed-role';
const callers: CallerConfig[] = [
  { principal: `${ROLE}/search-web`, team: 'search', app: 'web' },
  { principal: `${ROLE}/batch-*`, team: 'search' },
  { principal: 'arn:aws:iam::123456789012:role/service/nightly', team: 'search' },
  { principal: 'arn:aws:iam::123456789012:user/*', team: 'support' },
  { key: { env: 'KEY_SUPPORT' }, team: 'support' },
];
const base: Config = {
  providers: { sandbox: { type: 'sandbox' }, openai: { type: 'openai', key: { env: 'KEY' } } },
  models: {
    'gpt-5.2': { targets: [{ provider: 'openai' }] },
    'sandbox-*': { targets: [{ provider: 'sandbox' }] },
  },
  callers,
};

/** What is said of a scope in each section, after making sure that both sections say the same but for the word. */
function found(scope: string, config: Config = base): readonly Finding[] {
  const budgets = checkConfig({ ...config, budgets: [{ scope, limit_usd: '1', window: 'day' }] });
  const rates = checkConfig({ ...config, rates: [{ scope, parallel: 1 }] });
  const path = ({ path: of }: Finding): string => pathText(of);
  assert.deepEqual(budgets.map(path), budgets.length === 0 ? [] : ['budgets[0].scope']);
  assert.deepEqual(rates.map(path), budgets.length === 0 ? [] : ['rates[0].scope']);
  const said = JSON.stringify(budgets.map(({ path: _, ...rest }) => rest)).replaceAll(
    'the budget',
    'the rate',
  );
  assert.equal(
    said.replaceAll('own budget', 'own rate'),
    JSON.stringify(rates.map(({ path: _, ...rest }) => rest)),
  );
  return budgets;
}

function words(scope: string, config?: Config): readonly (string | undefined)[] {
  const [finding, ...more] = found(scope, config);
  assert.equal(more.length, 0);
  return [finding?.message, finding?.expected, finding?.hint];
}

const FITTING = [
  'account',
  'team:*',
  'team:search',
  'app:*',
  'app:search/*',
  'app:search/web',
  'user:*',
  'user:anybody@example.com',
  'key:*',
  'key:KEY_SUPPORT',
  `key:${ROLE}/search-web`,
  `key:${ROLE}/batch-7`,
  `key:${ROLE}/nightly`,
  'key:arn:aws:iam::123456789012:user/eng/alice',
  'model:*',
  'model:gpt-5.2',
  'model:sandbox-*',
  'provider:*',
  'provider:openai',
];

for (const scope of FITTING) {
  test(`${scope} can bind somebody and passes`, () => {
    assert.deepEqual(found(scope), []);
  });
}

const ADD = 'Add the caller under `callers`, or remove the budget.';

const REFUSED: readonly (readonly [string, string, string, string])[] = [
  [
    'team:serach',
    'no entry of `callers` has this team, so the budget would never apply',
    'the team of a caller',
    `Did you mean \`team:search\`? ${ADD}`,
  ],
  [
    'app:search/reports',
    'no entry of `callers` has this app, so the budget would never apply',
    'the app of a caller',
    ADD,
  ],
  [
    'app:support/*',
    'no entry of `callers` has this app, so the budget would never apply',
    'the app of a caller',
    ADD,
  ],
  [
    'model:gpt-5.3',
    'this model is not listed under `models`, so the budget would never apply',
    'a model as `models` writes it: `gpt-5.2` or `sandbox-*`',
    'Did you mean `model:gpt-5.2`?',
  ],
  [
    'model:claude',
    'this model is not listed under `models`, so the budget would never apply',
    'a model as `models` writes it: `gpt-5.2` or `sandbox-*`',
    'Add it under `models`, or remove the budget.',
  ],
  [
    'model:claude-*',
    'this model is not listed under `models`, so the budget would never apply',
    'a model as `models` writes it: `gpt-5.2` or `sandbox-*`',
    'Add it under `models`, or remove the budget. `model:*` gives each model its own budget.',
  ],
  [
    'provider:opnai',
    'this provider is not listed under `providers`, so the budget would never apply',
    'a provider as `providers` writes it: `sandbox` or `openai`',
    'Did you mean `provider:openai`?',
  ],
  [
    'key:KEY_SUPORT',
    'no entry of `callers` has this key, so the budget would never apply',
    'the `key.env` of a caller',
    `Did you mean \`key:KEY_SUPPORT\`? ${ADD}`,
  ],
  [
    'key:OTHER_VARIABLE',
    'no entry of `callers` has this key, so the budget would never apply',
    'the `key.env` of a caller',
    ADD,
  ],
  [
    `key:${ROLE}/serach-web`,
    'no entry of `callers` covers this principal',
    'a principal that `callers` covers',
    `Did you mean \`key:${ROLE}/search-web\`? ${ADD}`,
  ],
  [
    'key:arn:aws:sts::999999999999:assumed-role/search-web',
    'no entry of `callers` covers this principal',
    'a principal that `callers` covers',
    `Did you mean \`key:${ROLE}/search-web\`? ${ADD}`,
  ],
];

for (const [scope, message, expected, hint] of REFUSED) {
  test(`${scope} can bind nobody and is refused with the nearest that could`, () => {
    assert.deepEqual(words(scope), [message, expected, hint]);
  });
}

const FORM =
  'the variable of a development key, or the ARN of one role or IAM user, such as `key:arn:aws:sts::123456789012:assumed-role/search-web`';

test('a key with a session is refused, and told without it', () => {
  assert.deepEqual(words(`key:${ROLE}/search-web/alice`), [
    'a role is limited without its session, which whoever assumes it chooses',
    FORM,
    `Write \`key:${ROLE}/search-web\`.`,
  ]);
});

test('a role as it is defined is refused, and told as it calls', () => {
  assert.deepEqual(words('key:arn:aws:iam::123456789012:role/service/nightly'), [
    'no caller is known by this ARN',
    FORM,
    `Write \`key:${ROLE}/nightly\`.`,
  ]);
});

test('a pattern in a key is refused: a key is one principal', () => {
  const [message, , hint] = words(`key:${ROLE}/batch-*`);
  assert.equal(message, 'a key is one principal, and this pattern names several');
  assert.equal(
    hint,
    '`key:*` gives each principal its own budget. For a group, map the pattern to a team or app under `callers`.',
  );
});

test('an ARN that is no principal is refused', () => {
  assert.deepEqual(words('key:arn:aws:s3:::bucket'), [
    'no caller is known by this ARN',
    FORM,
    'Name the principal as audit rows do.',
  ]);
});

test('root and federated users are principals too', () => {
  const { callers: _, ...open } = base;
  assert.deepEqual(found('key:arn:aws:iam::123456789012:root', open), []);
  assert.deepEqual(found('key:arn:aws:sts::123456789012:federated-user', open), []);
});

test('without callers any team, app, key and principal may still come', () => {
  const { callers: _, ...open } = base;
  for (const scope of ['team:x', 'app:x/y', 'key:X', `key:${ROLE}/x`]) {
    assert.deepEqual(found(scope, open), []);
  }
  assert.equal(found('model:x', open).length, 1);
});

test('where callers list development keys alone, any principal may still come', () => {
  assert.deepEqual(found(`key:${ROLE}/x`, { ...base, callers: callers.slice(-1) }), []);
});

test('a team that `teams` does not list is refused before anything else is said of it', () => {
  const teams = { search: {}, support: {} };
  assert.deepEqual(words('team:serach', { ...base, teams }), [
    'this team is not listed under `teams`',
    'a team of `teams`: `search` or `support`',
    'Did you mean `search`?',
  ]);
});
