import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chargeOf, type Priced } from '../../../../lambda/core/chat/charge.ts';
import { Progress } from '../../../../lambda/core/chat/progress.ts';
import { boundOf, costOf, type Price } from '../../../../lambda/core/chat/usage.ts';
import { toPico } from '../../../../lambda/core/money.ts';

const price: Price = {
  version: 'p',
  input: toPico(2_000_000n),
  cacheRead: toPico(1_000_000n),
  cacheWrite: toPico(3_000_000n),
  cacheWriteLong: toPico(4_000_000n),
  output: toPico(8_000_000n),
  reasoning: toPico(9_000_000n),
};
const priced: Priced = {
  price,
  hiddenReasoning: false,
  inputBound: 100,
  outputBound: 1_000,
  stream: true,
  choices: 1,
};
const usage = { input: 10, cacheRead: 2, cacheWrite: 1, cacheWriteLong: 3, output: 5, reasoning: 4 };

function progress(...events: Parameters<Progress['see']>[0][]): Progress {
  const made = new Progress(1);
  for (const event of events) made.see(event);
  return made;
}
const text = (bytes: number) => ({ type: 'text', choice: 0, block: 0, text: 'x'.repeat(bytes) }) as const;
const stop = { type: 'finish', choice: 0, reason: 'stop', native: 'stop' } as const;

test('a cost is exact per class and rounded up once', () => {
  assert.equal(costOf(usage, price), 20_000n + 2_000n + 3_000n + 12_000n + 40_000n + 36_000n);
  assert.equal(
    costOf(
      { input: 1, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0, reasoning: 0 },
      { ...price, input: toPico(1n) },
    ),
    1n,
  );
});

/** Everything twice as dear above 20 input tokens. */
const tiered: Price = {
  ...price,
  long: {
    inputTokens: 20,
    rates: {
      input: toPico(4_000_000n),
      cacheRead: toPico(2_000_000n),
      cacheWrite: toPico(6_000_000n),
      cacheWriteLong: toPico(8_000_000n),
      output: toPico(16_000_000n),
      reasoning: toPico(18_000_000n),
    },
  },
};

test('a long prompt is charged at its own rates as a whole, and every class of input makes it long', () => {
  assert.equal(costOf({ ...usage, input: 14 }, tiered), costOf({ ...usage, input: 14 }, price), '20 tokens');
  assert.equal(costOf({ ...usage, input: 15 }, tiered), costOf({ ...usage, input: 15 }, price) * 2n, '21');
});

test('a bound of a prompt that may be long takes the dearer rates', () => {
  assert.equal(boundOf(20, 10, tiered, true), boundOf(20, 10, price, true));
  assert.equal(boundOf(21, 10, tiered, true), boundOf(21, 10, price, true) * 2n);
});

test('a part of an answer to a long prompt is charged at the dearest output of the long rates', () => {
  const told = { ...usage, input: 100, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0 };
  const charge = chargeOf(progress({ type: 'usage', usage: told }, text(6)), { ...priced, price: tiered });
  assert.equal(charge.usage.output, 9 + 64);
  assert.equal(charge.cost, 400_000n + 73n * 18_000n);
});

test('tokens written to a cache for longer are kept in a charge that is a part', () => {
  const charge = chargeOf(progress({ type: 'usage', usage }), priced);
  assert.deepEqual([charge.source, charge.usage.cacheWrite, charge.usage.cacheWriteLong], ['partial', 1, 3]);
});

test('a bound takes the dearest class of each side', () => {
  assert.equal(boundOf(10, 10, price, true), 40_000n + 90_000n);
});

test('usage of a finished answer is charged exactly', () => {
  const charge = chargeOf(progress(text(3), stop, { type: 'usage', usage }), priced);
  assert.deepEqual(charge, { usage, cost: costOf(usage, price), source: 'upstream' });
});

test('usage before the end of an answer is a part: what came since is bounded by its bytes', () => {
  const charge = chargeOf(progress({ type: 'usage', usage }, text(200)), priced);
  assert.equal(charge.source, 'partial');
  assert.equal(charge.usage.input, 10);
  assert.equal(charge.usage.output, 200 + 64);
});

test('a charge without usage is never above what was held, whether or not the longer cache was asked for', () => {
  for (const long of [true, false]) {
    const known = { ...priced, hiddenReasoning: true, cachesLong: () => long };
    assert.equal(chargeOf(progress(text(7)), known).cost, boundOf(100, 1_000, price, long));
  }
  assert.equal(chargeOf(progress(text(1_000)), priced).cost, boundOf(100, 1_000, price, true), 'not known');
});

test('a charge that is exact does not ask what the request could have cached', () => {
  const cachesLong = () => assert.fail('asked');
  const exact = chargeOf(progress(text(3), stop, { type: 'usage', usage }), { ...priced, cachesLong });
  assert.equal(exact.source, 'upstream');
});

test('without usage the input is its bound and the output its bytes, with what may be under way', () => {
  const charge = chargeOf(progress(text(7)), priced);
  assert.deepEqual([charge.usage.input, charge.usage.output], [100, 71]);
  assert.equal(chargeOf(progress(text(7), stop), priced).usage.output, 7);
  assert.equal(chargeOf(progress(text(7)), { ...priced, choices: 3 }).usage.output, 7 + 3 * 64);
});

test('nothing is charged above what the request allowed', () => {
  assert.equal(chargeOf(progress(text(5_000)), priced).usage.output, 1_000);
});

test('where nothing shows how far the model got, the whole allowance is charged', () => {
  assert.equal(chargeOf(progress(), { ...priced, stream: false }).usage.output, 1_000);
  assert.equal(chargeOf(progress(text(1)), { ...priced, hiddenReasoning: true }).usage.output, 1_000);
  assert.equal(chargeOf(progress(text(9), stop), { ...priced, stream: false }).usage.output, 9);
});

test('an unpriced answer costs nothing and still tells its tokens', () => {
  assert.deepEqual(chargeOf(progress(stop, { type: 'usage', usage }), { ...priced, price: undefined }), {
    usage,
    cost: 0n,
    source: 'upstream',
  });
});
