import type {
  Item,
  JournalRef,
  Key,
  LedgerStore,
  Op,
  TransactResult,
} from '../../lambda/ports/ledger-store.ts';
import type { Dice } from './virtual-clock.ts';

/**
 * A store whose answers get lost after the write: the caller of `transact` learns nothing. Reads are not touched. It
 * also remembers which partitions were written to, so that all of a table that no store lists can be read.
 */
export class LossyStore implements LedgerStore {
  readonly #store: LedgerStore;
  readonly #dice: Dice;
  readonly #share: number;
  readonly #partitions = new Set<string>();
  /** Answers lost so far. */
  lost = 0;

  /** `share`: how many of the answers are lost, from 0 to 1. */
  constructor(store: LedgerStore, dice: Dice, share: number) {
    this.#store = store;
    this.#dice = dice;
    this.#share = share;
  }

  async transact(ops: readonly Op[]): Promise<TransactResult> {
    for (const { key } of ops) this.#partitions.add(key.pk);
    const result = await this.#store.transact(ops);
    if (!this.#dice.chance(this.#share)) return result;
    this.lost += 1;
    return { type: 'unknown', reason: 'the answer was lost' };
  }

  get(key: Key, read?: 'stale'): Promise<Item | undefined> {
    return this.#store.get(key, read);
  }

  query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    return this.#store.query(pk, from);
  }

  openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    return this.#store.openJournals(shard, before);
  }

  /** Every item of the partitions that were written to through this store. */
  async items(): Promise<readonly (Item & Key)[]> {
    const all: (Item & Key)[] = [];
    // The least printable character, below every sort key.
    for (const pk of this.#partitions) all.push(...(await this.#store.query(pk, '!')));
    return all;
  }
}
