import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findModel } from '../../../lambda/catalog/catalog.ts';

const context = (name: string) => findModel('openai-compatible', name)?.capabilities.contextTokens;

test('a model with open weights is known by the names of Ollama and of the weights', () => {
  for (const name of [
    'llama3.3',
    'llama3.3:70b',
    'meta-llama/Llama-3.3-70B-Instruct',
    'Llama-3.3-70B-Instruct-FP8',
  ])
    assert.equal(context(name), 131_072, name);
  assert.equal(context('qwen3:8b'), 262_144);
  assert.equal(context('Qwen/Qwen3-32B'), 262_144);
  assert.equal(findModel('openai-compatible', 'openai/gpt-oss-20b')?.capabilities.thinking, 'effort');
});

test('a later version is another model', () => {
  for (const name of [
    'qwen3.5:9b',
    'llama3',
    'llama3:8b',
    'deepseek-v3.1',
    'deepseek-v31',
    'phi4.5',
    'my-llama3.3',
  ])
    assert.equal(findModel('openai-compatible', name), undefined, name);
});

test('who serves it decides the price and the output limit, so neither is known', () => {
  const found = findModel('openai-compatible', 'llama3.3:70b');
  assert.deepEqual([found?.price, found?.capabilities.maxOutputTokens], [undefined, undefined]);
});
