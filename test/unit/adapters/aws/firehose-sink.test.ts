import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFirehoseSink } from '../../../../lambda/adapters/aws/firehose-sink.ts';

const records = (...texts: string[]) => texts.map((text) => ({ data: Buffer.from(text), text }));
const texts = (batch: readonly { text: string }[]) => batch.map(({ text }) => text);

/** A Firehose that answers as told, then takes everything, and remembers what it was sent. */
function scripted(answers: ((data: string[]) => unknown)[]) {
  const calls: string[][] = [];
  const pauses: number[] = [];
  const errors: unknown[] = [];
  const sink = createFirehoseSink({
    putBatch: async (batch) => {
      const data = batch.map((entry) => Buffer.from(entry.Data).toString());
      calls.push(data);
      return (answers[calls.length - 1]?.(data) ?? { FailedPutCount: 0, RequestResponses: [] }) as {
        FailedPutCount: number;
        RequestResponses: [];
      };
    },
    sleep: async (ms) => {
      pauses.push(ms);
    },
    onError: (error) => errors.push(error),
  });
  return { sink, calls, pauses, errors };
}

const refusing =
  (...bad: string[]) =>
  (data: string[]) => ({
    FailedPutCount: bad.length,
    RequestResponses: data.map((text) =>
      bad.includes(text) ? { ErrorCode: 'ServiceUnavailableException' } : { RecordId: text },
    ),
  });

const down = () => {
  throw new Error('connection refused');
};

describe('the delivery stream as a sink', () => {
  it('sends again only the records that were refused', async () => {
    const { sink, calls, pauses } = scripted([refusing('b', 'd'), refusing('d')]);
    assert.deepEqual(await sink.put(records('a', 'b', 'c', 'd')), []);
    assert.deepEqual(calls, [['a', 'b', 'c', 'd'], ['b', 'd'], ['d']]);
    assert.deepEqual(pauses, [100, 200]);
  });

  it('gives back the records that were never taken, after a bounded number of tries', async () => {
    const { sink, calls } = scripted(Array.from({ length: 9 }, () => refusing('b')));
    assert.deepEqual(texts(await sink.put(records('a', 'b', 'c'))), ['b']);
    assert.equal(calls.length, 5);
  });

  it('takes a call that fails as a whole for a refusal of all its records, and reports it', async () => {
    const { sink, errors } = scripted([down, down, down, down, down]);
    assert.deepEqual(texts(await sink.put(records('a', 'b'))), ['a', 'b']);
    assert.equal(errors.length, 5);
    assert.deepEqual(await scripted([down]).sink.put(records('a', 'b')), []);
  });

  it('takes a record without a result for a refused one', async () => {
    const { sink, calls } = scripted([() => ({ FailedPutCount: 1, RequestResponses: [{ RecordId: 'a' }] })]);
    assert.deepEqual(await sink.put(records('a', 'b')), []);
    assert.deepEqual(calls, [['a', 'b'], ['b']]);
  });

  it('does not call for nothing', async () => {
    const { sink, calls } = scripted([]);
    assert.deepEqual(await sink.put([]), []);
    assert.equal(calls.length, 0);
  });
});
