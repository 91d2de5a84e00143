import { rowOf } from '../../core/audit/entry.ts';
import type { EntryFacts } from '../../core/audit/facts.ts';
import { partitionOf } from '../../core/audit/row.ts';
import type { AuditSink } from '../../ports/audit-sink.ts';

/**
 * Rows that do not come out of the ledger: one file each, named by its request, beside those of the auditor, whose names
 * are numbers. The same entry gives the same file again.
 */
export function directRows(sink: AuditSink): (entry: EntryFacts) => Promise<void> {
  return async (entry) => {
    const row = rowOf(entry);
    await sink.write(`${partitionOf(row)}/direct-${encodeURIComponent(row.request_id)}.jsonl.gz`, [row]);
  };
}
