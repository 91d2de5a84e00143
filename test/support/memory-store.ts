import { evaluate } from '../../lambda/ledger/evaluate.ts';
import type {
  FailedOp,
  Item,
  JournalRef,
  Key,
  LedgerStore,
  Op,
  TransactResult,
} from '../../lambda/ports/ledger-store.ts';

/** The reference store: a map and the evaluator. Simulations wrap it with faults. */
export class MemoryStore implements LedgerStore {
  readonly items = new Map<string, Item & Key>();

  async transact(ops: readonly Op[]): Promise<TransactResult> {
    const failed: FailedOp[] = [];
    const written: [string, Item & Key][] = [];
    for (const [index, op] of ops.entries()) {
      const id = idOf(op.key);
      const before = this.items.get(id);
      const after = evaluate(before, op);
      if (after === undefined) failed.push({ index, item: before });
      else written.push([id, { ...after, ...op.key }]);
    }
    if (failed.length > 0) return { type: 'refused', failed };
    for (const [id, item] of written) this.items.set(id, item);
    return { type: 'done' };
  }

  async get(key: Key): Promise<Item | undefined> {
    return this.items.get(idOf(key));
  }

  async query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    return [...this.items.values()]
      .filter((item) => item.pk === pk && item.sk >= from)
      .sort((a, b) => (a.sk < b.sk ? -1 : 1));
  }

  async openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    return [...this.items.values()]
      .filter(
        (item) => item['gx'] === shard && typeof item['exp'] === 'bigint' && Number(item['exp']) < before,
      )
      .map((item) => ({ pk: item.pk, expires: Number(item['exp']) }));
  }
}

function idOf(key: Key): string {
  return `${key.pk}\n${key.sk}`;
}
