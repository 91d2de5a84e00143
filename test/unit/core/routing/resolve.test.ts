import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../../lambda/adapters/node/config-file.ts';
import { findModel } from '../../../../lambda/catalog/catalog.ts';
import { resolveModel } from '../../../../lambda/core/routing/resolve.ts';

const read = readConfig(
  `
providers:
  a: { type: sandbox }
  b: { type: openai-compatible, base_url: http://b.test/v1 }
models:
  plain: { targets: [{ provider: b, model: real }, { provider: a }] }
  ordered: { targets: [{ provider: b, priority: 2 }, { provider: a, priority: 1 }] }
  mock-*: { targets: [{ provider: b }], price: { input: 0.15, output: 0.6, cache_read: 0.075 } }
  mock-big-*: { targets: [{ provider: b, model: big }], capabilities: { max_output_tokens: 9, hidden_reasoning: true } }
`,
  'x',
);
assert.ok(read.ok);
const { config } = read;
const resolve = (name: string) => resolveModel(config, findModel, name);

test('targets come in the order of the list, or of their priority', () => {
  assert.deepEqual(
    resolve('plain')?.targets.map(({ provider, model }) => `${provider}/${model}`),
    ['b/real', 'a/plain'],
  );
  assert.deepEqual(
    resolve('ordered')?.targets.map(({ provider }) => provider),
    ['a', 'b'],
  );
});

test('a wildcard takes what is asked for as the name of the model, and the longest one wins', () => {
  assert.equal(resolve('mock-7b')?.targets[0]?.model, 'mock-7b');
  assert.equal(resolve('mock-big-70b')?.targets[0]?.model, 'big');
  assert.equal(resolve('mock'), undefined);
});

test('the price of the config is exact, fills its classes, and names itself', () => {
  const price = resolve('mock-x')?.targets[0]?.price;
  assert.deepEqual(price, {
    version: 'config@0.15/0.075/0.15/0.6/0.6',
    input: 150_000n,
    cacheRead: 75_000n,
    cacheWrite: 150_000n,
    output: 600_000n,
    reasoning: 600_000n,
  });
});

test('capabilities of the config go over those of the catalogue, key by key', () => {
  assert.equal(resolve('mock-big-x')?.targets[0]?.capabilities.maxOutputTokens, 9);
  assert.equal(resolve('mock-big-x')?.targets[0]?.capabilities.hiddenReasoning, true);
  assert.equal(resolve('plain')?.targets[0]?.price, undefined);
});

test('names that objects inherit are no models', () => {
  for (const name of ['constructor', '__proto__', 'toString']) assert.equal(resolve(name), undefined);
});
