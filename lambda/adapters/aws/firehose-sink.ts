import type { PutRecordBatchCommandOutput } from '@aws-sdk/client-firehose';

/** Tries of one record. Together about 3 s: the change stream that calls us retries for hours, so we need not. */
const TRIES = 5;
const FIRST_PAUSE_MS = 100;

export interface RecordSink {
  /** Resolves to the records that were not taken, in their order; empty when all were. Never rejects. */
  put<T extends SinkRecord>(batch: readonly T[]): Promise<readonly T[]>;
}

interface SinkRecord {
  readonly data: Uint8Array;
}

export interface FirehoseSinkOptions {
  /** One PutRecordBatch call: at most 500 records and 4 MiB. */
  readonly putBatch: (records: readonly { Data: Uint8Array }[]) => Promise<Taken>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told about a call that failed as a whole. */
  readonly onError?: (error: unknown) => void;
}

type Taken = Pick<PutRecordBatchCommandOutput, 'FailedPutCount' | 'RequestResponses'>;

/**
 * Puts a batch of records. A call that succeeds may still have refused some of them (a throttled shard): only those are
 * sent again, so that a retry does not double the others.
 */
export function createFirehoseSink({ putBatch, sleep, onError }: FirehoseSinkOptions): RecordSink {
  const attempt = async <T extends SinkRecord>(batch: readonly T[]): Promise<readonly T[]> => {
    try {
      const taken = await putBatch(batch.map(({ data }) => ({ Data: data })));
      if ((taken.FailedPutCount ?? 0) === 0) return [];
      return batch.filter((_, place) => {
        const result = taken.RequestResponses?.[place];
        return result === undefined || result.ErrorCode !== undefined;
      });
    } catch (error) {
      onError?.(error);
      return batch;
    }
  };
  return {
    async put(batch) {
      let open = batch;
      for (let tried = 0; open.length > 0 && tried < TRIES; tried++) {
        if (tried > 0) await sleep(FIRST_PAUSE_MS * 2 ** (tried - 1));
        open = await attempt(open);
      }
      return open;
    },
  };
}
