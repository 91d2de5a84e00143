import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const COMMAND = join(import.meta.dirname, '../../../bin/commands/query.ts');

/** A process in which DuckDB cannot be loaded, as on a platform without its native part. */
const WITHOUT_DUCKDB = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@duckdb/node-api') throw new Error('no native part');
      return next(specifier, context);
    },
  });
  const { queryCommand } = await import(${JSON.stringify(COMMAND)});
  await queryCommand().parseAsync(process.argv.slice(1), { from: 'user' });
`;

function run(...args: readonly string[]) {
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', WITHOUT_DUCKDB, '--', ...args]);
}

test('the command lists queries and columns where DuckDB cannot be loaded', async () => {
  const { stdout } = await run();
  assert.match(stdout, /spend-by-team-model-day/);
});

test('asked a query where DuckDB cannot be loaded, it says so in one line and exits with 1', async () => {
  await assert.rejects(run('select 1'), (error: { code?: unknown; stderr?: unknown }) => {
    assert.equal(error.code, 1);
    assert.match(String(error.stderr), /^query: DuckDB does not load on \S+ \(no native part\); [^\n]+\n$/);
    return true;
  });
});
