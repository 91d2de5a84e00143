import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  firstFailure,
  rowsFromStream,
  type StreamRecord,
  undelivered,
} from '../../../../lambda/jobs/auditor/stream-rows.ts';

const held = { st: 'HELD', rid: 'r' };

function change(id: string, before: StreamRecord['before'], after: StreamRecord['after']): StreamRecord {
  return { id, before, after };
}

function settled(id: string): StreamRecord {
  return change(id, held, { st: 'F', rid: id, a: 1n });
}

function linesOf(data: Uint8Array): readonly { request_id: string }[] {
  const text = new TextDecoder().decode(data);
  assert.ok(text.endsWith('\n'));
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('rows from the change stream', () => {
  test('are the entries that became final, refusals written final at once included', () => {
    const batches = rowsFromStream([
      change('1', undefined, held),
      settled('2'),
      change('3', { st: 'F', rid: 'x' }, { st: 'F', rid: 'x', ttl: 1n }),
      change('4', { st: 'F', rid: 'x' }, undefined),
      change('5', undefined, { st: 'F', rid: '5' }),
      change('6', undefined, { st: 'FENCE' }),
      change('7', { tu: 1n }, { tu: 2n }),
    ]);
    assert.equal(batches.length, 1);
    assert.deepEqual(
      linesOf(batches[0]![0]!.data).map((row) => row.request_id),
      ['2', '5'],
    );
    assert.deepEqual(batches[0]![0]!.ids, ['2', '5']);
  });

  test('are nothing to send when nothing became final', () => {
    assert.deepEqual(rowsFromStream([change('1', undefined, held)]), []);
  });

  test('are packed within the limits of a record and of a call, each row once and in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1_000, max: 4_000 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 4_000, max: 9_000 }),
        (count, recordBytes, batchRecords, batchBytes) => {
          const records = Array.from({ length: count }, (_, i) => settled(`s${i}`));
          const batches = rowsFromStream(records, { recordBytes, batchRecords, batchBytes });
          for (const batch of batches) {
            assert.ok(batch.length <= batchRecords && batch.length > 0);
            assert.ok(batch.reduce((sum, { data }) => sum + data.length, 0) <= batchBytes);
            for (const { data, ids } of batch) {
              assert.ok(data.length <= recordBytes);
              assert.equal(linesOf(data).length, ids.length);
            }
          }
          assert.deepEqual(
            batches.flat().flatMap(({ ids }) => ids),
            records.map(({ id }) => id),
          );
        },
      ),
    );
  });
});

describe('a delivery that failed in part', () => {
  const records = ['1', '2', '3'].map(settled);
  const [batch = []] = rowsFromStream(records, { recordBytes: 1, batchRecords: 9, batchBytes: 99_999 });

  test('is sent again only for the records that failed', () => {
    const results = [
      { errorCode: undefined },
      { errorCode: 'ServiceUnavailableException' },
      { errorCode: undefined },
    ];
    assert.deepEqual(undelivered(batch, results), [batch[1]]);
  });

  test('counts a record without a result as failed', () => {
    assert.equal(undelivered(batch, []).length, 3);
  });

  test('tells the stream to start again at the first change that failed', () => {
    assert.equal(firstFailure(records, [batch[2]!, batch[1]!]), '2');
    assert.equal(firstFailure(records, []), undefined);
  });
});
