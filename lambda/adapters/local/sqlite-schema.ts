import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Raised when the tables change; an older gateway then refuses the file instead of misreading it. */
const SCHEMA = 1;

/** The data folder's ledger was written by a newer gateway, or is no ledger. The message is one line for a terminal. */
export class LedgerFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LedgerFileError';
  }
}

/**
 * Opens `ledger.db` in a folder and makes its tables. Write-ahead logging with `synchronous=NORMAL`: what was committed
 * survives the death of the process, and a power cut may lose the last moments but never tears the file.
 */
export function openDatabase(folder: string): DatabaseSync {
  const file = join(folder, 'ledger.db');
  const db = new DatabaseSync(file);
  db.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=1000; PRAGMA temp_store=MEMORY',
  );
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > SCHEMA) {
    db.close();
    throw new LedgerFileError(
      `${file} was written by a newer tollgate (schema ${version}, this one knows ${SCHEMA}): start that version, or another --data`,
    );
  }
  if (version < SCHEMA) create(db);
  return db;
}

function create(db: DatabaseSync): void {
  db.exec(`
    BEGIN IMMEDIATE;
    -- gx and exp repeat two attributes of open journals, so that an index can hold them and nothing else.
    CREATE TABLE items (pk TEXT, sk TEXT, gx TEXT, exp INTEGER, item TEXT, PRIMARY KEY (pk, sk)) WITHOUT ROWID;
    CREATE INDEX open_journals ON items (gx, exp) WHERE gx IS NOT NULL;
    -- Final entries in the order they became final: the outbox of the audit.
    CREATE TABLE finals (seq INTEGER PRIMARY KEY AUTOINCREMENT, pk TEXT NOT NULL, sk TEXT NOT NULL);
    CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
    PRAGMA user_version = ${SCHEMA};
    COMMIT;
  `);
}
