import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Raised when the tables change; an older gateway then refuses the file instead of misreading it. */
const SCHEMA = 1;

/** Milliseconds that a write waits for another process, which is the command line writing one policy. */
const BUSY_MS = 1_000;

/** The data folder's ledger cannot be used. The message is one line for a terminal. */
export class LedgerFileError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'LedgerFileError';
  }
}

/**
 * Opens `ledger.db` in a folder and makes its tables. Write-ahead logging with `synchronous=NORMAL`: what was committed
 * survives the death of the process, and a power cut may lose the last moments but never tears the file. Throws a
 * `LedgerFileError`.
 */
export function openDatabase(folder: string): DatabaseSync {
  return open(folder, false, (db, file) => {
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY');
    if (versionOf(db, file) < SCHEMA) create(db);
  });
}

/** Opens an existing ledger for reading only, which a running gateway does not notice. Throws a `LedgerFileError`. */
export function openDatabaseToRead(folder: string): DatabaseSync {
  return open(folder, true, (db, file) => {
    if (versionOf(db, file) < SCHEMA) throw new LedgerFileError(`${file} is no ledger yet`);
  });
}

function open(
  folder: string,
  readOnly: boolean,
  prepare: (db: DatabaseSync, file: string) => void,
): DatabaseSync {
  const file = join(folder, 'ledger.db');
  if (readOnly && !existsSync(file)) throw new LedgerFileError(`there is no ledger in ${folder}`);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { readOnly, timeout: BUSY_MS });
    prepare(db, file);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof LedgerFileError) throw error;
    throw new LedgerFileError(`${file} cannot be used: ${reasonOf(error)}`, error);
  }
}

function versionOf(db: DatabaseSync, file: string): number {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version <= SCHEMA) return version;
  throw new LedgerFileError(
    `${file} was written by a newer tollgate (schema ${version}, this one knows ${SCHEMA}): start that version, or another --data`,
  );
}

function create(db: DatabaseSync): void {
  db.exec(`
    BEGIN IMMEDIATE;
    -- A table by number with an index beside it, not one tree by key: a final entry then fits its page, and entries of
    -- all journals are appended at one place. gx and exp repeat two attributes of open journals, for an index of these.
    CREATE TABLE items (
      id INTEGER PRIMARY KEY, pk TEXT NOT NULL, sk TEXT NOT NULL, gx TEXT, exp INTEGER, item TEXT NOT NULL,
      UNIQUE (pk, sk)
    );
    CREATE INDEX open_journals ON items (gx, exp) WHERE gx IS NOT NULL;
    CREATE INDEX journals ON items (pk) WHERE sk = '#';
    -- Final entries that are not exported yet, in the order they became final: the outbox of the audit.
    CREATE TABLE finals (seq INTEGER PRIMARY KEY, pk TEXT NOT NULL, sk TEXT NOT NULL);
    CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
    PRAGMA user_version = ${SCHEMA};
    COMMIT;
  `);
}

/** Primary result codes of SQLite. https://www.sqlite.org/rescode.html */
export const SQLITE = { BUSY: 5, LOCKED: 6 } as const;

/** SQLite's primary result code; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return Number(error.errcode) & 0xff;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
