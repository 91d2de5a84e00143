import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { catalogRows, findModel } from '../../../../lambda/catalog/catalog.ts';
import {
  boundOf,
  costOf,
  inputOf,
  type Price,
  type Rates,
  type Usage,
} from '../../../../lambda/core/chat/usage.ts';
import { toPico } from '../../../../lambda/core/money.ts';

const rate = fc.bigInt({ min: 0n, max: 200_000_000n }).map(toPico);
const rates: fc.Arbitrary<Rates> = fc.record({
  input: rate,
  cacheRead: rate,
  cacheWrite: rate,
  cacheWriteLong: rate,
  output: rate,
  reasoning: rate,
});
const price: fc.Arbitrary<Price> = fc
  .tuple(rates, fc.option(fc.record({ inputTokens: fc.nat({ max: 500_000 }), rates }), { nil: undefined }))
  .map(([short, long]) => ({ version: 'p', ...short, ...(long === undefined ? {} : { long }) }));
const count = fc.nat({ max: 300_000 });
const usage: fc.Arbitrary<Usage> = fc.record({
  input: count,
  cacheRead: count,
  cacheWrite: count,
  cacheWriteLong: count,
  output: count,
  reasoning: count,
});

test('no usage within the tokens of a bound costs more, whatever its classes and the rates are', () => {
  fc.assert(
    fc.property(usage, price, count, count, fc.boolean(), (used, at, moreIn, moreOut, long) => {
      const told = long ? used : { ...used, cacheWriteLong: 0 };
      const bound = boundOf(inputOf(told) + moreIn, told.output + told.reasoning + moreOut, at, long);
      assert.ok(costOf(told, at) <= bound);
    }),
  );
});

test('the same holds at every price of the catalogue, at the edge of its long prompts too', () => {
  for (const row of catalogRows()) {
    for (const { scopes = ['region'], regions = ['us-east-1'] } of row.prices) {
      const [scope] = scopes;
      const id = row.provider === 'bedrock' && scope !== 'region' ? `${scope}.${row.model}` : row.model;
      const at = findModel(row.provider, id, regions[0])?.price;
      assert.ok(at !== undefined, id);
      for (const input of [1, at.long?.inputTokens ?? 100, (at.long?.inputTokens ?? 100) + 1]) {
        for (const kind of ['input', 'cacheRead', 'cacheWrite', 'cacheWriteLong'] as const) {
          const used = { ...NOTHING, [kind]: input, output: 7, reasoning: 5 };
          assert.ok(
            costOf(used, at) <= boundOf(input, 12, at, kind === 'cacheWriteLong'),
            `${id} ${kind} ${input}`,
          );
        }
      }
    }
  }
});

const NOTHING: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0, reasoning: 0 };
