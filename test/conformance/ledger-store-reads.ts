import assert from 'node:assert/strict';
import type { Key, LedgerStore } from '../../lambda/ports/ledger-store.ts';
import { type Disposable, given, KEY, onStore, op, plain, put } from '../support/store-steps.ts';

export function readCases(open: () => Promise<Disposable>): void {
  onStore(open, 'reads back what was written, and nothing where nothing is', async (store) => {
    await given(store, KEY, { a: 1n });
    assert.deepEqual(plain(await store.get(KEY)), { a: 1n });
    assert.equal(await store.get({ pk: KEY.pk, sk: 'D' }), undefined);
    assert.equal(await store.get({ pk: `${KEY.pk}x`, sk: KEY.sk }), undefined);
  });

  onStore(open, 'gives the items of a partition from a sort key on, in its order', async (store) => {
    const pk = 'J#env.0.1';
    for (const sk of ['E#000010', '#', 'E#000002', 'F', 'E#000001', 'E#000011', 'D']) {
      await given(store, { pk, sk }, { n: BigInt(sk.length) });
    }
    await given(store, { pk: 'J#env.0.10', sk: 'E#000001' }, { n: 0n });
    const keys = async (from: string) => (await store.query(pk, from)).map((item) => item.sk);
    assert.deepEqual(await keys('E#'), ['E#000001', 'E#000002', 'E#000010', 'E#000011', 'F']);
    assert.deepEqual(await keys('E#000010'), ['E#000010', 'E#000011', 'F']);
    assert.deepEqual(await keys('G'), []);
    assert.deepEqual((await store.query(pk, '#')).length, 7);
    const [first] = await store.query(pk, 'E#');
    assert.deepEqual({ pk: first?.pk, sk: first?.sk, ...plain(first) }, { pk, sk: 'E#000001', n: 8n });
  });

  onStore(open, 'sees a write in every read that begins after it', async (store) => {
    for (let round = 1n; round <= 20n; round++) {
      await store.transact([op(KEY, [], [{ op: 'add', attr: 'n', value: 1n }])]);
      assert.deepEqual(plain(await store.get(KEY)), { n: round });
      assert.deepEqual((await store.query(KEY.pk, '!')).map(plain), [{ n: round }]);
    }
  });

  onStore(open, 'reads a copy that may be stale: the same item, complete, and no other', async (store) => {
    assert.equal(await store.get(KEY, 'stale'), undefined);
    await given(store, KEY, { n: 0n, twice: 0n, bytes: new Uint8Array([0, 255]), big: 2n ** 53n + 1n });
    let last = -1n;
    for (let round = 1n; round <= 20n; round++) {
      await store.transact([op(KEY, [], [put('n', round), put('twice', 2n * round)])]);
      const copy = plain(await store.get(KEY, 'stale'));
      // It may be older than the last write, but never half of one.
      const n = BigInt(String(copy?.['n']));
      assert.ok(n <= round && n >= last, `${n} after ${round}, ${last} seen before`);
      assert.deepEqual(copy, { n, twice: 2n * n, bytes: [0, 255], big: 2n ** 53n + 1n });
      last = n;
    }
    assert.equal(await store.get({ pk: KEY.pk, sk: 'D' }, 'stale'), undefined);
  });

  onStore(open, 'does not change an item that it has given away', async (store) => {
    await given(store, KEY, { a: 1n });
    const before = await store.get(KEY);
    await store.transact([op(KEY, [], [put('a', 2n), put('b', 3n)])]);
    assert.deepEqual(plain(before), { a: 1n });
  });

  onStore(open, 'lists open journals of a shard that expired before a moment', async (store) => {
    for (let index = 0; index < 10; index++)
      await header(store, index, `X${index % 2}`, 1000n + BigInt(index));
    const open = async (shard: string, before: number) =>
      (await store.openJournals(shard, before)).toSorted((a, b) => a.expires - b.expires);
    assert.deepEqual(await open('X0', 1004), [
      { pk: 'J#0', expires: 1000 },
      { pk: 'J#2', expires: 1002 },
    ]);
    assert.deepEqual((await open('X0', 1004.5)).length, 3);
    assert.deepEqual((await open('X1', 9999)).length, 5);
    assert.deepEqual(await open('X7', 9999), []);
  });

  onStore(
    open,
    'forgets a journal whose index attribute was removed, and items that never had one',
    async (store) => {
      await header(store, 1, 'X0', 1000n);
      await header(store, 2, 'X0', 1001n);
      await given(store, { pk: 'J#3', sk: 'E#000001' }, { exp: 1000n, st: 'OPEN' });
      const close = op(
        { pk: 'J#1', sk: '#' },
        [{ op: 'equals', attr: 'st', value: 'OPEN' }],
        [put('st', 'CLOSED'), { op: 'remove', attr: 'gx' }],
      );
      assert.deepEqual(await store.transact([close]), { type: 'done' });
      assert.deepEqual(await store.openJournals('X0', 5000), [{ pk: 'J#2', expires: 1001 }]);
      assert.deepEqual(plain(await store.get({ pk: 'J#1', sk: '#' })), { st: 'CLOSED', exp: 1000n });
    },
  );
}

async function header(store: LedgerStore, index: number, gx: string, exp: bigint): Promise<void> {
  const key: Key = { pk: `J#${index}`, sk: '#' };
  await given(store, key, { st: 'OPEN', gx, exp });
}
