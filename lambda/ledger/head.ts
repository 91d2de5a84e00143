import { isRecord } from '../core/json-value.ts';
import type { Change, Item, Op } from '../ports/ledger-store.ts';
import { absent, amount, equals, HEAD_KEY, ITEM_VERSION, put, text } from './items.ts';
import type { Decree } from './policy.ts';

export type StopKind = 'model' | 'provider' | 'team' | 'app';

/** A model, provider, team or app that an operator has disabled. An app is named `team/app`. */
export interface Stop extends Decree {
  readonly kind: StopKind;
  readonly name: string;
}

/** What every process must know within seconds, in one item that each reads again and again. */
export interface Head {
  readonly version: bigint;
  /** The config whose limits are in force: its number, and the hash of its limits. 0: none was ever proposed. */
  readonly number: number;
  readonly hash: string;
  /** By line of deployments (a function's name; `local`): what is added to its own count to get a config's number. */
  readonly lines: Readonly<Record<string, number>>;
  readonly stops: readonly Stop[];
  /** Scopes whose policy an operator wrote, with the version of it. */
  readonly policies: Readonly<Record<string, string>>;
}

export const NO_HEAD: Head = { version: 0n, number: 0, hash: '', lines: {}, stops: [], policies: {} };

/** Throws a `TypeError` for an item that no version of tollgate has written. */
export function readHead(item: Item | undefined): Head {
  const written = text(item, 'd');
  if (written === undefined) return NO_HEAD;
  const value: unknown = JSON.parse(written);
  if (!isRecord(value)) throw new TypeError('Bug! The head is not an object');
  // What is written here was checked when it was made, and only the ledger writes it.
  return { ...NO_HEAD, ...(value as Partial<Head>), version: amount(item, 'hv') };
}

/** Writes the head after the one that was read, with a version of its own. */
export function headOp(before: Head, after: Head): Op {
  const pin = before.version === NO_HEAD.version ? absent('hv') : equals('hv', before.version);
  return { key: HEAD_KEY, when: [pin], set: headChanges({ ...after, version: before.version + 1n }) };
}

/** The changes that write the head, with its own version. */
export function headChanges({ version, ...rest }: Head): readonly Change[] {
  return [put('d', JSON.stringify(rest)), put('hv', version), put('v', ITEM_VERSION)];
}
