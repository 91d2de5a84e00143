import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Finding, pathText } from '../../../../lambda/core/config/finding.ts';
import { NOT_BUILT, NOT_BUILT_VALUES } from '../../../../lambda/core/config/not-built.ts';
import { validateConfig } from '../../../../lambda/core/config/validate.ts';

const minimal = {
  providers: { sandbox: { type: 'sandbox' } },
  models: { sandbox: { targets: [{ provider: 'sandbox' }] } },
};

function findings(value: unknown): readonly Finding[] {
  const result = validateConfig(value);
  return result.ok ? [] : result.findings;
}

function only(value: unknown): Finding {
  const found = findings(value);
  assert.equal(found.length, 1, JSON.stringify(found));
  return found[0]!;
}

/** A config with one value put in at a path of the not-built words, where `*` is an entry that exists or is made. */
function withValue(pattern: string, value: unknown): unknown {
  const config: Record<string, unknown> = {
    ...structuredClone(minimal),
    callers: [{ principal: 'arn:aws:sts::123456789012:assumed-role/a', team: 'a' }],
    budgets: [{ scope: 'account', limit_usd: '1', window: 'day' }],
    guard: {},
  };
  const parts = pattern.split('.');
  let here: unknown = config;
  for (const part of parts.slice(0, -1)) {
    const record: Record<string, unknown> = here as never;
    here = record[part === '*' ? Object.keys(record)[0]! : part];
  }
  Reflect.set(here as object, parts.at(-1)!, value);
  return config;
}

test('the smallest config is accepted', () => {
  assert.deepEqual(findings(minimal), []);
});

for (const [pattern, message] of Object.entries(NOT_BUILT)) {
  test(`the word ${pattern} is refused with exactly its message`, () => {
    const finding = only(withValue(pattern, {}));
    assert.deepEqual([finding.kind, finding.at, finding.message], ['not_built', 'key', message]);
    assert.equal(finding.path.at(-1), pattern.split('.').at(-1));
  });
}

for (const [pattern, values] of Object.entries(NOT_BUILT_VALUES)) {
  for (const [value, message] of Object.entries(values)) {
    test(`the value ${pattern}: ${value} is refused with exactly its message`, () => {
      const finding = findings(withValue(pattern, value.replace('*', 'abc'))).find(
        (each) => each.kind === 'not_built',
      );
      assert.deepEqual([finding?.at, finding?.message], ['value', message]);
    });
  }
}

const unknownKeys: readonly (readonly [string, unknown, string, string])[] = [
  ['at the top', { ...minimal, budget: [] }, 'budget', 'Did you mean `budgets`?'],
  [
    'in an entry of a list',
    {
      ...minimal,
      budgets: [{ scope: 'account', limit_usd: '1', window: 'day', timezone: 'UTC', limt_usd: 1 }],
    },
    'budgets[0].limt_usd',
    'Did you mean `limit_usd`?',
  ],
  [
    'that was the word for a warning',
    { ...minimal, budgets: [{ scope: 'account', limit_usd: '5', window: 'day', soft: 4 }] },
    'budgets[0].soft',
    'Did you mean `soft_usd`?',
  ],
  [
    'that is half of a rate',
    { ...minimal, rates: [{ scope: 'account', requests: 60 }] },
    'rates[0].requests',
    'Did you mean `requests_per_minute`?',
  ],
  [
    'that other gateways use for a rate',
    { ...minimal, rates: [{ scope: 'account', tpm: 60 }] },
    'rates[0].tpm',
    'Did you mean `tokens_per_minute`?',
  ],
  [
    'that belongs to a rate',
    {
      ...minimal,
      budgets: [{ scope: 'account', limit_usd: '5', window: 'day', requests_per_minute: 60 }],
    },
    'budgets[0].requests_per_minute',
    '`requests_per_minute` belongs to an entry of `rates`.',
  ],
  [
    'in the variant that its type chooses',
    {
      ...minimal,
      providers: { sandbox: { type: 'openai-compatible', base_url: 'http://x/v1', base_ulr: 'x' } },
    },
    'providers.sandbox.base_ulr',
    'Did you mean `base_url`?',
  ],
  [
    'that another variant knows',
    { ...minimal, providers: { sandbox: { type: 'sandbox', base_url: 'http://x/v1' } } },
    'providers.sandbox.base_url',
    'Allowed here: `type`.',
  ],
  [
    'that belongs one level further in',
    { ...minimal, models: { m: { targets: [{ provider: 'sandbox' }], context_tokens: 5 } } },
    'models.m.context_tokens',
    '`context_tokens` belongs under `capabilities`.',
  ],
  [
    'that belongs to entries',
    { ...minimal, limit_usd: 5 },
    'limit_usd',
    '`limit_usd` belongs to an entry of `budgets`.',
  ],
  [
    'that was indented too far',
    { ...minimal, models: { m: { targets: [{ provider: 'sandbox', max_output_tokens: 5 }] } } },
    'models.m.targets[0].max_output_tokens',
    '`max_output_tokens` belongs under `models.m`.',
  ],
];

for (const [where, value, path, hint] of unknownKeys) {
  test(`an unknown key ${where} is named with a suggestion`, () => {
    const found = findings(value).find((finding) => pathText(finding.path) === path);
    assert.deepEqual([found?.kind, found?.at, found?.hint], ['unknown', 'key', hint]);
  });
}

test('a wrong word of a closed set suggests the nearest one', () => {
  const finding = only({ ...minimal, guard: { classes: { card: 'redcat' } } });
  assert.equal(finding.expected, '`allow`, `redact` or `block`');
  assert.equal(finding.hint, 'Did you mean `redact`?');
});

test('a wrong type of provider suggests the nearest one', () => {
  assert.equal(
    only({ ...minimal, providers: { sandbox: { type: 'sandbx' } } }).hint,
    'Did you mean `sandbox`?',
  );
});

test('every missing key of several entries is a finding of its own', () => {
  const found = findings({ ...minimal, budgets: [{ scope: 'account' }, { limit_usd: '1', window: 'day' }] });
  assert.deepEqual(
    found.map((finding) => [finding.kind, pathText(finding.path)]),
    [
      ['missing', 'budgets[0].limit_usd'],
      ['missing', 'budgets[0].window'],
      ['missing', 'budgets[1].scope'],
    ],
  );
});

for (const limit of ['-1', '1e3', '1.1234567891', '', 'abc', '1,5', '$5', true, null, -1, [], {}]) {
  test(`${JSON.stringify(limit)} is no amount of money`, () => {
    const finding = only({ ...minimal, budgets: [{ scope: 'account', limit_usd: limit, window: 'day' }] });
    assert.match(finding.expected, /an amount in US dollars/);
    assert.notEqual(finding.hint, '');
  });
}

test('a mistyped key is named once, not as unknown and as missing', () => {
  const finding = only({ ...minimal, providers: { sandbox: { typ: 'sandbox' } } });
  assert.deepEqual([finding.kind, finding.hint], ['unknown', 'Did you mean `type`?']);
});

test('an amount keeps the spelling that it has in the file', () => {
  const result = validateConfig({
    ...minimal,
    budgets: [{ scope: 'account', limit_usd: '12.50', window: 'day' }],
  });
  assert.equal(result.ok && result.config.budgets?.[0]?.limit_usd, '12.50');
});

test('a value that is not built yet in one place does not hide a typo in another', () => {
  const found = findings({ ...minimal, audit: {}, gaurd: {} });
  assert.deepEqual(
    found.map((finding) => finding.kind),
    ['not_built', 'unknown'],
  );
});
