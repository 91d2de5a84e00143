import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Lock {
  readonly type: 'locked';
  release(): void;
}

export type LockResult =
  | Lock
  /** Another process owns the folder. */
  | { readonly type: 'in_use' }
  /** The folder cannot be used; the reason is one line for a terminal. */
  | { readonly type: 'unusable'; readonly reason: string };

/**
 * Makes this process the one owner of a data folder, for its life. The lock is SQLite's exclusive lock on `lock.db`: the
 * kernel frees it however the process ends, so a crash leaves nothing to clean up and no stale process id can lie.
 */
export function lockFolder(folder: string): LockResult {
  const reason = prepare(folder);
  if (reason !== undefined) return { type: 'unusable', reason };
  try {
    const db = new DatabaseSync(join(folder, 'lock.db'));
    try {
      db.exec('PRAGMA busy_timeout=0; BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      throw error;
    }
    return { type: 'locked', release: () => db.close() };
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return { type: 'in_use' };
    return { type: 'unusable', reason: error instanceof Error ? error.message : String(error) };
  }
}

function prepare(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    if (!statSync(folder).isDirectory()) return 'it is not a folder';
    accessSync(folder, constants.W_OK | constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' || code === 'ENOTDIR') return 'it is not a folder';
    if (code === 'EROFS') return 'the disk is read-only';
    if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there';
    if (code === 'ENOSPC') return 'the disk is full';
    return error instanceof Error ? error.message : String(error);
  }
}
