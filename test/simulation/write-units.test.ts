import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finalFacts, heldFacts } from '../../lambda/core/audit/entry.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import type { Condition } from '../../lambda/ports/ledger-store.ts';
import { finalRecord, heldRecord } from '../support/audit-records.ts';
import { admitted, budget, ManualClock, NOON, scope, usd } from '../support/ledger-world.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { add, op, put } from '../support/store-steps.ts';
import { CountingIds, Dice } from '../support/virtual-clock.ts';
import { sizeOf, UnitMeter } from '../support/write-units.ts';

const A = { pk: 'S#a', sk: 'C' };
const B = { pk: 'S#b', sk: 'C' };
const NEVER: Condition = { op: 'equals', attr: 'x', value: 'never' };

function metered() {
  const meter = new UnitMeter();
  const store = meter.around(new MemoryStore());
  let before = meter.snapshot();
  /** What was counted since it was last asked, without zeros. */
  const since = () => {
    const now = meter.snapshot();
    const moved = Object.entries(now).map(([name, value]) => [
      name,
      value - before[name as keyof typeof now],
    ]);
    before = now;
    return Object.fromEntries(moved.filter(([, value]) => value !== 0));
  };
  return { store, since };
}

test('an item is as large as its names and values', () => {
  assert.equal(sizeOf({ pk: 'S#a', n: 0n }), 2 + 3 + 1 + 1);
  assert.equal(sizeOf({ ü: 'é' }), 4);
  assert.equal(sizeOf({ n: 12_345n }), 1 + 4, 'five digits are three bytes, and one more');
  assert.equal(sizeOf({ n: -100n }), 1 + 3, 'zeros at the end are none of them, a sign is a byte');
  assert.equal(sizeOf({ b: new Uint8Array(300) }), 301);
});

test('a write costs a unit for each KB of the larger of before and after, twice that in a transaction', async () => {
  const { store, since } = metered();
  await store.transact([op(A, [], [put('t', 'x'.repeat(100))])]);
  assert.deepEqual(since(), { writes: 1, singles: 1 });
  await store.transact([op(A, [], [put('t', 'x'.repeat(1_500))])]);
  assert.deepEqual(since(), { writes: 2, singles: 1 });
  await store.transact([op(A, [], [put('t', '')])]);
  assert.deepEqual(since(), { writes: 2, singles: 1 }, 'it was larger before');
  await store.transact([op(A, [], [add('n', 1n)]), op(B, [], [add('n', 1n)])]);
  assert.deepEqual(since(), { writes: 4, transactions: 1 });
});

test('what fails costs as much', async () => {
  const { store, since } = metered();
  await store.transact([op(A, [NEVER], [put('t', 'x')])]);
  assert.deepEqual(since(), { writes: 1, wasted: 1, singles: 1 });
  await store.transact([op(A, [NEVER], [put('t', 'x')]), op(B, [], [put('t', 'x')])]);
  assert.deepEqual(since(), { writes: 4, wasted: 4, transactions: 1 });
});

test('the index of open journals costs a unit when an item comes or goes', async () => {
  const { store, since } = metered();
  await store.transact([op(A, [], [put('gx', 'X0'), put('exp', 5n)])]);
  assert.deepEqual(since(), { writes: 2, index: 1, singles: 1 });
  await store.transact([op(A, [], [put('st', 'OPEN')])]);
  assert.deepEqual(since(), { writes: 1, singles: 1 });
  await store.transact([op(A, [], [{ op: 'remove', attr: 'gx' }])]);
  assert.deepEqual(since(), { writes: 2, index: 1, singles: 1 });
});

test('a read costs a unit for each 4 KB, half of it when it may be stale', async () => {
  const { store, since } = metered();
  await store.transact([op(A, [], [put('t', 'x'.repeat(5_000))])]);
  since();
  await store.get(A);
  assert.deepEqual(since(), { reads: 2 });
  await store.get(A, 'stale');
  assert.deepEqual(since(), { reads: 1 });
  await store.get(B, 'stale');
  assert.deepEqual(since(), { reads: 0.5 }, 'nothing is read as well');
  await store.query(A.pk, '!');
  assert.deepEqual(since(), { reads: 2 });
});

test('a request over three scopes costs 16 write units where nobody is in its way', async (t) => {
  const { store, since } = metered();
  const ledger = createLedger({
    store,
    clock: new ManualClock(NOON),
    ids: new CountingIds(),
    random: new Dice(1),
    environment: 'env',
    admitMs: 2_000,
    longestRequestMs: 600_000,
  });
  const scopes = ['account', 'team:search', 'app:search/web'].map((name) =>
    scope(name, budget('day', 1_000), budget('month', 10_000)),
  );
  const one = async (requestId: string) => {
    const facts = heldFacts(heldRecord());
    const request = { requestId, scopes, number: 0, estimate: usd(5), tokens: 0, facts };
    const reservation = admitted(await ledger.admit(request));
    const final = { cost: usd(3), outcome: 'ok', facts: finalFacts(finalRecord()) };
    assert.equal((await ledger.settle(reservation, final)).type, 'settled');
  };
  await one('first');
  t.diagnostic(`the first one of a process, which opens its journal: ${JSON.stringify(since())}`);
  await one('second');
  assert.deepEqual(since(), { writes: 16, transactions: 2 }, 'four items, twice, in transactions');
});
