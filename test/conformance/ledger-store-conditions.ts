import assert from 'node:assert/strict';
import type { Condition, Item } from '../../lambda/ports/ledger-store.ts';
import { type Disposable, failedOf, given, KEY, onStore, op, plain, put } from '../support/store-steps.ts';

const ITEM: Item = { n: 5n, t: 'b', big: 2n ** 53n + 1n, bytes: new Uint8Array([0, 255]), empty: '' };

/** Conditions on `ITEM` that hold, and those that do not. */
const HOLD: readonly Condition[] = [
  { op: 'absent', attr: 'other' },
  { op: 'equals', attr: 'n', value: 5n },
  { op: 'equals', attr: 't', value: 'b' },
  { op: 'equals', attr: 'empty', value: '' },
  { op: 'atMost', attr: 'n', value: 5n },
  { op: 'atMost', attr: 'n', value: 10n },
  { op: 'atMost', attr: 't', value: 'b' },
  { op: 'atMost', attr: 't', value: 'ba' },
  { op: 'atLeast', attr: 'n', value: 5n },
  { op: 'atLeast', attr: 'n', value: -10n },
  { op: 'atLeast', attr: 't', value: 'B' },
  { op: 'equals', attr: 'big', value: 2n ** 53n + 1n },
];
const FAIL: readonly Condition[] = [
  { op: 'absent', attr: 'n' },
  { op: 'absent', attr: 'empty' },
  { op: 'equals', attr: 'n', value: 6n },
  { op: 'equals', attr: 'n', value: '5' },
  { op: 'equals', attr: 'other', value: 0n },
  { op: 'equals', attr: 'other', value: '' },
  { op: 'atMost', attr: 'n', value: 4n },
  { op: 'atMost', attr: 'n', value: '9' },
  { op: 'atMost', attr: 'other', value: 10n },
  { op: 'atMost', attr: 't', value: 'a' },
  { op: 'atMost', attr: 't', value: 10n },
  { op: 'atLeast', attr: 'n', value: 6n },
  { op: 'atLeast', attr: 'other', value: -10n },
  { op: 'atLeast', attr: 't', value: 'c' },
  // As floating-point numbers these two would be equal.
  { op: 'equals', attr: 'big', value: 2n ** 53n },
  { op: 'atMost', attr: 'big', value: 2n ** 53n },
];

export function conditionCases(open: () => Promise<Disposable>): void {
  onStore(open, 'carries out a write whose condition holds', async (store) => {
    await given(store, KEY, ITEM);
    for (const condition of HOLD) {
      const result = await store.transact([
        op(KEY, [condition], [put('last', JSON.stringify(condition.attr))]),
      ]);
      assert.deepEqual(result, { type: 'done' }, describeCondition(condition));
    }
  });

  onStore(open, 'refuses a write whose condition fails, with the item as it was', async (store) => {
    await given(store, KEY, ITEM);
    for (const condition of FAIL) {
      const result = await store.transact([op(KEY, [condition], [put('last', 'x')])]);
      assert.deepEqual(failedOf(result), [{ index: 0, item: plain(ITEM) }], describeCondition(condition));
    }
    assert.deepEqual(plain(await store.get(KEY)), plain(ITEM));
  });

  onStore(open, 'wants every condition of a write', async (store) => {
    await given(store, KEY, { a: 1n, b: 1n });
    const holds: Condition = { op: 'equals', attr: 'a', value: 1n };
    const fails: Condition = { op: 'equals', attr: 'b', value: 2n };
    for (const when of [
      [holds, fails],
      [fails, holds],
    ]) {
      assert.equal((await store.transact([op(KEY, when, [put('c', 1n)])])).type, 'refused');
    }
    const range: Condition[] = [
      { op: 'atLeast', attr: 'a', value: 0n },
      { op: 'atMost', attr: 'a', value: 2n },
    ];
    assert.equal((await store.transact([op(KEY, range, [put('c', 1n)])])).type, 'done');
  });

  onStore(open, 'says of an item that does not exist that there is none', async (store) => {
    const exists: Condition = { op: 'equals', attr: 'st', value: 'HELD' };
    const result = await store.transact([op(KEY, [exists], [put('st', 'F')])]);
    assert.deepEqual(failedOf(result), [{ index: 0, item: undefined }]);
    assert.equal(await store.get(KEY), undefined);
  });

  onStore(open, 'creates an item once when it must be absent', async (store) => {
    const create = op(KEY, [{ op: 'absent', attr: 'st' }], [put('st', 'HELD')]);
    assert.deepEqual(await store.transact([create]), { type: 'done' });
    assert.deepEqual(failedOf(await store.transact([create])), [{ index: 0, item: { st: 'HELD' } }]);
  });

  onStore(open, 'lets a missing attribute of an existing item count as absent', async (store) => {
    await given(store, KEY, { other: 1n });
    const result = await store.transact([op(KEY, [{ op: 'absent', attr: 'tu' }], [put('tu', 1n)])]);
    assert.deepEqual(result, { type: 'done' });
    assert.deepEqual(plain(await store.get(KEY)), { other: 1n, tu: 1n });
  });
}

function describeCondition(condition: Condition): string {
  return `${condition.op} ${condition.attr} ${'value' in condition ? String(condition.value) : ''}`;
}
