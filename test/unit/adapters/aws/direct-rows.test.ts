import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directRows } from '../../../../lambda/adapters/aws/direct-rows.ts';
import { rowOf } from '../../../../lambda/core/audit/entry.ts';
import { rowJson } from '../../../../lambda/core/audit/row.ts';

const ENTRY = { rid: 'req_a', a: 3n, e: 0n, by: 'posted' };
const taken = { FailedPutCount: 0, RequestResponses: [{ RecordId: '1' }] };
const throttled = { FailedPutCount: 1, RequestResponses: [{ ErrorCode: 'ServiceUnavailableException' }] };
const sleep = async () => undefined;

test('a row is one record, a line of JSON as the auditor writes it', async () => {
  const sent: string[] = [];
  const send = directRows({
    open: async () => async (records) => {
      sent.push(...records.map(({ Data }) => Buffer.from(Data).toString()));
      return taken;
    },
    sleep,
  });
  await send(ENTRY);
  assert.deepEqual(sent, [`${rowJson(rowOf(ENTRY))}\n`]);
});

test('a row that is not taken is sent again, and rejected in the end', async () => {
  let calls = 0;
  const once = directRows({ open: async () => async () => (++calls === 1 ? throttled : taken), sleep });
  await once(ENTRY);
  assert.equal(calls, 2);
  await assert.rejects(directRows({ open: async () => async () => throttled, sleep })(ENTRY), /not taken/);
  const failing = () => Promise.reject(new Error('no connection'));
  await assert.rejects(directRows({ open: async () => failing, sleep })(ENTRY), /no connection/);
});

test('nothing is opened before the first row, and a client that could not be loaded is tried again', async () => {
  let opened = 0;
  const send = directRows({
    open: async () => {
      opened += 1;
      if (opened === 1) throw new Error('not loaded');
      return async () => taken;
    },
    sleep,
  });
  assert.equal(opened, 0);
  await assert.rejects(send(ENTRY), /not loaded/);
  await send(ENTRY);
  assert.equal(opened, 2);
});
