import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { left, lingerNs, step, take, waitNs } from '../../../lambda/ledger/gcra.ts';
import type { Change, Condition, Item } from '../../../lambda/ports/ledger-store.ts';

const NOW = 1_000_000_000_000n;
const rate = (perMinute: number, burst = perMinute) => ({ perMinute, burst, mode: 'enforce' }) as const;

function taking(perMinute: number, last: bigint, burst = perMinute) {
  const when: Condition[] = [];
  const set: Change[] = [];
  const seen: Item = { rt: last };
  take('rt', rate(perMinute, burst), 1, NOW, seen, { when, set });
  return { when, set };
}

describe('a bucket that has just become empty', () => {
  test('is moved on where a call is worth less than a moment, so that calls at once do not push each other out', () => {
    const { when, set } = taking(60_000, NOW - 2_000_000n);
    assert.deepEqual(set, [{ op: 'add', attr: 'rt', value: 1_000_000n }]);
    assert.deepEqual(when[0], { op: 'atLeast', attr: 'rt', value: NOW - 250_000_000n });
  });

  test('starts anew where calls are further apart, so that a pause earns nothing', () => {
    assert.deepEqual(taking(60, NOW - 2_000_000n).set, [
      { op: 'put', attr: 'rt', value: NOW + 1_000_000_000n },
    ]);
    assert.deepEqual(taking(60_000, NOW - 260_000_000n).set, [
      { op: 'put', attr: 'rt', value: NOW + 1_000_000n },
    ]);
  });

  test('gives away a twentieth of its burst at most', () => {
    assert.equal(lingerNs(rate(60_000, 200), step(rate(60_000), 1) ?? 0n), 10_000_010n);
    assert.equal(lingerNs(rate(60_000, 10), step(rate(60_000), 1) ?? 0n), 0n);
  });
});

test('a rate of 0 has nothing left and never room', () => {
  assert.equal(left('rt', rate(0, 1), NOW, undefined), 0);
  assert.ok(waitNs('rt', rate(0, 1), 1, NOW, undefined) > 0n);
});
