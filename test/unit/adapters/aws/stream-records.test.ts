import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changesOf } from '../../../../lambda/adapters/aws/stream-records.ts';

describe('changes from a table stream', () => {
  it('reads both images with exact numbers and bytes', () => {
    const [change] = changesOf({
      Records: [
        {
          dynamodb: {
            SequenceNumber: '111',
            OldImage: { pk: { S: 'J#1' }, st: { S: 'HELD' } },
            NewImage: {
              pk: { S: 'J#1' },
              st: { S: 'F' },
              a: { N: '99999999999999999999' },
              w: { B: Buffer.from([0, 255, 7]).toString('base64') },
            },
          },
        },
      ],
    });
    assert.deepEqual(change, {
      id: '111',
      before: { pk: 'J#1', st: 'HELD' },
      after: { pk: 'J#1', st: 'F', a: 99999999999999999999n, w: Buffer.from([0, 255, 7]) },
    });
  });

  it('leaves out an image that the change does not have, and attributes of unknown types', () => {
    const odd = { pk: { S: 'x' }, list: { L: [] } as { S?: string } };
    assert.deepEqual(changesOf({ Records: [{ dynamodb: { SequenceNumber: '1', NewImage: odd } }] }), [
      { id: '1', before: undefined, after: { pk: 'x' } },
    ]);
    assert.deepEqual(changesOf({ Records: [{}] }), [{ id: '', before: undefined, after: undefined }]);
  });
});
