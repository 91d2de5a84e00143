import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { evaluate } from '../../ledger/evaluate.ts';
import type { EntryFeed } from '../../ports/entry-feed.ts';
import type {
  FailedOp,
  Item,
  JournalRef,
  Key,
  LedgerStore,
  Op,
  TransactResult,
} from '../../ports/ledger-store.ts';
import { createFeed } from './sqlite-feed.ts';
import { decodeItem, encodeItem } from './sqlite-item.ts';
import { openDatabase } from './sqlite-schema.ts';

/** Decoded items kept at hand: counters and running entries are read again within moments. */
const CACHED_ITEMS = 10_000;

export interface SqliteLedger {
  readonly store: LedgerStore;
  readonly feed: EntryFeed;
  /** Drops final entries and closed journals that were exported and became final before `beforeMs`. */
  prune(beforeMs: number): void;
  close(): void;
}

interface Write {
  readonly op: Op;
  readonly before: Item | undefined;
  readonly after: Item;
}

/** The ledger on disk. The folder has one owner, so this process may remember what it wrote. */
export function openSqliteLedger(folder: string): SqliteLedger {
  const db = openDatabase(folder);
  const store = new SqliteStore(db);
  return {
    store,
    feed: createFeed(db, (key) => store.read(key)),
    prune: (beforeMs) => store.prune(beforeMs),
    close: () => db.close(),
  };
}

class SqliteStore implements LedgerStore {
  readonly #db: DatabaseSync;
  readonly #cache = new LRUCache<string, Item>({ max: CACHED_ITEMS });
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #final: StatementSync;
  readonly #range: StatementSync;
  readonly #open: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#select = db.prepare('SELECT item FROM items WHERE pk = ? AND sk = ?');
    this.#upsert = db.prepare('INSERT OR REPLACE INTO items (pk, sk, gx, exp, item) VALUES (?, ?, ?, ?, ?)');
    this.#final = db.prepare('INSERT INTO finals (pk, sk) VALUES (?, ?)');
    this.#range = db.prepare('SELECT sk, item FROM items WHERE pk = ? AND sk >= ? ORDER BY sk');
    this.#open = db.prepare('SELECT pk, exp FROM items WHERE gx = ? AND exp < ?');
  }

  async transact(ops: readonly Op[]): Promise<TransactResult> {
    const writes: Write[] = [];
    const failed: FailedOp[] = [];
    try {
      this.#begin.run();
      for (const [index, op] of ops.entries()) {
        const before = this.read(op.key);
        const after = evaluate(before, op);
        if (after === undefined) failed.push({ index, item: before });
        else writes.push({ op, before, after });
      }
      if (failed.length > 0) {
        this.#db.exec('ROLLBACK');
        return { type: 'refused', failed };
      }
      for (const write of writes) this.#write(write);
      this.#commit.run();
    } catch (error) {
      return this.#undo(error);
    }
    for (const { op, after } of writes) this.#remember(op.key, after);
    return { type: 'done' };
  }

  async get(key: Key): Promise<Item | undefined> {
    return this.read(key);
  }

  async query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    return this.#range.all(pk, from).map((row) => {
      const item = { ...decodeItem(String(row['item'])), pk, sk: String(row['sk']) };
      return item;
    });
  }

  async openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    return this.#open
      .all(shard, before)
      .map((row) => ({ pk: String(row['pk']), expires: Number(row['exp']) }));
  }

  read(key: Key): Item | undefined {
    const cached = this.#cache.get(idOf(key));
    if (cached !== undefined) return cached;
    const row = this.#select.get(key.pk, key.sk);
    if (row === undefined) return undefined;
    const item = decodeItem(String(row['item']));
    this.#remember(key, item);
    return item;
  }

  prune(beforeMs: number): void {
    this.#cache.clear();
    const old = this.#db.prepare(`
      SELECT seq, finals.pk AS pk, finals.sk AS sk, item FROM finals JOIN items USING (pk, sk)
      WHERE seq <= (SELECT value FROM marks WHERE name = 'exported') ORDER BY seq LIMIT 10000`);
    const remove = this.#db.prepare('DELETE FROM items WHERE pk = ? AND sk = ?');
    const forget = this.#db.prepare('DELETE FROM finals WHERE seq = ?');
    this.#begin.run();
    for (const row of old.all()) {
      const ttl = decodeItem(String(row['item']))['ttl'];
      // `ttl` is when the entry may go, in seconds; the ledger set it when the entry became final.
      if (typeof ttl !== 'bigint' || Number(ttl) * 1000 > beforeMs) break;
      remove.run(String(row['pk']), String(row['sk']));
      forget.run(Number(row['seq']));
    }
    this.#commit.run();
  }

  #write({ op, before, after }: Write): void {
    const { pk, sk } = op.key;
    const gx = after['gx'];
    const exp = after['exp'];
    this.#upsert.run(
      pk,
      sk,
      typeof gx === 'string' ? gx : null,
      typeof exp === 'bigint' ? exp : null,
      encodeItem(after),
    );
    if (after['st'] === 'F' && before?.['st'] !== 'F') this.#final.run(pk, sk);
  }

  /** Policies are written by the command line, another process, so they are read each time. */
  #remember(key: Key, item: Item): void {
    if (!key.pk.startsWith('P#')) this.#cache.set(idOf(key), item);
  }

  /** Nothing was written: SQLite undoes what was not committed. A disk that fails must not take the process along. */
  #undo(error: unknown): TransactResult {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
    if (code === BUSY || code === LOCKED) return { type: 'conflict' };
    if (code === undefined) throw error;
    return { type: 'unavailable', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Primary result codes of SQLite. */
const BUSY = 5;
const LOCKED = 6;

function idOf(key: Key): string {
  return `${key.pk}\n${key.sk}`;
}
