import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogRows, findModel, priceVersion } from '../../../lambda/catalog/catalog.ts';
import type { ModelRow } from '../../../lambda/catalog/row.ts';
import { boundOf, costOf, type Price, type Usage } from '../../../lambda/core/chat/usage.ts';
import { toNano } from '../../../lambda/core/money.ts';

const NONE: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0, reasoning: 0 };

function priceAt(provider: string, model: string, place?: string): Price {
  const price = findModel(provider, model, place)?.price;
  assert.ok(price !== undefined, `${provider}/${model} has a price`);
  return price;
}

/** Each price of a row as it is asked for: its name, and where. */
function asked(row: ModelRow): readonly (readonly [model: string, place: string | undefined])[] {
  return row.prices.flatMap(({ scopes, regions }) =>
    (scopes ?? ['region' as const]).map(
      (scope) => [scope === 'region' ? row.model : `${scope}.${row.model}`, regions?.[0]] as const,
    ),
  );
}

describe('the catalogue of models', () => {
  test('turns decimal dollars per million tokens into whole pico-dollars per token, exactly', () => {
    const nano = priceAt('openai', 'gpt-5-nano');
    assert.deepEqual([nano.input, nano.cacheRead, nano.output], [50_000n, 5_000n, 400_000n]);
    const mini = priceAt('openai', 'o4-mini');
    assert.equal(mini.cacheRead, 275_000n);
    assert.equal(costOf({ ...NONE, input: 1_000_000 }, mini), 1_100_000_000n, 'a million at $1.10');
  });

  test('gives a class without a price of its own that of the class it belongs to', () => {
    const price = priceAt('openai', 'gpt-5.2');
    assert.deepEqual([price.cacheWrite, price.cacheWriteLong], [price.input, price.input]);
    assert.equal(price.reasoning, price.output);
  });

  test('charges an hour of cache at twice the input and five minutes at 1.25 times it, for Claude', () => {
    const rows = catalogRows().filter(({ provider }) => provider === 'anthropic');
    assert.ok(rows.length >= 10);
    for (const row of rows) {
      const { input, cacheWrite, cacheWriteLong } = priceAt('anthropic', row.model);
      assert.deepEqual([cacheWrite * 4n, cacheWriteLong], [input * 5n, input * 2n], row.model);
    }
  });

  test('knows a dated snapshot by its family, with the same price version', () => {
    assert.deepEqual(findModel('openai', 'gpt-5.1-2025-11-13'), findModel('openai', 'gpt-5.1'));
    assert.deepEqual(
      findModel('anthropic', 'claude-haiku-4-5-20251001'),
      findModel('anthropic', 'claude-haiku-4-5'),
    );
    assert.equal(priceAt('openai', 'gpt-5.1').version, 'openai/gpt-5.1@2026-11-24');
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
    assert.equal(findModel('anthropic', 'claude-opus-5-20990101'), undefined);
  });

  test('charges a prompt above the threshold at the long rates as a whole', () => {
    const price = priceAt('openai', 'gpt-5.5');
    assert.equal(price.long?.inputTokens, 272_000);
    assert.equal(costOf({ ...NONE, input: 272_000 }, price), 1_360_000_000n);
    assert.equal(costOf({ ...NONE, input: 272_001 }, price), 2_720_010_000n);
  });

  test('adds 10 % at an endpoint of OpenAI that keeps data in a region, for the models that it is due for', () => {
    const home = priceAt('openai', 'gpt-5.5', 'https://api.openai.com/v1');
    const abroad = priceAt('openai', 'gpt-5.5', 'https://eu.api.openai.com/v1');
    assert.deepEqual(
      [home.input, abroad.input, abroad.long?.rates.output],
      [5_000_000n, 5_500_000n, 49_500_000n],
    );
    assert.deepEqual(
      [home.version, abroad.version],
      ['openai/gpt-5.5@2026-11-24', 'openai/gpt-5.5@2026-11-24+10%'],
    );
    assert.equal(priceAt('openai', 'gpt-5.2', 'https://eu.api.openai.com/v1').input, 1_750_000n);
    assert.equal(priceAt('openai', 'gpt-5.5', 'http://127.0.0.1:8080/v1').input, 5_000_000n);
  });

  test('prices every sandbox model so that one cent admits a short answer and is soon spent', () => {
    for (const model of ['sandbox', 'sandbox-fast', 'sandbox-slow-1']) {
      const found = findModel('sandbox', model);
      assert.equal(found?.capabilities.contextTokens, 128_000);
      assert.equal(found?.capabilities.maxOutputTokens, 4_096);
      const bound = boundOf(40, 50, priceAt('sandbox', model), true);
      const cent = toNano(10_000_000n);
      assert.ok(bound <= cent && bound * 4n > cent, `${bound} nano-dollars`);
    }
  });

  test('gives every row a source, a day of its check and prices that are exact and in order', () => {
    const day = /^20\d\d-[01]\d-[0-3]\d$/;
    for (const row of catalogRows()) {
      assert.match(row.source, row.provider === 'sandbox' ? /\.ts$/ : /^https:\/\//);
      assert.match(row.checked, day);
      assert.ok((row.maxOutputTokens ?? 0) <= row.contextTokens, row.model);
      for (const { from } of row.prices)
        assert.ok(from === undefined || (day.test(from) && from <= row.checked));
      for (const [model, place] of asked(row)) {
        const price = priceAt(row.provider, model.replace('*', 'x'), place);
        assert.ok(price.cacheRead <= price.input, model);
        assert.ok(price.input <= price.cacheWrite && price.cacheWrite <= price.cacheWriteLong, model);
        if (row.kind === 'chat')
          assert.ok(price.output >= price.input && price.reasoning >= price.output, model);
        else assert.equal(price.output, 0n, model);
        const { long } = price;
        if (long !== undefined)
          assert.ok(long.rates.input > price.input && long.rates.output > price.output, model);
      }
      if (row.provider === 'openai') findModel('openai', row.model, 'https://us.api.openai.com/v1');
    }
  });

  test('names each model and each price version once', () => {
    const ids = catalogRows().flatMap((row) =>
      [row.model, ...row.aliases].map((id) => `${row.provider}/${id}`),
    );
    assert.equal(new Set(ids).size, ids.length);
    const versions = catalogRows().flatMap((row) => row.prices.map((price) => priceVersion(row, price)));
    assert.equal(new Set(versions).size, versions.length);
    for (const row of catalogRows()) {
      const scopes = row.prices.flatMap((price) => price.scopes ?? []);
      assert.equal(new Set(scopes).size, scopes.length, `${row.model} has one price per scope`);
    }
  });

  test('gives embeddings the length of their vectors, and chat none', () => {
    for (const row of catalogRows())
      assert.equal(row.dimensions !== undefined, row.kind === 'embeddings', row.model);
  });
});

describe('what the catalogue says of Claude', () => {
  const of = (model: string) => findModel('anthropic', model)!.capabilities;

  test('a budget of thinking up to 4.5, adaptive after', () => {
    for (const model of ['claude-haiku-4-5', 'claude-sonnet-4-5', 'claude-opus-4-5'])
      assert.equal(of(model).thinking, 'budget', model);
    for (const model of ['claude-opus-4-6', 'claude-sonnet-4-6', 'claude-opus-4-8', 'claude-haiku-5-5'])
      assert.equal(of(model).thinking, 'adaptive', model);
    assert.equal(
      findModel('bedrock', 'us.anthropic.claude-3-7-sonnet-20250219-v1:0')?.capabilities.thinking,
      'budget',
    );
  });

  test('temperature or top_p up to 4.6, neither from 4.7 on, and both before 4.1', () => {
    for (const model of ['claude-sonnet-4-5', 'claude-opus-4-6'])
      assert.equal(of(model).sampling, 'one', model);
    for (const model of ['claude-opus-4-7', 'claude-sonnet-5', 'claude-fable-5-2'])
      assert.equal(of(model).sampling, 'none', model);
    assert.equal(
      findModel('bedrock', 'eu.anthropic.claude-sonnet-4-20250514-v1:0')?.capabilities.sampling,
      'both',
    );
  });

  test('instructions between turns from Opus 4.8 on', () => {
    assert.deepEqual(
      ['claude-opus-4-7', 'claude-opus-4-8', 'claude-sonnet-5', 'claude-haiku-5-5'].map(
        (model) => of(model).systemTurns,
      ),
      [false, true, true, true],
    );
  });
});
