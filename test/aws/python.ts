import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The project's own environment, so that nothing on the machine is used or changed. */
const venv = resolve('.cache/aws/venv');
const requirements = 'test/aws/requirements.txt';

/** Milliseconds for one step of the installation, which is synchronous and so beyond the runner's own limit. */
const INSTALL_MS = 120_000;

export function hasPython(): boolean {
  return spawnSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status === 0;
}

/** Path of a program of the pinned Python packages, which are installed at the first time and after a change. */
export function pythonProgram(name: string): string {
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = join(venv, '.installed');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(venv, { recursive: true, force: true });
    mkdirSync(venv, { recursive: true });
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit', timeout: INSTALL_MS });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    execFileSync(join(venv, 'bin/python'), pip, { stdio: 'inherit', timeout: INSTALL_MS });
    writeFileSync(stamp, wanted);
  }
  return join(venv, 'bin', name);
}
