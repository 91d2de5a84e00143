import { rowOf } from '../../core/audit/entry.ts';
import { type AuditRow, partitionOf } from '../../core/audit/row.ts';
import type { AuditSink } from '../../ports/audit-sink.ts';
import type { EntryFeed } from '../../ports/entry-feed.ts';

export interface ExportDeps {
  readonly feed: EntryFeed;
  readonly sink: AuditSink;
  /** Entries of one batch; default 250: some 5 milliseconds in which nothing else runs. */
  readonly batch?: number;
}

const BATCH = 250;

/** Digits of a feed number in a file's name, so that names sort as numbers do. */
const DIGITS = 12;

/**
 * Exports the next final entries and tells how many there were; 0 when nothing is left. The range is recorded before
 * its files are written: after a crash in between, exactly that range is exported again, under the same names with the
 * same bytes, so no row is lost and none is there twice. Rejects if a file cannot be written; the next call repeats.
 */
export async function exportOnce(deps: ExportDeps): Promise<number> {
  const { feed, sink } = deps;
  const { done, begun } = feed.bookmark();
  const entries = feed.after(done, begun === undefined ? (deps.batch ?? BATCH) : begun - done);
  const to = begun ?? entries.at(-1)?.at;
  if (to === undefined) return 0;
  if (begun === undefined) feed.begin(to);
  const rows = entries.filter(({ at }) => at <= to).map(({ entry }) => rowOf(entry));
  const name = `${padded(done + 1)}-${padded(to)}.jsonl.gz`;
  for (const [folder, group] of groups(rows)) await sink.write(`${folder}/${name}`, group);
  feed.finish(to);
  return rows.length;
}

function groups(rows: readonly AuditRow[]): ReadonlyMap<string, readonly AuditRow[]> {
  return Map.groupBy(rows, partitionOf);
}

function padded(number: number): string {
  return String(number).padStart(DIGITS, '0');
}
