import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { FirehoseSinkOptions } from './firehose-sink.ts';

/** PutRecordBatch on one delivery stream. One try a call: the sink knows which records to send again, the client does not. */
export function firehosePutBatch(deliveryStream: string): FirehoseSinkOptions['putBatch'] {
  const client = new FirehoseClient({ maxAttempts: 1 });
  return (records) =>
    client.send(new PutRecordBatchCommand({ DeliveryStreamName: deliveryStream, Records: [...records] }));
}
