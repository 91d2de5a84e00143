import { rowOf } from '../../core/audit/entry.ts';
import type { EntryFacts } from '../../core/audit/facts.ts';
import { rowJson } from '../../core/audit/row.ts';
import { createFirehoseSink, type FirehoseSinkOptions } from './firehose-sink.ts';

export interface DirectRowsOptions {
  /** Opens the delivery stream; asked for when the first row comes. */
  readonly open: () => Promise<FirehoseSinkOptions['putBatch']>;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Rows that do not come out of the ledger, each a record of its own. They are few, so the client is loaded only when the
 * first one comes. Rejects with Firehose's last reason if a row is not taken.
 */
export function directRows({ open, sleep }: DirectRowsOptions): (entry: EntryFacts) => Promise<void> {
  return async (entry) => {
    const putBatch = await open();
    let reason: unknown = 'Firehose has not taken the row';
    const sink = createFirehoseSink({
      putBatch,
      sleep,
      onError: (error) => {
        reason = error;
      },
    });
    const data = new TextEncoder().encode(`${rowJson(rowOf(entry))}\n`);
    if ((await sink.put([{ data }])).length > 0)
      throw reason instanceof Error ? reason : new Error(String(reason));
  };
}

/** Loads AWS's client for a delivery stream at the first call, and keeps it. */
export function lazyPutBatch(deliveryStream: string): DirectRowsOptions['open'] {
  let opened: FirehoseSinkOptions['putBatch'] | undefined;
  return async () => {
    const { firehosePutBatch } = await import('./firehose-client.ts');
    opened ??= firehosePutBatch(deliveryStream);
    return opened;
  };
}
