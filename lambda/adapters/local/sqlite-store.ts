import type { EntryFeed } from '../../ports/entry-feed.ts';
import type { Item, JournalRef, Key, LedgerStore, Op, TransactResult } from '../../ports/ledger-store.ts';
import { Batch } from './sqlite-batch.ts';
import { createFeed } from './sqlite-feed.ts';
import { openDatabase, openDatabaseToRead, reasonOf, SQLITE, sqliteCode } from './sqlite-schema.ts';
import { SqliteTable } from './sqlite-table.ts';

/** Transactions of one commit: some milliseconds, in which nothing else runs. */
const BATCH = 256;

export interface SqliteLedger {
  readonly store: LedgerStore;
  readonly feed: EntryFeed;
  /** Drops closed journals with their entries, once all are exported and their `ttl` lies before `beforeMs`. */
  prune(beforeMs: number): void;
  /** Commits what was asked for and closes the file. Later writes are `unavailable`. */
  close(): void;
}

/** Reads a ledger beside the gateway that owns it. */
export interface SqliteReader extends Pick<LedgerStore, 'get' | 'query'> {
  close(): void;
}

/** The ledger on disk. The folder has one owner, so this process may remember what it wrote. Throws a `LedgerFileError`. */
export function openSqliteLedger(folder: string): SqliteLedger {
  const db = openDatabase(folder);
  const table = new SqliteTable(db);
  const store = new SqliteStore(table);
  return {
    store,
    feed: createFeed(db, (key) => table.read(key)),
    prune: (beforeMs) => table.prune(beforeMs),
    close() {
      store.flush();
      if (db.isOpen) db.close();
    },
  };
}

/** Opens the ledger of a folder that another process may own, as its state was at each read. Throws a `LedgerFileError`. */
export function openSqliteReader(folder: string): SqliteReader {
  const db = openDatabaseToRead(folder);
  return {
    // A new table for each read, because this process does not see what the owner writes meanwhile.
    get: async (key) => new SqliteTable(db).read(key),
    query: async (pk, from) => new SqliteTable(db).range(pk, from),
    close: () => db.close(),
  };
}

interface Waiting {
  readonly ops: readonly Op[];
  readonly resolve: (result: TransactResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Transactions asked for in one turn of the event loop share a commit, which is most of their cost. None is answered
 * before its commit.
 */
export class SqliteStore implements LedgerStore {
  readonly #table: SqliteTable;
  #lastFinal: number;
  #waiting: Waiting[] = [];

  constructor(table: SqliteTable) {
    this.#table = table;
    this.#lastFinal = table.lastFinal();
  }

  transact(ops: readonly Op[]): Promise<TransactResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ ops, resolve, reject }) === 1) setImmediate(() => this.flush());
    });
  }

  async get(key: Key): Promise<Item | undefined> {
    return this.#table.read(key);
  }

  async query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    return this.#table.range(pk, from);
  }

  async openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    return this.#table.openJournals(shard, before);
  }

  /** Commits all that waits. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < waiting.length; at += BATCH) this.#commit(waiting.slice(at, at + BATCH));
  }

  #commit(waiting: readonly Waiting[]): void {
    const batch = new Batch(this.#table);
    const answers: (() => void)[] = [];
    try {
      this.#table.begin();
      for (const { ops, resolve, reject } of waiting) {
        try {
          const result = batch.decide(ops);
          answers.push(() => resolve(result));
        } catch (error) {
          if (sqliteCode(error) !== undefined) throw error;
          answers.push(() => reject(error));
        }
      }
      const next = batch.write(this.#lastFinal + 1);
      this.#table.commit();
      this.#lastFinal = next - 1;
    } catch (error) {
      this.#table.rollback();
      const result = undone(error);
      for (const { resolve } of waiting) resolve(result);
      return;
    }
    batch.remember();
    for (const answer of answers) answer();
  }
}

/** Nothing was written: SQLite undoes what was not committed. A disk that fails must not take the process along. */
function undone(error: unknown): TransactResult {
  const code = sqliteCode(error);
  if (code === SQLITE.BUSY || code === SQLITE.LOCKED) return { type: 'conflict' };
  return { type: 'unavailable', reason: reasonOf(error) };
}
