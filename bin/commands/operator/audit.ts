import type { Plain } from '../query/plain.ts';
import { Digits } from '../query/plain.ts';
import { problemOf, QueryProblem } from '../query/problem.ts';

export type AuditRecord = Readonly<Record<string, Plain>>;

/**
 * Rows of the audit files, by SQL as `tollgate query` runs it. DuckDB is native code, loaded only here. Rejects with a
 * `QueryProblem`, also where there are no files yet.
 */
export async function auditRecords(folder: string, sql: string): Promise<readonly AuditRecord[]> {
  const engine = await import('../query/engine.ts').catch((error: unknown) => {
    throw new QueryProblem(
      `DuckDB does not load on ${process.platform}-${process.arch} (${problemOf(error).message})`,
    );
  });
  const { columns, rows } = await engine.runQuery(folder, sql);
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])));
}

export function whole(value: Plain | undefined): bigint {
  if (value instanceof Digits) return BigInt(value.text);
  return typeof value === 'number' ? BigInt(Math.round(value)) : 0n;
}

/** Text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
