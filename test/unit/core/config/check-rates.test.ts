import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from '../../../../lambda/core/config/check.ts';
import { pathText } from '../../../../lambda/core/config/finding.ts';
import type { RateConfig } from '../../../../lambda/core/config/schema.ts';

function found(...rates: Partial<RateConfig>[]) {
  return checkConfig({
    providers: { sandbox: { type: 'sandbox' } },
    models: { sandbox: { targets: [{ provider: 'sandbox' }] } },
    rates: rates.map((more) => ({ scope: 'account', ...more })),
  }).map(({ path, at, message, expected, hint }) => ({ path: pathText(path), at, message, expected, hint }));
}

test('an entry that limits nothing is refused', () => {
  const kinds = '`requests_per_minute`, `tokens_per_minute` or `parallel`';
  assert.deepEqual(found({ mode: 'observe' }), [
    {
      path: 'rates[0]',
      at: 'value',
      message: 'this entry limits nothing',
      expected: kinds,
      hint: `Add at least one of ${kinds}.`,
    },
  ]);
});

for (const [burst, rate] of [
  ['burst_requests', 'requests_per_minute'],
  ['burst_tokens', 'tokens_per_minute'],
] as const) {
  test(`${burst} without ${rate} is refused once, also where another rate stands beside it`, () => {
    const expected = [
      {
        path: `rates[0].${burst}`,
        at: 'key',
        message: 'a burst is the size of a bucket, and nothing says how fast it fills again',
        expected: `\`${rate}\` beside it`,
        hint: `Add \`${rate}\`, or remove \`${burst}\`.`,
      },
    ];
    assert.deepEqual(found({ [burst]: 5 }), expected);
    assert.deepEqual(found({ [burst]: 5, parallel: 1 }), expected);
    assert.deepEqual(found({ [burst]: 5, [rate]: 1 }), []);
  });
}

for (const kind of ['requests_per_minute', 'tokens_per_minute', 'parallel'] as const) {
  test(`a second ${kind} of one scope is refused and names the first`, () => {
    assert.deepEqual(found({ scope: 'team:a', [kind]: 1 }, { [kind]: 1 }, { [kind]: 2 }), [
      {
        path: `rates[2].${kind}`,
        at: 'key',
        message: `rates[1] already gives this scope its \`${kind}\``,
        expected: 'each kind of rate once per scope',
        hint: 'Remove one of the two.',
      },
    ]);
  });
}

test('the rates of one scope may stand in several entries, each with its own mode', () => {
  assert.deepEqual(
    found({ parallel: 1, mode: 'observe' }, { requests_per_minute: 1 }, { tokens_per_minute: 1 }),
    [],
  );
});

test('an observed rate in the place of an enforced one of the same kind is refused once', () => {
  const wide = { scope: 'team:*', parallel: 1, requests_per_minute: 9 };
  assert.deepEqual(found(wide, { ...wide, scope: 'team:search', mode: 'observe' }), [
    {
      path: 'rates[1].mode',
      at: 'value',
      message: 'this would take the place of rates[0] (`team:*`), which is enforced, and so lift it',
      expected: '`enforce`, as in rates[0]',
      hint: 'Enforce it too, or observe rates[0] as well.',
    },
  ]);
  assert.deepEqual(found(wide, { scope: 'team:search', tokens_per_minute: 5, mode: 'observe' }), []);
});
