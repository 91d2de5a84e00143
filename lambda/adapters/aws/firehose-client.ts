import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { FirehoseSinkOptions } from './firehose-sink.ts';

/** Milliseconds for a connection and for an answer. The client itself would wait for ever. */
const CONNECT_MS = 1_000;
const REQUEST_MS = 5_000;

/** PutRecordBatch on one delivery stream. One try a call: the sink knows which records to send again, the client does not. */
export function firehosePutBatch(deliveryStream: string): FirehoseSinkOptions['putBatch'] {
  const client = new FirehoseClient({
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
    },
  });
  return (records) =>
    client.send(new PutRecordBatchCommand({ DeliveryStreamName: deliveryStream, Records: [...records] }));
}
