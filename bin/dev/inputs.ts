import { readFileSync } from 'node:fs';
import { type Lock, lockFolder } from '../../lambda/adapters/local/sqlite-lock.ts';
import { formatProblems, readConfig } from '../../lambda/adapters/node/config-file.ts';
import type { Config } from '../../lambda/core/config/schema.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Why the gateway does not start, in words for the person who started it. */
export class StartProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartProblem';
  }
}

export function takeConfig(file: string): { readonly config: Config; readonly hash: string } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new StartProblem(
      missing
        ? `there is no configuration ${file}`
        : `the configuration ${file} cannot be read: ${String(error)}`,
    );
  }
  const read = readConfig(text, file);
  if (!read.ok) throw new StartProblem(formatProblems(read.problems, file));
  return read;
}

/** Takes the data folder for this process, or says why it cannot be had. */
export function takeFolder(folder: string): Lock {
  const lock = lockFolder(folder);
  switch (lock.type) {
    case 'locked':
      return lock;
    case 'in_use':
      throw new StartProblem(
        `the data folder ${folder} is in use by another gateway: stop it, or choose another with --data`,
      );
    case 'unusable':
      throw new StartProblem(
        `the data folder ${folder} cannot be used: ${lock.reason}; choose another with --data`,
      );
  }
}
