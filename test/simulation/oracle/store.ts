import { evaluate } from '../../../lambda/ledger/evaluate.ts';
import { counterOf } from '../../../lambda/ledger/items.ts';
import type {
  FailedOp,
  Item,
  JournalRef,
  Key,
  LedgerStore,
  Op,
  TransactResult,
} from '../../../lambda/ports/ledger-store.ts';
import type { Past } from '../../support/ledger-faults.ts';

export type Stored = Item & Key;

export function isPolicy({ pk, sk }: Key): boolean {
  return sk === 'P' && pk.startsWith('P#');
}

/** One item before and after a committed write. */
export interface Written {
  readonly before: Stored | undefined;
  readonly after: Stored;
}

/** An item as it was from some moment on. */
export interface Version {
  readonly at: number;
  readonly item: Stored;
}

/**
 * The store of a simulation: no call scans what it need not, and whoever has to judge is told of every committed write
 * while nothing else can happen.
 */
export class SimulatedStore implements LedgerStore, Past {
  readonly #partitions = new Map<string, Map<string, Stored>>();
  readonly #open = new Map<string, Stored>();
  /** Of counters: an answer is honest if the store looked so a moment ago. */
  readonly #history = new Map<string, Version[]>();
  readonly #now: () => number;
  readonly #committed: (written: readonly Written[], ops: readonly Op[]) => void;

  constructor(now: () => number, committed: (written: readonly Written[], ops: readonly Op[]) => void) {
    this.#now = now;
    this.#committed = committed;
  }

  async transact(ops: readonly Op[]): Promise<TransactResult> {
    let failed: FailedOp[] | undefined;
    const written: Written[] = [];
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index]!;
      const before = this.find(op.key);
      const after = evaluate(before, op);
      if (after !== undefined) written.push({ before, after: { ...after, pk: op.key.pk, sk: op.key.sk } });
      else {
        failed ??= [];
        failed.push({ index, item: before });
      }
    }
    if (failed !== undefined) return { type: 'refused', failed };
    for (const { after } of written) this.#put(after);
    this.#committed(written, ops);
    return { type: 'done' };
  }

  async get(key: Key): Promise<Item | undefined> {
    return this.find(key);
  }

  async query(pk: string, from: string): Promise<readonly Stored[]> {
    return this.partition(pk).filter(({ sk }) => sk >= from);
  }

  async openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    const found: JournalRef[] = [];
    for (const item of this.#open.values()) {
      const expires = Number(item['exp']);
      if (item['gx'] === shard && expires < before) found.push({ pk: item.pk, expires });
    }
    return found;
  }

  before(key: Key): Item | undefined {
    return this.#history.get(key.pk)?.at(-2)?.item;
  }

  find(key: Key): Stored | undefined {
    return this.#partitions.get(key.pk)?.get(key.sk);
  }

  /** The items of a partition in order. */
  partition(pk: string): Stored[] {
    return [...(this.#partitions.get(pk)?.values() ?? [])].sort((a, b) => (a.sk < b.sk ? -1 : 1));
  }

  partitions(): readonly string[] {
    return [...this.#partitions.keys()];
  }

  /** The versions of a counter, the oldest first. */
  versions(pk: string): readonly Version[] {
    return this.#history.get(pk) ?? [];
  }

  #put(item: Stored): void {
    let partition = this.#partitions.get(item.pk);
    if (partition === undefined) {
      partition = new Map();
      this.#partitions.set(item.pk, partition);
    }
    partition.set(item.sk, item);
    if (item.sk === '#') {
      if (item['gx'] === undefined) this.#open.delete(item.pk);
      else this.#open.set(item.pk, item);
    } else if (counterOf(item) !== undefined) {
      const versions = this.#history.get(item.pk);
      const version = { at: this.#now(), item };
      if (versions === undefined) this.#history.set(item.pk, [version]);
      else versions.push(version);
    }
  }
}
