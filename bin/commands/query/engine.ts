import { globSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { duckdbColumns } from '../../../lambda/core/audit/row.ts';
import { ATHENA_MACROS } from './macros.ts';
import type { Table } from './plain.ts';
import { problemOf, QueryProblem } from './problem.ts';
import { plainOf } from './value.ts';

const FILES = '**/*.jsonl.gz';

/**
 * Runs SQL over the audit files of a folder, in a database that lives in memory for this one query. `audit` is a view
 * with one row per request. Rejects with a `QueryProblem`.
 */
export async function runQuery(folder: string, sql: string): Promise<Table> {
  if (globSync(FILES, { cwd: folder }).length === 0) {
    throw new QueryProblem(
      `there are no audit rows in ${folder} yet; send a request to the gateway first, or name its data folder with --data`,
    );
  }
  const connection = await connect();
  try {
    await prepare(connection, folder);
    const reader = await connection.runAndReadAll(sql);
    return {
      columns: reader.deduplicatedColumnNames(),
      rows: reader.getRows().map((row) => row.map(plainOf)),
    };
  } catch (error) {
    throw problemOf(error);
  } finally {
    connection.closeSync();
  }
}

async function connect(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  return instance.connect();
}

/** Division, time zone and functions as Athena has them, then the view. */
async function prepare(connection: DuckDBConnection, folder: string): Promise<void> {
  await connection.run("SET integer_division = true; SET TimeZone = 'UTC'");
  await connection.run(ATHENA_MACROS.map((macro) => `CREATE MACRO ${macro}`).join('; '));
  const { stored, partitions } = duckdbColumns();
  await connection.run(`
    CREATE VIEW audit AS
    SELECT * EXCLUDE (copy) FROM (
      SELECT *, row_number() OVER (PARTITION BY request_id ORDER BY time) AS copy
      FROM read_json(${quoted(join(folder, FILES))}, format = 'newline_delimited', compression = 'gzip',
        columns = ${struct(stored)}, hive_partitioning = true, hive_types = ${struct(partitions)})
    ) WHERE copy = 1`);
}

function struct(types: Readonly<Record<string, string>>): string {
  const members = Object.entries(types).map(([name, type]) => `${quoted(name)}: ${quoted(type)}`);
  return `{${members.join(', ')}}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
