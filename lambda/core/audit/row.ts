import { COLUMNS, type Column, type ColumnType } from './columns.ts';

interface Types {
  readonly string: string;
  readonly bigint: bigint;
  readonly int: number;
  readonly double: number;
  readonly boolean: boolean;
  /** ISO 8601 in UTC with milliseconds. */
  readonly timestamp: string;
  readonly json: string;
}

type Columns = (typeof COLUMNS)[number];
type ValueOf<C extends Columns> = Types[C['type']] | (C['nullable'] extends true ? null : never);

/** One row of the audit: exactly the columns of `COLUMNS`. */
export type AuditRow = { readonly [C in Columns as C['name']]: ValueOf<C> };

const ALL: readonly Column[] = COLUMNS;
const STORED = COLUMNS.filter((column) => !('partition' in column));

const GLUE: Record<ColumnType, string> = {
  string: 'string',
  bigint: 'bigint',
  int: 'int',
  double: 'double',
  boolean: 'boolean',
  timestamp: 'timestamp',
  json: 'string',
};

const DUCKDB: Record<ColumnType, string> = {
  string: 'VARCHAR',
  bigint: 'BIGINT',
  int: 'INTEGER',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  json: 'VARCHAR',
};

export interface GlueColumn {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

/** Columns of the Glue table, in order; the partition keys are apart. */
export function glueColumns(): readonly GlueColumn[] {
  return ALL.filter((column) => column.partition !== true).map(glueColumn);
}

/** Partition keys of the Glue table, in the order of the folders: `dt`, `hour`. */
export function gluePartitions(): readonly GlueColumn[] {
  return ALL.filter((column) => column.partition === true).map(glueColumn);
}

/** Name and DuckDB type of each column in the files, and of each partition. */
export function duckdbColumns(): {
  readonly stored: Record<string, string>;
  readonly partitions: Record<string, string>;
} {
  const of = (partition: boolean) =>
    Object.fromEntries(
      ALL.filter((column) => (column.partition === true) === partition).map((column) => [
        column.name,
        DUCKDB[column.type],
      ]),
    );
  return { stored: of(false), partitions: of(true) };
}

/** Folder of a row, as Hive names partitions: `dt=2026-11-24/hour=09`. */
export function partitionOf(row: AuditRow): string {
  return `dt=${row.dt}/hour=${row.hour}`;
}

/**
 * One line of JSON without its newline, columns in their order, null left out. Whole nano-dollars are written as plain
 * digits, since JSON.stringify knows no bigint and a double would round them.
 */
export function rowJson(row: AuditRow): string {
  let text = '';
  for (const { name } of STORED) {
    const value = row[name];
    if (value === null) continue;
    text += `${text === '' ? '{' : ','}"${name}":${typeof value === 'bigint' ? value.toString() : JSON.stringify(value)}`;
  }
  return `${text}}`;
}

function glueColumn(column: Column): GlueColumn {
  return { name: column.name, type: GLUE[column.type], comment: column.doc.slice(0, 255) };
}
