import type { DatabaseSync } from 'node:sqlite';
import type { LedgerStore, Op, TransactResult } from '../../ports/ledger-store.ts';
import { Batch } from './sqlite-batch.ts';
import { openDatabase, openDatabaseToRead, reasonOf, SQLITE, sqliteCode } from './sqlite-schema.ts';
import { SqliteTable } from './sqlite-table.ts';

/** A ledger beside the gateway that owns it: everything can be read, and of all items only policies can be written. */
export interface SqlitePolicies {
  readonly store: LedgerStore;
  /** The database, for scans. */
  readonly db: DatabaseSync;
  close(): void;
}

/** Keys of the items that the owner reads anew each time: policies, the head, configs. */
const POLICY = 'P#';

/**
 * Opens the ledger of a folder that another process may own. The owner remembers what it wrote and would not notice
 * a foreign write, except of policies; a write of anything else is a bug here and throws. Throws a `LedgerFileError`.
 */
export function openSqlitePolicies(folder: string): SqlitePolicies {
  const db = openDatabaseToRead(folder);
  let writer: DatabaseSync | undefined;
  return {
    db,
    store: {
      // A new table for each read, because this process does not see what the owner writes meanwhile.
      get: async (key) => new SqliteTable(db).read(key),
      query: async (pk, from) => new SqliteTable(db).range(pk, from),
      openJournals: async (shard, before) => new SqliteTable(db).openJournals(shard, before),
      transact: async (ops) => {
        const foreign = ops.find(({ key }) => !key.pk.startsWith(POLICY));
        if (foreign !== undefined) throw new Error(`Bug! ${foreign.key.pk} is written by its owner alone`);
        writer ??= openDatabase(folder);
        return transact(new SqliteTable(writer), ops);
      },
    },
    close() {
      db.close();
      writer?.close();
    },
  };
}

/** Waits for the owner as long as the database is set to; then the result is a conflict, to be tried again. */
function transact(table: SqliteTable, ops: readonly Op[]): TransactResult {
  try {
    table.begin();
    const batch = new Batch(table);
    const result = batch.decide(ops);
    // No policy is a final entry, so no number is used up.
    batch.write(0);
    table.commit();
    return result;
  } catch (error) {
    table.rollback();
    const code = sqliteCode(error);
    if (code === undefined) throw error;
    if (code === SQLITE.BUSY || code === SQLITE.LOCKED) return { type: 'conflict' };
    return { type: 'unavailable', reason: reasonOf(error) };
  }
}
