import { evaluate } from '../../lambda/ledger/evaluate.ts';
import type {
  Item,
  JournalRef,
  Key,
  LedgerStore,
  Op,
  TransactResult,
  Value,
} from '../../lambda/ports/ledger-store.ts';

/**
 * What DynamoDB would charge for the calls of a store, by its published rules: a write unit for each KB of an item, the
 * larger of before and after; twice that in a transaction; as much for a condition that fails and for a conflict; one
 * more where the sparse index gains or loses the item. A read unit for each 4 KB, half of it where a stale answer will
 * do. What an op of a failed transaction costs is not published in full; it is counted as if it had been written.
 */
export interface Units {
  writes: number;
  /** Of `writes`, those of the index of open journals. */
  index: number;
  /** Of `writes`, those of calls that wrote nothing. */
  wasted: number;
  reads: number;
  /** Calls of `transact` with one op, and with several. */
  singles: number;
  transactions: number;
}

/** What one op of one call of `transact` has cost. */
export type OnWrite = (key: Key, units: number, result: TransactResult['type']) => void;

/** Counts units of any number of stores over one table; every writer of the table has to come through `around`. */
export class UnitMeter {
  readonly units: Units = { writes: 0, index: 0, wasted: 0, reads: 0, singles: 0, transactions: 0 };
  readonly #items = new Map<string, Item>();
  readonly #onWrite: OnWrite | undefined;

  /** `onWrite` is told of every op: for units by item, by kind of item or by second. */
  constructor(onWrite?: OnWrite) {
    this.#onWrite = onWrite;
  }

  around(store: LedgerStore): LedgerStore {
    return new MeteredStore(store, this);
  }

  /** The same figures now, which do not move on. */
  snapshot(): Readonly<Units> {
    return { ...this.units };
  }

  wrote(ops: readonly Op[], type: TransactResult['type']): void {
    // Throttled or not connected: nothing was worked on.
    if (ops.length === 0 || type === 'unavailable') return;
    if (ops.length === 1) this.units.singles += 1;
    else this.units.transactions += 1;
    for (const op of ops) {
      const { base, index } = this.#costOf(op, type);
      const units = (ops.length === 1 ? base : 2 * base) + index;
      this.units.writes += units;
      this.units.index += index;
      if (type === 'refused' || type === 'conflict') this.units.wasted += units;
      this.#onWrite?.(op.key, units, type);
    }
  }

  read(bytes: number, stale: boolean): void {
    const units = Math.max(1, Math.ceil(bytes / 4096));
    this.units.reads += stale ? units / 2 : units;
  }

  #costOf(op: Op, type: TransactResult['type']): { base: number; index: number } {
    const id = `${op.key.pk}\n${op.key.sk}`;
    const before = this.#items.get(id);
    const after = evaluate(before, { ...op, when: [] });
    const size = Math.max(sizeOf(before), sizeOf(after === undefined ? undefined : { ...after, ...op.key }));
    const base = Math.max(1, Math.ceil(size / 1024));
    if (type === 'refused' || type === 'conflict' || after === undefined) return { base, index: 0 };
    this.#items.set(id, { ...after, ...op.key });
    return { base, index: indexUnits(before, after) };
  }
}

class MeteredStore implements LedgerStore {
  readonly #store: LedgerStore;
  readonly #meter: UnitMeter;

  constructor(store: LedgerStore, meter: UnitMeter) {
    this.#store = store;
    this.#meter = meter;
  }

  async transact(ops: readonly Op[]): Promise<TransactResult> {
    const result = await this.#store.transact(ops);
    this.#meter.wrote(ops, result.type);
    return result;
  }

  async get(key: Key, read?: 'stale'): Promise<Item | undefined> {
    const item = await this.#store.get(key, read);
    this.#meter.read(sizeOf(item), read === 'stale');
    return item;
  }

  async query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    const items = await this.#store.query(pk, from);
    this.#meter.read(
      items.reduce((sum, item) => sum + sizeOf(item), 0),
      false,
    );
    return items;
  }

  async openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    const found = await this.#store.openJournals(shard, before);
    this.#meter.read(
      found.reduce((sum, { pk }) => sum + pk.length + INDEX_ENTRY, 0),
      true,
    );
    return found;
  }
}

/** Bytes of an index entry beside the journal's name: keys and names, and what an index adds to each entry. */
const INDEX_ENTRY = 130;

/** An entry of the index that comes or goes costs one, one that moves to another place both. */
function indexUnits(before: Item | undefined, after: Item): number {
  const [was, is] = [indexEntry(before), indexEntry(after)];
  if (was === is) return 0;
  return was !== undefined && is !== undefined ? 2 : 1;
}

function indexEntry(item: Item | undefined): string | undefined {
  return item?.['gx'] === undefined || item['exp'] === undefined ? undefined : `${item['gx']} ${item['exp']}`;
}

/**
 * Bytes of an item as DynamoDB counts them: names and texts in UTF-8, bytes as they are, and for a number a byte for two
 * significant digits, one more, and one for a sign. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function sizeOf(item: Item | undefined): number {
  if (item === undefined) return 0;
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + sizeOfValue(value);
  return bytes;
}

function sizeOfValue(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'bigint') return value.length;
  const digits = (value < 0n ? -value : value).toString().replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0n ? 1 : 0);
}
