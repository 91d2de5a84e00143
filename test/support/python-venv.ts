import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Milliseconds for one step of the installation, which is synchronous and so beyond a runner's own limit. */
const INSTALL_MS = 120_000;

export interface PythonPackages {
  /** Folder of the environment, which is the project's own, so that nothing on the machine is used or changed. */
  readonly venv: string;
  /** File with the pinned packages. */
  readonly requirements: string;
  /** Further arguments of `pip install`. */
  readonly pip?: readonly string[];
}

/** Whether there is a python3 of at least 3.`minor` that can make environments. */
export function hasPython(minor = 0): boolean {
  const script = `import sys, venv, ensurepip; sys.exit(sys.version_info < (3, ${minor}))`;
  return spawnSync('python3', ['-c', script], { stdio: 'ignore' }).status === 0;
}

/**
 * Path of a program of an environment. The packages are installed at the first time and after a change of the pinned
 * versions. Throws where that fails; pip's own words are on the terminal then.
 */
export function pythonProgram(packages: PythonPackages, name: string): string {
  const venv = resolve(packages.venv);
  const wanted = createHash('sha256').update(readFileSync(packages.requirements)).digest('hex');
  const stamp = join(venv, '.installed');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(venv, { recursive: true, force: true });
    mkdirSync(venv, { recursive: true });
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit', timeout: INSTALL_MS });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const pip = [...install, ...(packages.pip ?? []), '-r', packages.requirements];
    execFileSync(join(venv, 'bin/python'), pip, { stdio: 'inherit', timeout: INSTALL_MS });
    writeFileSync(stamp, wanted);
  }
  return join(venv, 'bin', name);
}
