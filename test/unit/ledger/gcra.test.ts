import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Rate } from '../../../lambda/core/scope-limits.ts';
import { evaluate } from '../../../lambda/ledger/evaluate.ts';
import {
  fullAt,
  left,
  lingerNs,
  nanoseconds,
  neverFits,
  nsOf,
  step,
  take,
  waitNs,
} from '../../../lambda/ledger/gcra.ts';
import type { Change, Condition, Item } from '../../../lambda/ports/ledger-store.ts';

const RUNS = Number(process.env['TOLLGATE_RUNS'] ?? 1_000);
const NOW = nanoseconds(1_800_000_000_000);
const SECOND = 1_000_000_000n;

function rate(perMinute: number, burst = perMinute): Rate {
  return { perMinute, burst, mode: 'enforce' };
}

/** Takes from a bucket as a store would: the item afterwards, or undefined where a condition failed. */
function taken(
  of: Rate,
  units: number,
  nowNs: bigint,
  item: Item | undefined,
  seen = item,
): Item | undefined {
  const write: { when: Condition[]; set: Change[] } = { when: [], set: [] };
  take('rt', of, units, nowNs, seen, write);
  return evaluate(item, { key: { pk: 'p', sk: 's' }, ...write });
}

test('a step is the time that a unit takes at the rate, rounded up', () => {
  assert.equal(step(rate(60), 1), SECOND);
  assert.equal(step(rate(7), 1), 8_571_428_572n);
  assert.equal(step(rate(60), 2.5), 3n * SECOND, 'a part of a unit is a whole one');
  assert.equal(step(rate(0, 1), 1), undefined, 'at a rate of 0 no time is enough');
});

test('what is given back is rounded down, and more use takes more', () => {
  assert.equal(nsOf(rate(7), 1), 8_571_428_571n);
  assert.equal(nsOf(rate(60), -2), -2n * SECOND);
  assert.equal(nsOf(rate(0), 5), 0n);
});

test('more than the burst never fits, and nothing fits a rate of 0', () => {
  assert.equal(neverFits(rate(60, 10), 10), false);
  assert.equal(neverFits(rate(60, 10), 11), true);
  assert.equal(neverFits(rate(0, 10), 1), true);
  assert.equal(neverFits(rate(0, 0), 0), false, 'what needs nothing fits');
});

test('a whole burst can be taken one by one although each step was rounded up', () => {
  let item: Item | undefined = {};
  for (let count = 0; count < 7; count++) {
    item = taken(rate(7), 1, NOW, item);
    assert.ok(item, `request ${count + 1}`);
  }
  assert.equal(taken(rate(7), 1, NOW, item), undefined);
});

test('a bucket that was never used, or not for long, starts now', () => {
  const first = taken(rate(60, 10), 2, NOW, {});
  assert.equal(first?.['rt'], NOW + 2n * SECOND);
  const later = NOW + 60n * SECOND;
  assert.equal(taken(rate(60, 10), 3, later, first)?.['rt'], later + 3n * SECOND);
});

test('a bucket that is in use moves on up to its burst', () => {
  const busy = { rt: NOW + 8n * SECOND };
  assert.equal(taken(rate(60, 10), 2, NOW, busy)?.['rt'], NOW + 10n * SECOND);
  assert.equal(taken(rate(60, 10), 3, NOW, busy), undefined);
});

test('a copy that is older than the bucket fails instead of taking too much', () => {
  const of = rate(60, 10);
  const actual = { rt: NOW + 9n * SECOND };
  assert.equal(taken(of, 5, NOW, actual, {}), undefined, 'seen as never used');
  assert.equal(taken(of, 5, NOW, actual, { rt: NOW - SECOND }), undefined, 'seen as empty');
  assert.equal(taken(of, 5, NOW, actual, { rt: NOW + SECOND }), undefined, 'seen as less full');
  const emptied = { rt: NOW - 5n * SECOND };
  assert.equal(
    taken(of, 5, NOW, emptied, actual),
    undefined,
    'seen as full, and empty since: it starts anew',
  );
});

