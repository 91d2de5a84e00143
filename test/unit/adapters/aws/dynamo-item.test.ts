import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { itemFromWire, keyFromWire, keyToWire, toWire } from '../../../../lambda/adapters/aws/dynamo-item.ts';

const value = fc.oneof(fc.bigInt(), fc.string(), fc.uint8Array());
const name = fc.string().filter((text) => !['pk', 'sk', '__proto__'].includes(text));

describe("items in DynamoDB's JSON", () => {
  it('come back as they were, without their key', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (item) => {
        const wire = Object.fromEntries(Object.entries(item).map(([attr, each]) => [attr, toWire(each)]));
        const key = { pk: 'S#a', sk: 'C' };
        assert.deepEqual(itemFromWire({ ...wire, ...keyToWire(key) }), item);
        assert.deepEqual(keyFromWire({ ...wire, ...keyToWire(key) }), key);
      }),
    );
  });

  it('are undefined where there is none', () => {
    assert.equal(itemFromWire(undefined), undefined);
  });

  it('may hold whole numbers with an exponent', () => {
    const numbers = { a: { N: '1E+21' }, b: { N: '-12e3' }, c: { N: '007' }, d: { N: '-0' } };
    assert.deepEqual(itemFromWire(numbers), { a: 10n ** 21n, b: -12_000n, c: 7n, d: 0n });
    assert.throws(() => itemFromWire({ a: { N: '1.5' } }), SyntaxError);
  });

  it('of a type that the ledger never writes are refused by name', () => {
    assert.throws(() => itemFromWire({ odd: { BOOL: true } }), /`odd` of an item has a type/);
    assert.throws(() => keyFromWire({ pk: { N: '1' }, sk: { S: 'C' } }), /`pk` of an item is not a text/);
  });
});
