import type { Nano } from '../core/money.ts';
import type { Change, Condition, Item, Key, Value } from '../ports/ledger-store.ts';

/**
 * The ledger's items, their keys and attribute names, in one place. Amounts are nano-dollars, `exp` is in milliseconds
 * and `ttl` in seconds since the epoch, rates are nanoseconds since the epoch (GCRA).
 *
 * | item    | pk                        | sk         | attributes                                                     |
 * |---------|---------------------------|------------|----------------------------------------------------------------|
 * | counter | `S#<scope>`; of a further | `C`        | for each budget `<b>` with a window: `<b>.id` current window,  |
 * |         | pool `S<pool>#<scope>`    |            | `<b>.used` settled, held and leased in it, `<b>.spent` settled |
 * |         |                           |            | in it, `<b>.prev .prevUsed .prevSpent` of the window before;   |
 * |         |                           |            | `<b>.lim` the scope's limit last applied, for readers only     |
 * |         |                           |            | (`total.lim` too); `tu` used in all, `s` settled in all;       |
 * |         |                           |            | `rt tt` when the bucket of requests, of tokens is empty again; |
 * |         |                           |            | `pl` running requests of a scope with a parallel limit; `ol`   |
 * |         |                           |            | open leases; `q` requests admitted; `cn` number of the config, |
 * |         |                           |            | `cv` version of the policy that limited the last charge        |
 * | policy  | `P#<scope>`               | `P`        | `cv` version, `d` (JSON, policy.ts): overrides, pools, heat    |
 * | head    | `P#`                      | `HEAD`     | `hv` version, `d` (JSON, head.ts): the config in force, stops, |
 * |         |                           |            | scopes with a policy that an operator wrote                    |
 * | config  | `P#`                      | `N#000007` | `d` (JSON): limits of config number 7; never changes           |
 * | header  | `J#<env>.<slot>.<epoch>`  | `#`        | `st` LIVE or CLOSED, `exp`, `own` (whose it is), `gx` index    |
 * |         |                           |            | shard X0 to X7, only while LIVE                                |
 * | entry   | same                      | `E#000001` | `st` HELD or F, `rid`, `e` held, `n` number of top-ups, `sc`   |
 * |         |                           |            | (JSON, pins.ts: where it was charged), `wr` observed limits    |
 * |         |                           |            | that would have refused, the caller's facts; in F also `a`     |
 * |         |                           |            | charged, `oc` (JSON: scopes charged something else than `a`),  |
 * |         |                           |            | `by` self, reaper or posted, `outcome`, `overrun`              |
 * | lease   | same                      | `E#000001` | `st` OPEN or CLOSED, `rid` its own id, `sc` (one scope), `g`   |
 * |         |                           |            | granted, `exp` its end; in CLOSED `sp` spent                   |
 * | void    | same                      | `E#000001` | `st` VOID: this number will never be an entry                  |
 * | fence   | same                      | `E#000001` | `st` FENCE: nor will any number from here on                   |
 * | posted  | `O#<request id>`          | `O`        | `st` POSTED: its cost was charged without an admission, once   |
 * | alert   | `A#<scope>`               | `<window>#<budget>#<mark>` | `st` PENDING or SENT, `at` since when somebody |
 * |         |                           |            | has been publishing it (ms); marks are 50, 80, 100 and `soft`  |
 *
 * Version 1 had no leases and would close a journal that still has some; a header that is not OPEN it leaves alone.
 *
 * Every item also has `v`, the version of this table. Journals, alerts and marks of postings have `ttl`. A budget over a
 * total needs no attributes of its own: it is `tu` and `s`.
 */
export const ITEM_VERSION = 2n;

/** Days that a finished journal stays in the store: long enough to repair an audit from it. */
const KEEP_S = 14n * 86_400n;

export type EntryState = 'HELD' | 'F' | 'VOID' | 'FENCE' | 'OPEN' | 'CLOSED';

/** What a caller's facts may not be called: the ledger's own attributes of an entry, keys and index included. */
const RESERVED: ReadonlySet<string> = new Set(
  'pk sk gx st rid e a n by sc oc wr g sp ttl outcome overrun v'.split(' '),
);

export const ENTRIES_FROM = 'E#';
export const SHARDS: readonly string[] = ['X0', 'X1', 'X2', 'X3', 'X4', 'X5', 'X6', 'X7'];

/** Pool 0 is the counter of a scope that was never split. */
export function counterKey(scope: string, pool = 0): Key {
  return { pk: pool === 0 ? `S#${scope}` : `S${pool}#${scope}`, sk: 'C' };
}

/** The counters of the first `pools` pools. */
export function counterKeys(scope: string, pools: number): readonly Key[] {
  return Array.from({ length: pools }, (_, pool) => counterKey(scope, pool));
}

/** The scope and pool of a counter's key; undefined for every other item. */
export function counterOf(key: Key): { readonly scope: string; readonly pool: number } | undefined {
  if (key.sk !== 'C') return undefined;
  const match = /^S(\d*)#(.*)$/s.exec(key.pk);
  return match === null ? undefined : { scope: match[2] ?? '', pool: Number(match[1] ?? '0') };
}

export function policyKey(scope: string): Key {
  return { pk: `P#${scope}`, sk: 'P' };
}

export const HEAD_KEY: Key = { pk: 'P#', sk: 'HEAD' };

export function configKey(number: number): Key {
  return { pk: 'P#', sk: `N#${String(number).padStart(6, '0')}` };
}

export function alertKey(scope: string, window: string, budgetId: string, mark: number | 'soft'): Key {
  return { pk: `A#${scope}`, sk: `${window}#${budgetId}#${mark}` };
}

export function postedKey(requestId: string): Key {
  return { pk: `O#${requestId}`, sk: 'O' };
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

export function atMost(attr: string, value: bigint): Condition {
  return { op: 'atMost', attr, value };
}

export function absent(attr: string): Condition {
  return { op: 'absent', attr };
}

export function put(attr: string, value: Value): Change {
  return { op: 'put', attr, value };
}

export function add(attr: string, value: bigint): Change {
  return { op: 'add', attr, value };
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
