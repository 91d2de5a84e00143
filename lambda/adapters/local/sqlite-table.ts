import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import type { Item, JournalRef, Key } from '../../ports/ledger-store.ts';
import { decodeItem, encodeItem } from './sqlite-item.ts';

/** Decoded items kept at hand, some 8 MB: counters and running entries are read again within moments. */
const CACHED_ITEMS = 4_000;

/** Journals dropped by one pruning. Each takes milliseconds, in which nothing else runs. */
const PRUNED_JOURNALS = 8;

/** The tables of the ledger, statement by statement, with the items last read or written kept decoded. */
export class SqliteTable {
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
    this.#upsert = db.prepare(`
      INSERT INTO items (pk, sk, gx, exp, item) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET gx = excluded.gx, exp = excluded.exp, item = excluded.item`);
    this.#final = db.prepare('INSERT INTO finals (seq, pk, sk) VALUES (?, ?, ?)');
    this.#range = db.prepare('SELECT sk, item FROM items WHERE pk = ? AND sk >= ? ORDER BY sk');
    this.#open = db.prepare('SELECT pk, exp FROM items WHERE gx = ? AND exp < ? ORDER BY exp');
  }

  /** Begins a transaction that writes. */
  begin(): void {
    this.#begin.run();
  }

  commit(): void {
    this.#commit.run();
  }

  /** Undoes what was not committed. Never throws: SQLite has often done so by itself. */
  rollback(): void {
    try {
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // The next BEGIN tells.
    }
  }

  read(key: Key): Item | undefined {
    const cached = this.#cache.get(idOf(key));
    if (cached !== undefined) return cached;
    const row = this.#select.get(key.pk, key.sk);
    if (row === undefined) return undefined;
    const item = decodeItem(String(row['item']));
    this.remember(key, item);
    return item;
  }

  write({ pk, sk }: Key, item: Item): void {
    const { gx, exp } = item;
    this.#upsert.run(
      pk,
      sk,
      typeof gx === 'string' ? gx : null,
      typeof exp === 'bigint' ? exp : null,
      encodeItem(item),
    );
  }

  /** To be told only what is committed. Policies are written by the command line, another process, so they are read each time. */
  remember(key: Key, item: Item): void {
    if (!key.pk.startsWith('P#')) this.#cache.set(idOf(key), item);
  }

  writeFinal(seq: number, { pk, sk }: Key): void {
    this.#final.run(seq, pk, sk);
  }

  /** The highest number that a final entry ever had: a number that was exported must not come again. */
  lastFinal(): number {
    const row = this.#db
      .prepare(
        'SELECT max(coalesce(max(seq), 0), (SELECT coalesce(max(value), 0) FROM marks)) AS last FROM finals',
      )
      .get();
    return Number(row?.['last'] ?? 0);
  }

  range(pk: string, from: string): readonly (Item & Key)[] {
    return this.#range
      .all(pk, from)
      .map((row) => ({ ...decodeItem(String(row['item'])), pk, sk: String(row['sk']) }));
  }

  openJournals(shard: string, before: number): readonly JournalRef[] {
    return this.#open
      .all(shard, before)
      .map((row) => ({ pk: String(row['pk']), expires: Number(row['exp']) }));
  }

  prune(beforeMs: number): void {
    const waiting = new Set(this.#db.prepare('SELECT DISTINCT pk FROM finals').all().map(pkOf));
    const old: string[] = [];
    for (const row of this.#db.prepare("SELECT pk, item FROM items WHERE sk = '#'").iterate()) {
      const { st, ttl } = decodeItem(String(row['item']));
      if (st !== 'CLOSED' || typeof ttl !== 'bigint' || Number(ttl) * 1000 >= beforeMs) continue;
      if (!waiting.has(pkOf(row))) old.push(pkOf(row));
      if (old.length === PRUNED_JOURNALS) break;
    }
    if (old.length === 0) return;
    const remove = this.#db.prepare('DELETE FROM items WHERE pk = ?');
    for (const pk of old) remove.run(pk);
    this.#cache.clear();
  }
}

function pkOf(row: Readonly<Record<string, unknown>>): string {
  return String(row['pk']);
}

export function idOf(key: Key): string {
  return `${key.pk}\n${key.sk}`;
}
