import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { updateRequest } from '../../../../lambda/adapters/aws/dynamo-expression.ts';
import { toWire } from '../../../../lambda/adapters/aws/dynamo-item.ts';
import type { Change, Condition, Op } from '../../../../lambda/ports/ledger-store.ts';

const KEY = { pk: 'S#team:a', sk: 'C' };
const attr = fc.constantFrom('tu', 'd.used', 'ttl', '#a0', ':v0', 'a b', 'day.id', 's');
const value = fc.oneof(fc.bigInt(), fc.string());
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ op: fc.constant('absent' as const), attr }),
  fc.record({ op: fc.constantFrom('equals' as const, 'atMost' as const, 'atLeast' as const), attr, value }),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ op: fc.constant('put' as const), attr, value }),
  fc.record({ op: fc.constant('add' as const), attr, value: fc.bigInt() }),
  fc.record({ op: fc.constant('copy' as const), attr, from: attr }),
  fc.record({ op: fc.constant('remove' as const), attr }),
);
const write: fc.Arbitrary<Op> = fc.record({
  key: fc.constant(KEY),
  when: fc.array(condition, { maxLength: 12 }),
  set: fc.uniqueArray(change, { minLength: 1, maxLength: 8, selector: (each) => each.attr }),
});

describe('the expressions of a write', () => {
  it('read as one would write them', () => {
    const op: Op = {
      key: KEY,
      when: [
        { op: 'equals', attr: 'd.id', value: '2026-11-23' },
        { op: 'atMost', attr: 'd.used', value: 95n },
        { op: 'absent', attr: 'x' },
        { op: 'atLeast', attr: 'rt', value: -1n },
      ],
      set: [
        { op: 'copy', attr: 'd.prev', from: 'd.id' },
        { op: 'put', attr: 'd.id', value: '2026-11-24' },
        { op: 'add', attr: 'tu', value: 5n },
        { op: 'remove', attr: 'gx' },
      ],
    };
    assert.deepEqual(updateRequest('ledger', op), {
      TableName: 'ledger',
      Key: { pk: { S: 'S#team:a' }, sk: { S: 'C' } },
      ConditionExpression: '#a0 = :v0 AND #a1 <= :v1 AND attribute_not_exists(#a2) AND #a3 >= :v2',
      UpdateExpression: 'SET #a4 = #a0, #a0 = :v3, #a5 = if_not_exists(#a5, :v4) + :v5 REMOVE #a6',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ExpressionAttributeNames: {
        '#a0': 'd.id',
        '#a1': 'd.used',
        '#a2': 'x',
        '#a3': 'rt',
        '#a4': 'd.prev',
        '#a5': 'tu',
        '#a6': 'gx',
      },
      ExpressionAttributeValues: {
        ':v0': { S: '2026-11-23' },
        ':v1': { N: '95' },
        ':v2': { N: '-1' },
        ':v3': { S: '2026-11-24' },
        ':v4': { N: '0' },
        ':v5': { N: '5' },
      },
    });
  });

  it('leave out what they do not need', () => {
    const op: Op = { key: KEY, when: [], set: [{ op: 'remove', attr: 'gx' }] };
    assert.deepEqual(updateRequest('ledger', op), {
      TableName: 'ledger',
      Key: { pk: { S: 'S#team:a' }, sk: { S: 'C' } },
      UpdateExpression: 'REMOVE #a0',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ExpressionAttributeNames: { '#a0': 'gx' },
    });
  });

  it('never give a placeholder two meanings, for any write', () => {
    fc.assert(
      fc.property(write, (op) => {
        const request = updateRequest('ledger', op);
        const text = `${request.ConditionExpression ?? ''} ${request.UpdateExpression}`;
        const values = text.match(/:v\d+/g) ?? [];
        // One place for each value: a placeholder written twice could not keep two values apart.
        assert.equal(new Set(values).size, values.length);
        assert.deepEqual(values.toSorted(), Object.keys(request.ExpressionAttributeValues ?? {}).toSorted());
        const names = Object.entries(request.ExpressionAttributeNames ?? {});
        assert.equal(new Set(names.map(([, name]) => name)).size, names.length);
        assert.deepEqual(
          [...new Set(text.match(/#a\d+/g))].toSorted(),
          names.map(([holder]) => holder).toSorted(),
        );
      }),
    );
  });

  it('put back together give the write, for any write', () => {
    fc.assert(
      fc.property(write, (op) => {
        const request = updateRequest('ledger', op);
        const text = `${request.ConditionExpression ?? ''} | ${request.UpdateExpression}`.replace(
          /[#:][av]\d+/g,
          (holder) =>
            JSON.stringify(
              request.ExpressionAttributeNames?.[holder] ?? request.ExpressionAttributeValues?.[holder],
            ),
        );
        assert.equal(text, spelled(op));
      }),
    );
  });

  it('refuse writes that would mean something else on DynamoDB', () => {
    const bytes: Condition = { op: 'equals', attr: 'a', value: new Uint8Array([1]) };
    const put: Change = { op: 'put', attr: 'a', value: 1n };
    for (const [when, set] of [
      [[bytes], [put]],
      [[], [put, { ...put, value: 2n }]],
      [[], []],
    ] as [Condition[], Change[]][]) {
      assert.throws(() => updateRequest('ledger', { key: KEY, when, set }), /^TypeError: Bug! /);
    }
  });
});

/** The same write with names and values in place. */
function spelled({ when, set }: Op): string {
  const quote = JSON.stringify;
  const wire = (value: string | bigint | Uint8Array) => quote(toWire(value));
  const sign = { equals: '=', atMost: '<=', atLeast: '>=' };
  const conditions = when.map((each) =>
    each.op === 'absent'
      ? `attribute_not_exists(${quote(each.attr)})`
      : `${quote(each.attr)} ${sign[each.op]} ${wire(each.value)}`,
  );
  const sets = set.flatMap((each) => {
    const name = quote(each.attr);
    if (each.op === 'remove') return [];
    if (each.op === 'put') return [`${name} = ${wire(each.value)}`];
    if (each.op === 'copy') return [`${name} = ${quote(each.from)}`];
    return [`${name} = if_not_exists(${name}, ${wire(0n)}) + ${wire(each.value)}`];
  });
  const removes = set.filter((each) => each.op === 'remove').map((each) => quote(each.attr));
  const clauses = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
  ];
  return `${conditions.join(' AND ')} | ${clauses.join(' ')}`;
}
