import type {
  Item,
  JournalRef,
  Key,
  LedgerStore,
  Op,
  TransactResult,
} from '../../../lambda/ports/ledger-store.ts';
import { MemoryStore } from '../../support/memory-store.ts';
import type { Dice, VirtualTime } from '../../support/virtual-clock.ts';
import { UnitMeter } from '../../support/write-units.ts';

/** How a DynamoDB table is modelled. Milliseconds; what is not published is an assumption, and named so in the docs. */
export interface Capacity {
  /** From a process to the table and back, each way. */
  readonly wayMs: number;
  /** From the lock of a transaction's items to their release: the one number that only AWS can tell. */
  readonly holdMs: number;
  /** Write units a second of one item (a partition's limit). */
  readonly itemUnits: number;
  /** Read units a second of one item. */
  readonly itemReads: number;
}

export const ASSUMED: Capacity = { wayMs: 1, holdMs: 5, itemUnits: 1_000, itemReads: 3_000 };

interface Bucket {
  level: number;
  at: number;
}

/**
 * A table with the limits that make a counter hot: a transaction locks its items for a while and cancels whatever meets
 * the lock, and an item takes a bounded number of units a second.
 */
export class CapacityStore implements LedgerStore {
  readonly memory = new MemoryStore();
  readonly meter = new UnitMeter();
  conflicts = 0;
  throttles = 0;
  readonly #metered: LedgerStore;
  readonly #time: VirtualTime;
  readonly #dice: Dice;
  readonly #capacity: Capacity;
  readonly #locked = new Set<string>();
  readonly #writes = new Map<string, Bucket>();
  readonly #reads = new Map<string, Bucket>();

  constructor(time: VirtualTime, dice: Dice, capacity: Capacity) {
    this.#time = time;
    this.#dice = dice;
    this.#capacity = capacity;
    this.#metered = this.meter.around(this.memory);
  }

  transact(ops: readonly Op[]): Promise<TransactResult> {
    return this.#travel((done) => {
      if (ops.length === 1) void this.#single(ops).then(done);
      else this.#together(ops, done);
    });
  }

  get(key: Key, read?: 'stale'): Promise<Item | undefined> {
    return this.#travel((done) => {
      const units = read === 'stale' ? 0.5 : 1;
      // A read that is throttled is tried again by the client; here it only takes longer.
      const wait = this.#take(this.#reads, key, units, this.#capacity.itemReads) ? 0 : 50;
      this.#time.schedule(wait, () => void this.#metered.get(key, read).then(done));
    });
  }

  query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    return this.#travel((done) => void this.#metered.query(pk, from).then(done));
  }

  openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    return this.#travel((done) => void this.#metered.openJournals(shard, before).then(done));
  }

  async #single(ops: readonly Op[]): Promise<TransactResult> {
    const stopped = this.#stopped(ops, 1);
    return stopped ?? (await this.#metered.transact(ops));
  }

  /** Locks all items, and writes and releases them together when the time of the transaction is over. */
  #together(ops: readonly Op[], done: (result: TransactResult) => void): void {
    const stopped = this.#stopped(ops, 2);
    if (stopped !== undefined) {
      done(stopped);
      return;
    }
    const ids = ops.map(({ key }) => idOf(key));
    for (const id of ids) this.#locked.add(id);
    this.#time.schedule(this.#about(this.#capacity.holdMs), () => {
      void this.#metered.transact(ops).then((result) => {
        for (const id of ids) this.#locked.delete(id);
        done(result);
      });
    });
  }

  #stopped(ops: readonly Op[], units: number): TransactResult | undefined {
    const at = ops.flatMap(({ key }, index) => (this.#locked.has(idOf(key)) ? [index] : []));
    if (at.length > 0) {
      this.conflicts += 1;
      this.meter.wrote(ops, 'conflict');
      for (const { key } of ops) this.#take(this.#writes, key, units, this.#capacity.itemUnits);
      return { type: 'conflict', at };
    }
    const free = ops.every(({ key }) => this.#take(this.#writes, key, units, this.#capacity.itemUnits));
    if (free) return undefined;
    this.throttles += 1;
    return { type: 'unavailable', reason: 'throttled' };
  }

  /** Whether an item has that many units left now; a second's worth at most is saved up. */
  #take(buckets: Map<string, Bucket>, key: Key, units: number, perSecond: number): boolean {
    const id = idOf(key);
    const now = this.#time.now;
    const bucket = buckets.get(id) ?? { level: perSecond, at: now };
    bucket.level = Math.min(perSecond, bucket.level + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    buckets.set(id, bucket);
    if (bucket.level < units) return false;
    bucket.level -= units;
    return true;
  }

  #travel<T>(arrive: (done: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve) => {
      this.#time.schedule(this.#about(this.#capacity.wayMs), () => {
        arrive((value) => {
          this.#time.schedule(this.#about(this.#capacity.wayMs), () => resolve(value));
        });
      });
    });
  }

  #about(ms: number): number {
    return ms * (0.7 + 0.6 * this.#dice.next());
  }
}

function idOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}
