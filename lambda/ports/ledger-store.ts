/**
 * The ledger's store as data: items of flat attributes, written by conditional transactions over a closed set of
 * conditions and changes. One pure evaluator defines their meaning; adapters only carry them out.
 */
export type Value = string | bigint | Uint8Array;
export type Item = Readonly<Record<string, Value>>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Holds if the attribute is missing (`absent`), or is present and compares so. Numbers compare as numbers, strings by code unit, bytes never. */
export type Condition =
  | { readonly op: 'absent'; readonly attr: string }
  | { readonly op: 'equals' | 'atMost' | 'atLeast'; readonly attr: string; readonly value: Value };

/**
 * `add` treats a missing attribute as 0; `copy` reads the value from before the write and removes nothing. A copied
 * attribute must exist, which a condition of the same op pins: without it a store may leave the target as it was or
 * answer `unavailable`. The changes of an op are of different attributes, at least one.
 */
export type Change =
  | { readonly op: 'put'; readonly attr: string; readonly value: Value }
  | { readonly op: 'add'; readonly attr: string; readonly value: bigint }
  | { readonly op: 'copy'; readonly attr: string; readonly from: string }
  /** Takes an attribute away, so that an item leaves a sparse index. */
  | { readonly op: 'remove'; readonly attr: string };

/** One conditional write. An item that does not exist yet is created. No two ops of a transaction share a key. */
export interface Op {
  readonly key: Key;
  readonly when: readonly Condition[];
  readonly set: readonly Change[];
}

/** An op whose conditions failed, with the item as it was (undefined: it does not exist). */
export interface FailedOp {
  readonly index: number;
  readonly item: Item | undefined;
}

export type TransactResult =
  | { readonly type: 'done' }
  /** Conditions failed; nothing was written. Lists every op known to have failed, at least one. */
  | { readonly type: 'refused'; readonly failed: readonly FailedOp[] }
  /** Another transaction was in the way; nothing was written. `at`: of which ops, where the store tells. */
  | { readonly type: 'conflict'; readonly at?: readonly number[] }
  /** Throttled or down; nothing was written. */
  | { readonly type: 'unavailable'; readonly reason: string }
  /** The answer was lost: written or not, nobody knows. */
  | { readonly type: 'unknown'; readonly reason: string };

export interface JournalRef {
  readonly pk: string;
  /** Milliseconds since the epoch after which its owner no longer writes. */
  readonly expires: number;
}

/** None of the calls rejects for an outage of `transact`; reads reject with a `TollgateError` `ledger_unavailable`. */
export interface LedgerStore {
  transact(ops: readonly Op[]): Promise<TransactResult>;
  /** Strongly consistent unless `stale` is allowed, which costs half. */
  get(key: Key, read?: 'stale'): Promise<Item | undefined>;
  /** All items of a partition whose sort key is at least `from`, in order, strongly consistent. */
  query(pk: string, from: string): Promise<readonly (Item & Key)[]>;
  /** Journals of one index shard (`gx`, `X0` to `X7`) whose `exp` is below `before`; may lag a little behind writes. */
  openJournals(shard: string, before: number): Promise<readonly JournalRef[]>;
}
