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
  anthropic: { type: anthropic, key: { env: ANTHROPIC_API_KEY } }
  frankfurt: { type: bedrock, region: eu-central-1 }
  virginia: { type: bedrock, region: us-east-1 }
  resident: { type: openai, base_url: https://eu.api.openai.com/v1, key: { env: OPENAI_API_KEY } }
models:
  plain: { targets: [{ provider: b, model: real }, { provider: a }] }
  ordered: { targets: [{ provider: b, priority: 2 }, { provider: a, priority: 1 }] }
  mock-*: { targets: [{ provider: b }], price: { input: 0.15, output: 0.6, cache_read: 0.075 } }
  tiered: { targets: [{ provider: b }], price: { input: 1, output: 5, cache_write: 1.25, cache_write_1h: 2, long: { above_input_tokens: 272000, input: 2, output: 7.5 } } }
  lenient: { targets: [{ provider: b }], unsupported: drop, capabilities: { thinking: budget, sampling: one, structured_output: false, system_turns: true } }
  claude-*: { targets: [{ provider: anthropic }] }
  eu: { targets: [{ provider: frankfurt, model: amazon.nova-lite-v1:0 }, { provider: virginia, model: amazon.nova-lite-v1:0 }] }
  resident: { targets: [{ provider: resident, model: gpt-5.5 }] }
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
    version: 'config@0.15/0.075/0.15/0.15/0.6/0.6',
    input: 150_000n,
    cacheRead: 75_000n,
    cacheWrite: 150_000n,
    cacheWriteLong: 150_000n,
    output: 600_000n,
    reasoning: 600_000n,
  });
});

test('capabilities of the config go over those of the catalogue, key by key', () => {
  assert.equal(resolve('mock-big-x')?.targets[0]?.capabilities.maxOutputTokens, 9);
  assert.equal(resolve('mock-big-x')?.targets[0]?.capabilities.hiddenReasoning, true);
  assert.equal(resolve('plain')?.targets[0]?.price, undefined);
});

test('the price of the config may name the longer cache and rates of long prompts', () => {
  const price = resolve('tiered')?.targets[0]?.price;
  assert.equal(price?.version, 'config@1/1/1.25/2/5/5>272000:2/2/2/2/7.5/7.5');
  assert.deepEqual([price?.cacheWrite, price?.cacheWriteLong], [1_250_000n, 2_000_000n]);
  assert.equal(price?.long?.inputTokens, 272_000);
  assert.deepEqual([price?.long?.rates.cacheRead, price?.long?.rates.reasoning], [2_000_000n, 7_500_000n]);
});

test('what a model can do is what the config says, of a model that nobody knows', () => {
  const rung = resolve('lenient');
  const { thinking, sampling, structuredOutput, systemTurns } = rung!.targets[0]!.capabilities;
  assert.deepEqual([thinking, sampling, structuredOutput, systemTurns], ['budget', 'one', false, true]);
  const unknown = resolve('plain')!.targets[0]!.capabilities;
  assert.deepEqual(
    [unknown.thinking, unknown.sampling, unknown.structuredOutput, unknown.systemTurns],
    [undefined, undefined, undefined, false],
  );
});

test('parameters that a target cannot take are refused unless the alias says to drop them', () => {
  assert.equal(resolve('lenient')?.unsupported, 'drop');
  assert.equal(resolve('plain')?.unsupported, 'refuse');
});

test('the catalogue is asked for the place where a provider is called', () => {
  const [frankfurt, virginia] = resolve('eu')!.targets;
  assert.equal(frankfurt?.price, undefined);
  assert.equal(virginia?.price?.input, 60_000n);
  assert.equal(frankfurt?.capabilities.maxOutputTokens, virginia?.capabilities.maxOutputTokens);
  assert.equal(resolve('resident')?.targets[0]?.price?.input, 5_500_000n);
  assert.equal(resolve('claude-opus-5')?.targets[0]?.capabilities.thinking, 'adaptive');
});

test('names that objects inherit are no models', () => {
  for (const name of ['constructor', '__proto__', 'toString']) assert.equal(resolve(name), undefined);
});
