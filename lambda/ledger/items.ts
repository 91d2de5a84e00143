import type { Nano } from '../core/money.ts';
import type { Change, Condition, Item, Key, Value } from '../ports/ledger-store.ts';

/**
 * The ledger's items, their keys and attribute names, in one place. Amounts are nano-dollars, `exp` is in milliseconds
 * and `ttl` in seconds since the epoch.
 *
 * | item    | pk                        | sk         | attributes                                                     |
 * |---------|---------------------------|------------|----------------------------------------------------------------|
 * | counter | `S#<scope>`               | `C`        | for each budget `<b>` with a window: `<b>.id` current window,  |
 * |         |                           |            | `<b>.used` held and settled in it, `<b>.prev` the window       |
 * |         |                           |            | before, `<b>.prevUsed`; `tu` used in all, `s` settled in all   |
 * | header  | `J#<env>.<slot>.<epoch>`  | `#`        | `st` OPEN or CLOSED, `exp`, `own` (whose it is), `gx` index    |
 * |         |                           |            | shard X0 to X7, only while OPEN                                |
 * | entry   | same                      | `E#000001` | `st` HELD or F, `rid`, `e` held, `n` number of top-ups, `sc`   |
 * |         |                           |            | (JSON: window ids by budget by scope), the caller's facts; in  |
 * |         |                           |            | F also `a` charged, `by` self or reaper, `outcome`, `overrun`  |
 * | void    | same                      | `E#000001` | `st` VOID: this number will never be an entry                  |
 * | fence   | same                      | `E#000001` | `st` FENCE: nor will any number from here on                   |
 *
 * Every item also has `v`, the version of this table, and all but counters have `ttl`. A budget over a total needs no
 * attributes of its own: it is `tu`.
 */
export const ITEM_VERSION = 1n;

/** Days that a finished journal stays in the store: long enough to repair an audit from it. */
const KEEP_S = 14n * 86_400n;

export type EntryState = 'HELD' | 'F' | 'VOID' | 'FENCE';

/** What a caller's facts may not be called: the ledger's own attributes of an entry, keys and index included. */
const RESERVED: ReadonlySet<string> = new Set('pk sk gx st rid e a n by sc ttl outcome overrun v'.split(' '));

export const ENTRIES_FROM = 'E#';
export const SHARDS: readonly string[] = ['X0', 'X1', 'X2', 'X3', 'X4', 'X5', 'X6', 'X7'];

export function counterKey(scope: string): Key {
  return { pk: `S#${scope}`, sk: 'C' };
}

export function journalPk(environment: string, slot: number, epoch: number): string {
  return `J#${environment}.${slot}.${epoch}`;
}

export function headerKey(journal: string): Key {
  return { pk: journal, sk: '#' };
}

export function entryKey(journal: string, number: number): Key {
  return { pk: journal, sk: ENTRIES_FROM + String(number).padStart(6, '0') };
}

export function entryNumber(key: Key): number {
  return Number(key.sk.slice(ENTRIES_FROM.length));
}

export function equals(attr: string, value: Value): Condition {
  return { op: 'equals', attr, value };
}

export function absent(attr: string): Condition {
  return { op: 'absent', attr };
}

export function put(attr: string, value: Value): Change {
  return { op: 'put', attr, value };
}

export function expiry(nowMs: number): Change {
  return put('ttl', BigInt(Math.floor(nowMs / 1000)) + KEEP_S);
}

export function putFacts(set: Change[], facts: Readonly<Record<string, Value>>): void {
  for (const attr of Object.keys(facts)) {
    const value = facts[attr];
    if (RESERVED.has(attr)) throw new Error(`Bug! The fact ${attr} has the name of a ledger attribute`);
    if (value !== undefined) set.push(put(attr, value));
  }
}

/** A number of an item, 0 where it is missing, as `add` reads it. */
export function amount(item: Item | undefined, attr: string): Nano {
  const value = item?.[attr];
  // A brand for money costs no check at run time; the type of the attribute was checked.
  return (typeof value === 'bigint' ? value : 0n) as Nano;
}

export function text(item: Item | undefined, attr: string): string | undefined {
  const value = item?.[attr];
  return typeof value === 'string' ? value : undefined;
}
