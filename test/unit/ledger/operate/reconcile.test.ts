import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cost, isClean, reconcile } from '../../../../lambda/ledger/operate/reconcile.ts';

const cost = (requestId: string, hour = '09', nano = 5n): Cost => ({ requestId, hour, cost: nano });
const NONE: ReadonlySet<string> = new Set();

test('the same requests on both sides agree, hour by hour', () => {
  const both = [cost('a'), cost('b'), cost('c', '10', 7n)];
  const found = reconcile(both, [...both].reverse(), NONE);
  assert.equal(isClean(found), true);
  assert.deepEqual(found.hours, [
    { hour: '09', entries: 2, rows: 2, entriesCost: 10n, rowsCost: 10n },
    { hour: '10', entries: 1, rows: 1, entriesCost: 7n, rowsCost: 7n },
  ]);
});

test('a request that is missing on either side is named', () => {
  const found = reconcile([cost('a'), cost('b')], [cost('b'), cost('c', '11')], NONE);
  assert.equal(isClean(found), false);
  assert.deepEqual([found.withoutRow, found.withoutEntry, found.different], [['a'], ['c'], []]);
  assert.deepEqual(
    found.hours.map(({ hour, entries, rows }) => [hour, entries, rows]),
    [
      ['09', 2, 1],
      ['11', 0, 1],
    ],
  );
});

test('another cost or another hour is a difference, even where the sums agree', () => {
  const entries = [cost('a', '09', 1n), cost('b', '09', 2n), cost('c')];
  const rows = [cost('a', '09', 2n), cost('b', '09', 1n), cost('c', '10')];
  const found = reconcile(entries, rows, NONE);
  assert.deepEqual(found.different, ['a', 'b', 'c']);
  assert.equal(isClean(found), false);
});

test('an entry that waits for its export is on neither side, unless its row is there already', () => {
  const entries = [cost('a'), cost('b'), cost('c')];
  const found = reconcile(entries, [cost('a'), cost('b')], new Set(['b', 'c']));
  assert.equal(isClean(found), true);
  assert.equal(found.pending, 1);
  assert.deepEqual(
    found.hours.map(({ entries: e, rows: r }) => [e, r]),
    [[2, 2]],
  );
});

test('a day without requests is clean', () => {
  assert.deepEqual(reconcile([], [], NONE), {
    hours: [],
    withoutRow: [],
    withoutEntry: [],
    different: [],
    pending: 0,
  });
});
