import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * `npm run test:clients [name ...]`: official clients that the root package does not need, each through the real gateway
 * process. They are installed apart, once per lockfile, because together they are larger than everything else; the files
 * in test/clients/apart drive them. A name chooses the files that contain it.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

/** What both packages name would be found in this folder first, so that `npm test` would run another version after an install. */
function assertSameVersions(): void {
  const own = JSON.parse(read(`${folder}/package.json`)).dependencies as Record<string, string>;
  const { dependencies, devDependencies } = JSON.parse(read(`${root}/package.json`));
  const others = { ...dependencies, ...devDependencies } as Record<string, string>;
  for (const name of ['openai', '@anthropic-ai/sdk', 'zod']) {
    if (own[name] !== others[name])
      throw new Error(
        `${name} is ${own[name]} in test/clients and ${others[name]} in the root: make them equal`,
      );
  }
}

function install(): void {
  const lock = createHash('sha256')
    .update(read(`${folder}/package-lock.json`))
    .digest('hex');
  const stamp = `${folder}/node_modules/.installed`;
  if (existsSync(stamp) && read(stamp) === lock) return;
  console.log('installing the clients into test/clients/node_modules (about 550 MB, once per lockfile)');
  // Nothing here needs an install script: Claude Code is started by the wrapper beside its binary.
  const { status } = spawnSync(
    'npm',
    ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}

assertSameVersions();
install();
const names = process.argv.slice(2);
const files = globSync('apart/*.test.ts', { cwd: folder })
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .sort()
  .map((file) => `test/clients/${file}`);
if (files.length === 0) {
  console.error(`no test file in test/clients/apart has one of these in its name: ${names.join(', ')}`);
  process.exit(1);
}
console.log(`running ${files.join(', ')}`);
const { status } = spawnSync(
  process.execPath,
  ['--test', `--test-concurrency=${availableParallelism()}`, '--test-timeout=120000', ...files],
  { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_NO_WARNINGS: '1' } },
);
process.exit(status ?? 1);
