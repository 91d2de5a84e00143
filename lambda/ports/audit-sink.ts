import type { AuditRow } from '../core/audit/row.ts';

/** Where exported audit rows go. */
export interface AuditSink {
  /**
   * Keeps `rows` under `path` (such as `dt=2026-11-24/hour=09/1-5.jsonl.gz`), durably and all or nothing. A second
   * write of a path replaces the first; the same rows give the same bytes. Rejects if it cannot.
   */
  write(path: string, rows: readonly AuditRow[]): Promise<void>;
}
