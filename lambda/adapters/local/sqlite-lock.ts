import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { reasonOf, SQLITE, sqliteCode } from './sqlite-schema.ts';

export interface Lock {
  readonly type: 'locked';
  /** Gives the folder back. A second call does nothing. */
  release(): void;
}

export type LockResult =
  | Lock
  /** Another process owns the folder, or this one does already. */
  | { readonly type: 'in_use' }
  /** The folder cannot be used; the reason is part of one line for a terminal. */
  | { readonly type: 'unusable'; readonly reason: string };

/**
 * Makes this process the one owner of a data folder, for its life. The lock is SQLite's exclusive lock on `lock.db`: the
 * kernel frees it however the process ends, so a crash leaves nothing to clean up and no stale process id can lie.
 */
export function lockFolder(folder: string): LockResult {
  const reason = prepare(folder);
  if (reason !== undefined) return { type: 'unusable', reason };
  let db: DatabaseSync | undefined;
  try {
    const held = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });
    db = held;
    held.exec('BEGIN EXCLUSIVE');
    return { type: 'locked', release: () => held.isOpen && held.close() };
  } catch (error) {
    db?.close();
    if (sqliteCode(error) === SQLITE.BUSY) return { type: 'in_use' };
    return { type: 'unusable', reason: `lock.db: ${reasonOf(error)}` };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'it is not a folder',
  ENOTDIR: 'it is not a folder',
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOSPC: 'the disk is full',
};

/** Why the folder cannot be made or written to; undefined if it can. */
function prepare(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    if (!statSync(folder).isDirectory()) return REASONS['ENOTDIR'];
    accessSync(folder, constants.W_OK | constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return REASONS[code] ?? reasonOf(error);
  }
}
