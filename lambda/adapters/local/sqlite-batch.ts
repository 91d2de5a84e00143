import { evaluate } from '../../ledger/evaluate.ts';
import type { FailedOp, Item, Key, Op, TransactResult } from '../../ports/ledger-store.ts';
import { idOf, type SqliteTable } from './sqlite-table.ts';

interface Staged {
  readonly key: Key;
  item: Item;
}

/**
 * Transactions that are committed together. Each is decided on what those before it leave behind, as if they ran one
 * after the other; an item that several of them change, such as the counter of a busy team, is written once.
 */
export class Batch {
  readonly #table: SqliteTable;
  readonly #staged = new Map<string, Staged>();
  readonly #finals: Key[] = [];

  constructor(table: SqliteTable) {
    this.#table = table;
  }

  decide(ops: readonly Op[]): TransactResult {
    const failed: FailedOp[] = [];
    const writes: { readonly op: Op; readonly before: Item | undefined; readonly after: Item }[] = [];
    for (const [index, op] of ops.entries()) {
      const before = this.#staged.get(idOf(op.key))?.item ?? this.#table.read(op.key);
      const after = evaluate(before, op);
      if (after === undefined) failed.push({ index, item: before });
      else writes.push({ op, before, after });
    }
    if (failed.length > 0) return { type: 'refused', failed };
    for (const { op, before, after } of writes) {
      this.#stage(op.key, after);
      if (after['st'] === 'F' && before?.['st'] !== 'F') this.#finals.push(op.key);
    }
    return { type: 'done' };
  }

  /** Writes what was decided, the final entries numbered from `seq` on. Returns the number after the last. */
  write(seq: number): number {
    for (const { key, item } of this.#staged.values()) this.#table.write(key, item);
    this.#finals.forEach((key, index) => {
      this.#table.writeFinal(seq + index, key);
    });
    return seq + this.#finals.length;
  }

  /** To be called once it is committed. */
  remember(): void {
    for (const { key, item } of this.#staged.values()) this.#table.remember(key, item);
  }

  #stage(key: Key, item: Item): void {
    const staged = this.#staged.get(idOf(key));
    if (staged === undefined) this.#staged.set(idOf(key), { key, item });
    else staged.item = item;
  }
}