test('the wait is until there is room for this very call', () => {
  const of = rate(60, 10);
  assert.equal(waitNs('rt', of, 1, NOW, undefined), 0n);
  assert.equal(waitNs('rt', of, 10, NOW, { rt: NOW - SECOND }), 0n);
  const wait = waitNs('rt', of, 4, NOW, { rt: NOW + 8n * SECOND });
  assert.ok(wait > SECOND && wait <= 2n * SECOND, `${wait}`);
  assert.ok(taken(of, 4, NOW + wait, { rt: NOW + 8n * SECOND }));
  assert.equal(waitNs('rt', rate(0), 1, NOW, undefined), 60n * SECOND, 'a minute, at a rate of 0');
});

test('what is left of the burst is told in whole units', () => {
  const of = rate(60, 10);
  assert.equal(left('rt', of, NOW, undefined), 10);
  assert.equal(left('rt', of, NOW, { rt: NOW + 3n * SECOND }), 7);
  assert.equal(left('rt', of, NOW, { rt: NOW + 3n * SECOND + 1n }), 6);
  assert.equal(left('rt', of, NOW, { rt: NOW + 30n * SECOND }), 0);
});

test('a bucket that is full has room for nothing, and is whole again when it is empty', () => {
  const of = rate(60, 10);
  const item = { rt: fullAt(of, 1_800_000_000_000) };
  assert.equal(left('rt', of, NOW, item), 0);
  assert.equal(taken(of, 1, NOW, item), undefined);
  assert.ok(taken(of, 10, NOW + 11n * SECOND, item));
});

function taking(perMinute: number, last: bigint) {
  const write: { when: Condition[]; set: Change[] } = { when: [], set: [] };
  take('rt', rate(perMinute), 1, NOW, { rt: last }, write);
  return write;
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

const moves = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.nat(50), fc.nat(20_000)),
    units: fc.integer({ min: 1, max: 40 }),
    /** How much of it is given back at once, in percent. */
    back: fc.oneof(fc.constant(0), fc.nat(100)),
    /** Whether the copy that the call goes by is an old one. */
    isStale: fc.boolean(),
  }),
  { minLength: 10, maxLength: 60 },
);

test('in any interval no more is taken, less what is given back, than the burst and what the rate yields meanwhile', () => {
  const limits = fc.oneof(
    fc.record({ perMinute: fc.integer({ min: 1, max: 120 }), burst: fc.integer({ min: 1, max: 60 }) }),
    fc.record({
      perMinute: fc.integer({ min: 10_000, max: 10_000_000 }),
      burst: fc.integer({ min: 40, max: 5_000 }),
    }),
  );
  fc.assert(
    fc.property(limits, moves, ({ perMinute, burst }, steps) => {
      const of = rate(perMinute, burst);
      let nowMs = 1_800_000_000_000;
      let item: Item = {};
      let old: Item = {};
      const log: { at: bigint; ns: bigint }[] = [];
      for (const { waitMs, units, back, isStale } of steps) {
        nowMs += waitMs;
        const nowNs = nanoseconds(nowMs);
        if (neverFits(of, units)) continue;
        const after = taken(of, units, nowNs, item, isStale ? old : item);
        old = item;
        if (after === undefined) continue;
        const given = nsOf(of, Math.floor((units * back) / 100));
        item = { ...after, rt: (after['rt'] as bigint) - given };
        log.push({ at: nowNs, ns: (step(of, units) ?? 0n) - given });
      }
      // A nanosecond for each unit of the burst, because single steps are rounded up; and what lingers, once.
      const most = (step(of, burst) ?? 0n) + BigInt(burst) + lingerNs(of, 0n);
      for (let from = 0; from < log.length; from++) {
        let sum = 0n;
        for (const { at, ns } of log.slice(from)) {
          sum += ns;
          assert.ok(sum <= most + at - log[from]!.at, `${sum} ns of ${most} in ${at - log[from]!.at}`);
        }
      }
    }),
    { numRuns: RUNS },
  );
});

test('a call that was told to wait has room afterwards, if nothing else comes, and not before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 1_000 }),
      fc.bigInt({ min: -100n, max: 200n }),
      (perMinute, burst, units, level) => {
        const of = rate(perMinute, burst);
        if (neverFits(of, units)) return;
        const item = { rt: NOW + level * SECOND };
        const wait = waitNs('rt', of, units, NOW, item);
        assert.ok(taken(of, units, NOW + wait, item));
        if (wait > 0n) assert.equal(taken(of, units, NOW + wait - 1n, item), undefined);
      },
    ),
    { numRuns: RUNS },
  );
});
