import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { AUDIT_FOLDER } from '../../lambda/adapters/local/audit-files.ts';
import { COLUMNS } from '../../lambda/core/audit/columns.ts';
import type { Table } from './query/plain.ts';
import { borderless, jsonLines, textTable } from './query/print.ts';
import { problemOf, QueryProblem } from './query/problem.ts';
import { shippedQueries, shippedQuery } from './query/shipped.ts';

/** Where the command writes; tests give their own. */
export interface QueryOutput {
  write(text: string): void;
  readonly isTerminal: boolean;
}

interface QueryOptions {
  readonly data: string;
  readonly file?: string;
  readonly name?: string;
  readonly output?: 'table' | 'json';
}

/** `tollgate query`: SQL over the local audit files, as Athena runs it over those on AWS. */
export function queryCommand(output: QueryOutput = standardOutput()): Command {
  const command = new Command('query')
    .description('ask the audit with SQL; without SQL, list the shipped queries and the columns')
    .argument('[sql]', 'a query over the view "audit"')
    .option('--data <dir>', 'data folder of the gateway', './.tollgate')
    .addOption(new Option('--file <path>', 'read the SQL from a file').conflicts('name'))
    .addOption(new Option('--name <query>', 'run a shipped query, such as spend').conflicts('file'))
    .addOption(
      new Option('--output <format>', 'default: table on a terminal, json elsewhere').choices([
        'table',
        'json',
      ]),
    );
  return command.action(async (sql: string | undefined, options: QueryOptions) => {
    try {
      await run(sql, options, output);
    } catch (error) {
      if (!(error instanceof QueryProblem)) throw error;
      command.error(`query: ${error.message}`, { exitCode: 1 });
    }
  });
}

async function run(sql: string | undefined, options: QueryOptions, output: QueryOutput): Promise<void> {
  const text = sqlOf(sql, options);
  if (text === undefined) {
    output.write(overview());
    return;
  }
  const table = await answer(join(options.data, AUDIT_FOLDER), text);
  const format = options.output ?? (output.isTerminal ? 'table' : 'json');
  output.write(format === 'table' ? textTable(table) : jsonLines(table));
}

function sqlOf(sql: string | undefined, { file, name }: QueryOptions): string | undefined {
  if (sql !== undefined && (file !== undefined || name !== undefined)) {
    throw new QueryProblem('give either SQL, or --file, or --name');
  }
  if (name !== undefined) return shippedQuery(name).sql;
  if (file === undefined) return sql;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new QueryProblem(`cannot read ${file}`);
  }
}

/** DuckDB is native code, loaded only here: a platform without it must still run every other command. */
async function answer(folder: string, sql: string): Promise<Table> {
  const engine = await import('./query/engine.ts').catch((error: unknown) => {
    throw new QueryProblem(
      `DuckDB does not load on ${process.platform}-${process.arch} (${problemOf(error).message}); the rows are gzipped lines of JSON in ${folder}`,
    );
  });
  return engine.runQuery(folder, sql);
}

function overview(): string {
  const queries = borderless([], ['left', 'left']);
  queries.push(...shippedQueries().map(({ name, about }) => [name, about]));
  const columns = borderless([], ['left', 'left', 'left']);
  columns.push(...COLUMNS.map(({ name, type, doc }) => [name, type, doc]));
  return [
    'Shipped queries, run with --name (the start of a name is enough):\n\n',
    `${queries.toString()}\n\n`,
    'Columns of the view "audit", one row per request:\n\n',
    `${columns.toString()}\n\n`,
    'Example: npm run query -- "select team, sum(cost_usd) as usd from audit group by team"\n',
  ].join('');
}

function standardOutput(): QueryOutput {
  return {
    write(text) {
      // A reader such as `head` may close the pipe early, which is no fault.
      process.stdout.once('error', () => undefined);
      process.stdout.write(text);
    },
    isTerminal: process.stdout.isTTY === true,
  };
}
