import assert from 'node:assert/strict';
import { decodeItem } from '../../lambda/adapters/local/sqlite-item.ts';
import { openDatabaseToRead } from '../../lambda/adapters/local/sqlite-schema.ts';
import { counterOf } from '../../lambda/ledger/items.ts';
import type { Item, Key } from '../../lambda/ports/ledger-store.ts';

/** A ledger's items as they lie on disk, and what they add up to. */
export interface Books {
  readonly entries: readonly (Item & Key)[];
  /** By scope, all its counters together. */
  readonly counters: ReadonlyMap<string, Counted>;
  /** Entries held, leases open and journals open, by key. */
  readonly unfinished: readonly string[];
}

export interface Counted {
  /** Used in all, and settled in all, by the counters. */
  readonly used: bigint;
  readonly settled: bigint;
  /** What the final entries were charged. */
  readonly charged: bigint;
  /** The counters as they are. */
  readonly items: readonly Item[];
}

/** Reads the ledger of a data folder that no gateway runs on. */
export function booksOf(folder: string): Books {
  const db = openDatabaseToRead(folder);
  try {
    const rows = db.prepare('SELECT pk, sk, item FROM items').all();
    return addUp(
      rows.map(({ pk, sk, item }) => ({ ...decodeItem(String(item)), pk: String(pk), sk: String(sk) })),
    );
  } finally {
    db.close();
  }
}

export function addUp(items: readonly (Item & Key)[]): Books {
  const entries = items.filter(({ sk, st }) => sk.startsWith('E#') && (st === 'HELD' || st === 'F'));
  const charged = new Map<string, bigint>();
  for (const entry of entries) {
    if (entry['st'] !== 'F') continue;
    // Written by the ledger: JSON objects whose keys are scopes.
    const scopes = Object.keys(JSON.parse(String(entry['sc'] ?? '{}')) as object);
    const other = JSON.parse(String(entry['oc'] ?? '{}')) as Record<string, string>;
    for (const scope of scopes)
      charged.set(scope, (charged.get(scope) ?? 0n) + BigInt(other[scope] ?? number(entry['a'])));
  }
  const counters = new Map<string, Counted>();
  for (const item of items) {
    const scope = counterOf(item)?.scope;
    if (scope === undefined) continue;
    const before = counters.get(scope);
    counters.set(scope, {
      used: (before?.used ?? 0n) + number(item['tu']),
      settled: (before?.settled ?? 0n) + number(item['s']),
      charged: charged.get(scope) ?? 0n,
      items: [...(before?.items ?? []), item],
    });
  }
  const unfinished = items.filter(({ st, gx }) => st === 'HELD' || st === 'OPEN' || gx !== undefined);
  return { entries, counters, unfinished: unfinished.map(({ pk, sk }) => `${pk} ${sk}`) };
}

/** Nothing is held, and every counter says what its final entries were charged. */
export function checkAtRest({ counters, unfinished }: Books): void {
  assert.deepEqual(unfinished, []);
  for (const [scope, { used, settled, charged }] of counters)
    assert.deepEqual({ used, settled }, { used: charged, settled: charged }, scope);
}

function number(value: unknown): bigint {
  return typeof value === 'bigint' ? value : 0n;
}
