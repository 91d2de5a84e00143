import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./ric', import.meta.url));

/**
 * Installs AWS's runtime client into test/runtime/ric and returns the path of its entry. It stays out of the root
 * package because its install scripts compile native code; `--ignore-scripts` and the preload beside it make that
 * needless. Installed once per lockfile.
 */
export function runtimeClient(): { entry: string; preload: string } {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules/.installed');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'inherit',
    });
    writeFileSync(stamp, lock);
  }
  return {
    entry: join(folder, 'node_modules/aws-lambda-ric/index.mjs'),
    preload: join(folder, 'preload.cjs'),
  };
}
