import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluate } from '../../lambda/ledger/evaluate.ts';
import type { Change, Condition, Item, Key, Op, Value } from '../../lambda/ports/ledger-store.ts';
import { add, type Disposable, KEY, onStore, op, plain, put } from '../support/store-steps.ts';

/** Random writes compared with the evaluator. Names and values are few, so that conditions often hold. */
const WRITES = 1_000;
const KEYS: readonly Key[] = ['a', 'b', 'c'].map((name) => ({ pk: `S#${name}`, sk: 'C' }));
const NUMBERS = ['n0', 'n1', 'n2'];
const TEXTS = ['t0', 't1'];
/** Always there, so that a copy has a source. */
const FIXED = ['fixed'];

const number = fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.constant(2n ** 70n));
const text = fc.constantFrom('', 'a', 'b', 'ä', '~');
const value: fc.Arbitrary<Exclude<Value, Uint8Array>> = fc.oneof(number, text);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ op: fc.constant('absent' as const), attr: fc.constantFrom(...NUMBERS, ...TEXTS) }),
  fc.record({
    op: fc.constantFrom('equals' as const, 'atMost' as const, 'atLeast' as const),
    attr: fc.constantFrom(...NUMBERS, ...TEXTS, ...FIXED),
    value,
  }),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ op: fc.constant('put' as const), attr: fc.constantFrom(...TEXTS), value }),
  fc.record({
    op: fc.constantFrom('put' as const, 'add' as const),
    attr: fc.constantFrom(...NUMBERS),
    value: number,
  }),
  fc.record({
    op: fc.constant('copy' as const),
    attr: fc.constantFrom(...TEXTS),
    from: fc.constantFrom(...FIXED),
  }),
  fc.record({ op: fc.constant('remove' as const), attr: fc.constantFrom(...NUMBERS, ...TEXTS) }),
);
const write: fc.Arbitrary<Op> = fc.record({
  key: fc.constantFrom(...KEYS),
  when: fc.array(condition, { maxLength: 2 }),
  set: fc.uniqueArray(change, { minLength: 1, maxLength: 4, selector: ({ attr }) => attr }),
});
const transaction = fc.uniqueArray(write, { minLength: 1, maxLength: 3, selector: ({ key }) => key.pk });

export function raceCases(open: () => Promise<Disposable>): void {
  onStore(open, `agrees with the evaluator on ${WRITES} random transactions`, async (store) => {
    const model = new Map<string, Item>();
    for (const key of KEYS) {
      await store.transact([op(key, [], [put('fixed', 'f')])]);
      model.set(key.pk, { fixed: 'f' });
    }
    let done = 0;
    for (const ops of fc.sample(transaction, { numRuns: WRITES, seed: 20_261_124 })) {
      const expected = ops.map((each) => evaluate(model.get(each.key.pk), each));
      const result = await store.transact(ops);
      const failed = expected.flatMap((after, index) => (after === undefined ? [index] : []));
      if (failed.length === 0) {
        done += 1;
        assert.deepEqual(result, { type: 'done' });
        for (const [index, each] of ops.entries()) model.set(each.key.pk, expected[index]!);
      } else {
        assert.equal(result.type, 'refused');
        if (result.type !== 'refused') continue;
        assert.deepEqual(
          result.failed.map(({ index }) => index),
          failed,
        );
        for (const { index, item } of result.failed) {
          assert.deepEqual(plain(item), plain(model.get(ops[index]!.key.pk)));
        }
      }
      for (const { key } of ops) assert.deepEqual(plain(await store.get(key)), plain(model.get(key.pk)));
    }
    assert.ok(done > WRITES / 10 && done < WRITES, `${done} of ${WRITES} were carried out`);
  });

  onStore(open, 'admits exactly as many of 300 writers at once as there is room for', async (store) => {
    const counts = { done: 0, refused: 0 };
    const writer = async (index: number) => {
      const room: Condition = { op: 'atMost', attr: 'tu', value: 98n };
      const entry = op(
        { pk: 'J#race', sk: `E#${index + 1000}` },
        [{ op: 'absent', attr: 'st' }],
        [put('st', 'HELD')],
      );
      for (;;) {
        const { type } = await store.transact([op(KEY, [room], [add('tu', 1n)]), entry]);
        if (type === 'conflict') continue;
        assert.ok(type === 'done' || type === 'refused', type);
        counts[type] += 1;
        return;
      }
    };
    await store.transact([op(KEY, [], [put('tu', 0n)])]);
    await Promise.all(Array.from({ length: 300 }, (_, index) => writer(index)));
    assert.deepEqual(counts, { done: 99, refused: 201 });
    assert.deepEqual(plain(await store.get(KEY)), { tu: 99n });
    assert.equal((await store.query('J#race', 'E#')).length, 99);
  });
}
