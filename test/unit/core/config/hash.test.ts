import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configHash, limitsHash } from '../../../../lambda/core/config/hash.ts';
import type { Config } from '../../../../lambda/core/config/schema.ts';

const base: Config = {
  providers: { a: { type: 'sandbox' }, b: { type: 'openai', key: { env: 'KEY' } } },
  models: { 9: { targets: [{ provider: 'a' }] }, 10: { targets: [{ provider: 'b' }, { provider: 'a' }] } },
};

test('the order of keys does not change the hash, and neither does an absent value', () => {
  const other: Config = {
    models: base.models,
    budgets: undefined,
    providers: { b: { key: { env: 'KEY' }, type: 'openai' }, a: { type: 'sandbox' } },
  };
  assert.equal(configHash(other), configHash(base));
});

test('the order of a list changes the hash, for targets are tried in order', () => {
  const models = { ...base.models, 10: { targets: [{ provider: 'a' }, { provider: 'b' }] } };
  assert.notEqual(configHash({ ...base, models }), configHash(base));
});

test('a changed limit changes the hash', () => {
  const limited = (limit: string): string =>
    configHash({ ...base, budgets: [{ scope: 'account', limit_usd: limit, window: 'day' }] });
  assert.notEqual(limited('1'), limited('2'));
  assert.match(limited('1'), /^[0-9a-f]{64}$/);
});

test('the hash of the limits changes with the limits and with nothing else', () => {
  const limited = (limit: string): Config => ({
    ...base,
    budgets: [{ scope: 'account', limit_usd: limit, window: 'day' }],
  });
  const other: Config = { ...limited('1'), models: {} };
  assert.equal(limitsHash(limited('1')), limitsHash(other));
  assert.equal(limitsHash(limited('1')), limitsHash({ rates: undefined, budgets: limited('1').budgets }));
  assert.notEqual(limitsHash(limited('1')), limitsHash(limited('2')));
  const rates = [{ scope: 'account', parallel: 3 }];
  assert.notEqual(limitsHash({ ...limited('1'), rates }), limitsHash(limited('1')));
});
