import assert from 'node:assert/strict';
import { it } from 'node:test';
import type {
  Change,
  Condition,
  FailedOp,
  Item,
  Key,
  LedgerStore,
  Op,
  TransactResult,
  Value,
} from '../../lambda/ports/ledger-store.ts';

export const KEY: Key = { pk: 'S#team:search', sk: 'C' };

export function op(key: Key, when: readonly Condition[], set: readonly Change[]): Op {
  return { key, when, set };
}

export function put(attr: string, value: Value): Change {
  return { op: 'put', attr, value };
}

export function add(attr: string, value: bigint): Change {
  return { op: 'add', attr, value };
}

/** Writes an item that does not exist yet. */
export async function given(store: LedgerStore, key: Key, item: Item): Promise<void> {
  const set = Object.entries(item).map(([attr, value]) => put(attr, value));
  assert.deepEqual(await store.transact([op(key, [], set)]), { type: 'done' });
}

/** The attributes beside the key, which a store may or may not repeat. Bytes as an array, so that kinds of buffers compare. */
export function plain(item: Item | undefined): Record<string, unknown> | undefined {
  if (item === undefined) return undefined;
  const { pk, sk, ...attributes } = item;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? [...value] : value,
    ]),
  );
}

export function failedOf(result: TransactResult): { index: number; item: unknown }[] {
  assert.equal(result.type, 'refused');
  const failed: readonly FailedOp[] = result.type === 'refused' ? result.failed : [];
  return failed.map(({ index, item }) => ({ index, item: plain(item) }));
}

export interface Disposable {
  readonly store: LedgerStore;
  dispose(): Promise<void>;
}

/** One case on an empty store of its own. */
export function onStore(
  open: () => Promise<Disposable>,
  title: string,
  run: (store: LedgerStore) => Promise<void>,
): void {
  it(title, async () => {
    const opened = await open();
    try {
      await run(opened.store);
    } finally {
      await opened.dispose();
    }
  });
}
