import { rowOf } from '../../core/audit/entry.ts';
import { rowJson } from '../../core/audit/row.ts';
import type { Item } from '../../ports/ledger-store.ts';

/** One change of the ledger's table, as its stream reports it, already read into items. */
export interface StreamRecord {
  /** The stream's sequence number. */
  readonly id: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** One record for Firehose: rows as lines of JSON, and the stream records that they come from. */
export interface DeliveryRecord {
  readonly data: Uint8Array;
  readonly ids: readonly string[];
}

/** What one PutRecordBatch call carries. */
export type DeliveryBatch = readonly DeliveryRecord[];

/** Firehose's own maxima: bytes of a record, records and bytes of a call. */
const RECORD_BYTES = 1_000 * 1024;
const BATCH_RECORDS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;

/** Rows are packed, because Firehose bills each record in steps of 5 KB and a row is about one. */
export interface PackLimits {
  readonly recordBytes: number;
  readonly batchRecords: number;
  readonly batchBytes: number;
}

const LIMITS: PackLimits = {
  recordBytes: RECORD_BYTES,
  batchRecords: BATCH_RECORDS,
  batchBytes: BATCH_BYTES,
};

/**
 * The rows of the entries that became final in these changes, packed for Firehose in their order. A change that leaves
 * a final entry final (its expiry was moved) or deletes one is no row.
 */
export function rowsFromStream(
  records: readonly StreamRecord[],
  limits: PackLimits = LIMITS,
): readonly DeliveryBatch[] {
  const lines = records.flatMap(({ id, before, after }) =>
    isFinal(after) && !isFinal(before) ? [{ id, line: lineOf(after) }] : [],
  );
  return batches(deliveries(lines, limits.recordBytes), limits);
}

/** A call's answer for one record, in the order of the batch; without a code it was taken. */
export interface DeliveryResult {
  readonly errorCode: string | undefined;
}

/** The records of a batch that must be sent again. A missing result counts as failed: nobody knows better. */
export function undelivered(batch: DeliveryBatch, results: readonly DeliveryResult[]): DeliveryBatch {
  return batch.filter((_, index) => {
    const result = results[index];
    return result === undefined || result.errorCode !== undefined;
  });
}

/**
 * Where the stream must start again, given what stayed undelivered: the first of its changes in the order they were
 * read. Later ones are read twice then, which the view on the rows undoes. Undefined: nothing failed.
 */
export function firstFailure(
  records: readonly StreamRecord[],
  failed: readonly DeliveryRecord[],
): string | undefined {
  const ids = new Set(failed.flatMap((record) => record.ids));
  return records.find(({ id }) => ids.has(id))?.id;
}

function isFinal(item: Item | undefined): item is Item {
  return item?.['st'] === 'F';
}

const encoder = new TextEncoder();

function lineOf(entry: Item): Uint8Array {
  return encoder.encode(`${rowJson(rowOf(entry))}\n`);
}

interface Line {
  readonly id: string;
  readonly line: Uint8Array;
}

function deliveries(lines: readonly Line[], maxBytes: number): readonly DeliveryRecord[] {
  return chunks(lines, ({ line }) => line.length, { bytes: maxBytes, items: lines.length }).map((chunk) => ({
    data: joined(chunk.map(({ line }) => line)),
    ids: chunk.map(({ id }) => id),
  }));
}

function batches(records: readonly DeliveryRecord[], limits: PackLimits): readonly DeliveryBatch[] {
  return chunks(records, ({ data }) => data.length, { bytes: limits.batchBytes, items: limits.batchRecords });
}

/** Cuts a list into runs that stay within both maxima, each as long as it can be. */
function chunks<T>(
  items: readonly T[],
  size: (item: T) => number,
  max: { readonly bytes: number; readonly items: number },
): readonly (readonly T[])[] {
  const runs: T[][] = [];
  let run: T[] = [];
  let bytes = 0;
  for (const item of items) {
    if (run.length > 0 && (bytes + size(item) > max.bytes || run.length >= max.items)) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(item);
    bytes += size(item);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
