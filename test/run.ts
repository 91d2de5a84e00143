import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * `node test/run.ts [folder ...]` runs the tests of some folders under test/, by default all that need no network, no
 * service and no second install. One place decides what `npm test` means.
 */
const everyday = ['unit', 'property', 'conformance', 'infra', 'simulation', 'clients', 'journey'];
const folders = process.argv.length > 2 ? process.argv.slice(2) : everyday;
const apart = ['**/node_modules/**', 'test/clients/apart/**'];
const files = folders.flatMap((folder) => globSync(`test/${folder}/**/*.test.ts`, { exclude: apart })).sort();
if (process.argv.length === 2) files.push('test/tidy.test.ts');
if (files.length === 0) {
  console.error(`no test files under ${folders.map((folder) => `test/${folder}`).join(', ')}`);
  process.exit(1);
}
const child = spawn(
  process.execPath,
  ['--test', `--test-concurrency=${availableParallelism()}`, '--test-timeout=240000', ...files],
  { stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1' } },
);
child.on('exit', (code) => process.exit(code ?? 1));
