import { firehosePutBatch } from '../adapters/aws/firehose-client.ts';
import { createFirehoseSink } from '../adapters/aws/firehose-sink.ts';
import { changesOf, type StreamEvent } from '../adapters/aws/stream-records.ts';
import { systemClock } from '../adapters/node/clock.ts';
import { createTelemetry } from '../adapters/node/telemetry.ts';
import { ENV, required } from '../env.ts';
import { type DeliveryRecord, firstFailure, rowsFromStream } from '../jobs/auditor/stream-rows.ts';

const telemetry = createTelemetry({ format: 'json', write: (line) => process.stdout.write(`${line}\n`) });

const sink = createFirehoseSink({
  putBatch: firehosePutBatch(required(process.env, ENV.auditStream)),
  sleep: systemClock.sleep,
  onError: (error) =>
    telemetry.emit({
      type: 'warning',
      what: 'audit_put_failed',
      requestId: undefined,
      detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    }),
});

/** Lambda starts the stream again at the named change; an empty list means that all is delivered. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Called with changes of the ledger's table: their final entries become rows in the delivery stream. */
export async function handler(event: StreamEvent): Promise<BatchAnswer> {
  const changes = changesOf(event);
  const lost: DeliveryRecord[] = [];
  for (const batch of rowsFromStream(changes)) lost.push(...(await sink.put(batch)));
  const first = firstFailure(changes, lost);
  return { batchItemFailures: first === undefined ? [] : [{ itemIdentifier: first }] };
}
