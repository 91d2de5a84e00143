import assert from 'node:assert/strict';
import type { Condition, Key } from '../../lambda/ports/ledger-store.ts';
import {
  add,
  type Disposable,
  failedOf,
  given,
  KEY,
  onStore,
  op,
  plain,
  put,
} from '../support/store-steps.ts';

const A: Key = { pk: 'S#app:a', sk: 'C' };
const B: Key = { pk: 'S#app:b', sk: 'C' };
const C: Key = { pk: 'J#env.0.1', sk: 'E#000001' };
const NEVER: Condition = { op: 'equals', attr: 'x', value: 'never' };

export function writeCases(open: () => Promise<Disposable>): void {
  changeCases(open);
  transactionCases(open);
}

function changeCases(open: () => Promise<Disposable>): void {
  onStore(open, 'adds to a number, and to a missing one as to zero', async (store) => {
    await store.transact([op(KEY, [], [add('a', 5n), add('b', -3n)])]);
    await store.transact([op(KEY, [], [add('a', -7n), add('b', 0n)])]);
    assert.deepEqual(plain(await store.get(KEY)), { a: -2n, b: -3n });
  });

  onStore(open, 'copies values from before the write, so that a window can roll in one', async (store) => {
    await given(store, KEY, { 'd.id': '2026-11-23', 'd.used': 70n });
    const roll = op(
      KEY,
      [{ op: 'equals', attr: 'd.id', value: '2026-11-23' }],
      [
        { op: 'copy', attr: 'd.prev', from: 'd.id' },
        { op: 'copy', attr: 'd.prevUsed', from: 'd.used' },
        put('d.id', '2026-11-24'),
        put('d.used', 4n),
      ],
    );
    assert.deepEqual(await store.transact([roll]), { type: 'done' });
    assert.deepEqual(plain(await store.get(KEY)), {
      'd.id': '2026-11-24',
      'd.used': 4n,
      'd.prev': '2026-11-23',
      'd.prevUsed': 70n,
    });
  });

  onStore(open, 'swaps two attributes by copies, since both read the state before', async (store) => {
    await given(store, KEY, { a: 1n, b: 'two' });
    const swap = op(
      KEY,
      [],
      [
        { op: 'copy', attr: 'a', from: 'b' },
        { op: 'copy', attr: 'b', from: 'a' },
      ],
    );
    assert.deepEqual(await store.transact([swap]), { type: 'done' });
    assert.deepEqual(plain(await store.get(KEY)), { a: 'two', b: 1n });
  });

  onStore(open, 'removes an attribute, also one that is not there', async (store) => {
    await given(store, KEY, { a: 1n, b: 2n });
    const set = [{ op: 'remove', attr: 'a' } as const, { op: 'remove', attr: 'zz' } as const, put('c', 3n)];
    assert.deepEqual(await store.transact([op(KEY, [], set)]), { type: 'done' });
    await store.transact([op(KEY, [], [{ op: 'remove', attr: 'b' }])]);
    assert.deepEqual(plain(await store.get(KEY)), { c: 3n });
  });

  onStore(open, 'keeps numbers exact beyond 2^53', async (store) => {
    const big = 123_456_789_012_345_678_901_234_567_890n;
    await given(store, KEY, { big, low: -big, edge: 2n ** 53n });
    await store.transact([op(KEY, [], [add('big', 1n), add('low', -1n), add('edge', 1n)])]);
    assert.deepEqual(plain(await store.get(KEY)), { big: big + 1n, low: -big - 1n, edge: 2n ** 53n + 1n });
  });

  onStore(open, 'keeps texts and bytes as they are', async (store) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const part = new Uint8Array(bytes.buffer, 10, 3);
    const text = 'a "quoted" \\ line\nwith \u0000, \u2028, ümläut and 😀';
    await given(store, KEY, { bytes, part, text, empty: '' });
    assert.deepEqual(plain(await store.get(KEY)), { bytes: [...bytes], part: [10, 11, 12], text, empty: '' });
  });

  onStore(open, 'takes names that DynamoDB reserves, or that hold dots and colons', async (store) => {
    const names = [
      'ttl',
      'by',
      'name',
      'count',
      'user:*.day.used',
      'a.b',
      '__proto',
      'constructor',
      '#',
      ':v0',
    ];
    await given(store, KEY, Object.fromEntries(names.map((name, index) => [name, BigInt(index)])));
    const when = names.map((attr, index): Condition => ({ op: 'equals', attr, value: BigInt(index) }));
    const result = await store.transact([
      op(
        KEY,
        when,
        names.map((name) => add(name, 1n)),
      ),
    ]);
    assert.deepEqual(result, { type: 'done' });
    const expected = Object.fromEntries(names.map((name, index) => [name, BigInt(index + 1)]));
    assert.deepEqual(plain(await store.get(KEY)), expected);
  });
}

function transactionCases(open: () => Promise<Disposable>): void {
  onStore(open, 'writes all ops of a transaction', async (store) => {
    const result = await store.transact([A, B, C].map((key) => op(key, [], [add('tu', 5n)])));
    assert.deepEqual(result, { type: 'done' });
    for (const key of [A, B, C]) assert.deepEqual(plain(await store.get(key)), { tu: 5n });
  });

  onStore(open, 'writes nothing if one op fails, wherever it stands', async (store) => {
    await given(store, B, { x: 1n });
    for (const position of [0, 1, 2]) {
      const ops = [A, B, C].map((key, index) => op(key, index === position ? [NEVER] : [], [add('tu', 5n)]));
      const item = position === 1 ? { x: 1n } : undefined;
      assert.deepEqual(failedOf(await store.transact(ops)), [{ index: position, item }]);
    }
    assert.deepEqual(await Promise.all([A, B, C].map(async (key) => plain(await store.get(key)))), [
      undefined,
      { x: 1n },
      undefined,
    ]);
  });

  onStore(open, 'lists every op that failed, each with its item', async (store) => {
    await given(store, A, { x: 1n });
    const ops = [op(A, [NEVER], [add('x', 1n)]), op(B, [], [add('x', 1n)]), op(C, [NEVER], [add('x', 1n)])];
    assert.deepEqual(failedOf(await store.transact(ops)), [
      { index: 0, item: { x: 1n } },
      { index: 2, item: undefined },
    ]);
  });

  onStore(open, 'does nothing for no ops', async (store) => {
    assert.deepEqual(await store.transact([]), { type: 'done' });
  });

  onStore(open, 'takes a transaction of 30 ops', async (store) => {
    const keys = Array.from({ length: 30 }, (_, index) => ({ pk: 'J#big', sk: `E#${index + 100}` }));
    assert.deepEqual(await store.transact(keys.map((key) => op(key, [], [put('st', 'VOID')]))), {
      type: 'done',
    });
    assert.equal((await store.query('J#big', 'E#')).length, 30);
  });
}
