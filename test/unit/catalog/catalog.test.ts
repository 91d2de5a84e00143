import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogRows, findModel, priceVersion } from '../../../lambda/catalog/catalog.ts';
import { boundOf, costOf } from '../../../lambda/core/chat/usage.ts';
import { toNano } from '../../../lambda/core/money.ts';

const NONE = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };

describe('the catalogue of models', () => {
  test('turns decimal dollars per million tokens into whole pico-dollars per token, exactly', () => {
    const nano = findModel('openai', 'gpt-5-nano');
    assert.equal(nano?.price.input, 50_000n);
    assert.equal(nano?.price.cacheRead, 5_000n);
    assert.equal(nano?.price.output, 400_000n);
    const mini = findModel('openai', 'o4-mini');
    assert.equal(mini?.price.cacheRead, 275_000n);
    assert.equal(costOf({ ...NONE, input: 1_000_000 }, mini!.price), 1_100_000_000n, 'a million at $1.10');
  });

  test('knows a dated snapshot by its family, with the same price version', () => {
    assert.equal(findModel('openai', 'gpt-5.1-2025-11-13'), findModel('openai', 'gpt-5.1'));
    assert.equal(findModel('openai', 'gpt-5.1')?.price.version, 'openai/gpt-5.1@2026-10-12');
  });

  test('lends no price to a name that only looks alike', () => {
    for (const model of [
      'gpt-5.1-2099-01-01',
      'gpt-5.1-pro',
      'gpt-4o-2024-05-13',
      'ft:gpt-4o',
      'sandboxes',
      '',
    ])
      assert.equal(findModel('openai', model), undefined, model);
    assert.equal(findModel('openai-compatible', 'gpt-4o'), undefined);
    assert.equal(findModel('sandbox', 'sandboxes'), undefined);
    assert.equal(findModel('constructor', 'prototype'), undefined);
  });

  test('prices every sandbox model so that one cent admits a short answer and is soon spent', () => {
    for (const model of ['sandbox', 'sandbox-fast', 'sandbox-slow-1']) {
      const found = findModel('sandbox', model);
      assert.equal(found?.capabilities.contextTokens, 128_000);
      assert.equal(found?.capabilities.maxOutputTokens, 4_096);
      const bound = boundOf(40, 50, found!.price);
      const cent = toNano(10_000_000n);
      assert.ok(bound <= cent && bound * 4n > cent, `${bound} nano-dollars`);
    }
  });

  test('gives every row a source, a day of its check and prices that are in order', () => {
    const day = /^20\d\d-[01]\d-[0-3]\d$/;
    for (const row of catalogRows()) {
      assert.match(row.source, row.provider === 'openai' ? /^https:\/\// : /\.ts$/);
      assert.match(row.checked, day);
      assert.match(row.from, day);
      assert.ok(row.from <= row.checked, `${row.model} holds from ${row.from}`);
      const price = findModel(row.provider, row.model.replace('*', 'x'))!.price;
      assert.ok(price.cacheRead <= price.input && price.input <= price.output, row.model);
      assert.ok(price.reasoning >= price.output, row.model);
      assert.ok(row.maxOutputTokens <= row.contextTokens, row.model);
    }
  });

  test('names each model and each price version once', () => {
    const ids = catalogRows().flatMap((row) =>
      [row.model, ...row.snapshots].map((id) => `${row.provider}/${id}`),
    );
    assert.equal(new Set(ids).size, ids.length);
    const versions = catalogRows().map(priceVersion);
    assert.equal(new Set(versions).size, versions.length);
  });
});
