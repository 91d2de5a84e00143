import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  nanoFromPico,
  nanoFromUsd,
  picoFromUsdPerMillion,
  scaled,
  usdFromNano,
} from '../../../lambda/core/money.ts';

test('dollars are read exactly, to the last of nine places', () => {
  assert.equal(nanoFromUsd('0.1'), 100_000_000n);
  assert.equal(nanoFromUsd('0.000000001'), 1n);
  assert.equal(nanoFromUsd('25'), 25_000_000_000n);
  assert.equal(nanoFromUsd(' 007.50 '), 7_500_000_000n);
  assert.equal(nanoFromUsd('0.30000000000000'), 300_000_000n, 'trailing zeros need no place');
});

test('amounts beyond what a float holds stay exact', () => {
  assert.equal(nanoFromUsd('9007199254740993.000000001'), 9_007_199_254_740_993_000_000_001n);
  assert.equal(usdFromNano(9_007_199_254_740_993_000_000_001n), '9007199254740993.000000001');
});

test('an amount with more places than the scale is refused, not rounded', () => {
  assert.equal(nanoFromUsd('0.0000000001'), undefined);
  assert.equal(picoFromUsdPerMillion('0.0000001'), undefined);
});

test('what is not a plain non-negative decimal is no amount', () => {
  for (const text of ['', '.', '.5', '1.', '-1', '+1', '1e3', '0x10', '1,000', '1_000', 'NaN', '1 2', '١']) {
    assert.equal(scaled(text, 9), undefined, text);
  }
});

test('a price per million tokens is whole pico-dollars per token', () => {
  assert.equal(picoFromUsdPerMillion('2.50'), 2_500_000n);
  assert.equal(picoFromUsdPerMillion('0.075'), 75_000n);
  assert.equal(picoFromUsdPerMillion('0.000001'), 1n);
  assert.equal(picoFromUsdPerMillion('0'), 0n);
});

test('a charge is rounded up once, so it is never below the cost and never a nano-dollar above', () => {
  assert.equal(nanoFromPico(0n), 0n);
  assert.equal(nanoFromPico(1n), 1n);
  assert.equal(nanoFromPico(1_000n), 1n);
  assert.equal(nanoFromPico(1_001n), 2n);
  assert.equal(nanoFromPico(123n * 2_500_000n), 307_500n);
});

test('dollars are written without exponent, trailing zeros or a float’s noise', () => {
  assert.equal(usdFromNano(0n), '0');
  assert.equal(usdFromNano(1n), '0.000000001');
  assert.equal(usdFromNano(12_300_000n), '0.0123');
  assert.equal(usdFromNano(100_000_000n + 200_000_000n), '0.3');
  assert.equal(usdFromNano(25_000_000_000n), '25');
  assert.equal(usdFromNano(-1_500_000_000n), '-1.5');
});

test('every amount that is written is read back', () => {
  for (const value of [0n, 1n, 999_999_999n, 1_000_000_000n, 123_456_789_012_345_678n]) {
    assert.equal(nanoFromUsd(usdFromNano(value)), value);
  }
});
