import type { LimitsConfig } from '../core/config/schema.ts';
import { TollgateError } from '../core/errors.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import { type Head, headOp } from './head.ts';
import { headOf } from './in-force.ts';
import { configKey, ITEM_VERSION, put } from './items.ts';

/** The config that a process was deployed with. */
export interface OwnConfig {
  readonly limits: LimitsConfig;
  /** Of the limits alone: a deploy that does not change them proposes nothing. */
  readonly hash: string;
  /** The line of deployments that `count` counts in: the function's name on AWS, `local` otherwise. */
  readonly line: string;
  /** The published version, which only grows within its line; undefined: every change of the hash is a newer config. */
  readonly count: number | undefined;
}

/** Tries against processes of the same deployment that propose the same at once. */
const TRIES = 10;

/**
 * Puts the limits of a newer config in force, as one change of the head that all processes read. A version that is older
 * than the one in force (a rollback of the alias) changes nothing and works under the newer limits. Returns the head as
 * it is then; rejects while the store is away.
 */
export async function proposed(store: LedgerStore, found: Head, own: OwnConfig): Promise<Head> {
  const { budgets, rates } = own.limits;
  let head = found;
  for (let left = TRIES; left > 0; left--) {
    // Where versions are counted, an equal config still gets its number: what an operator applies later must be newer.
    if (head.number > 0 && head.hash === own.hash && own.count === undefined) return head;
    const next = successor(head, own);
    if (next === undefined) return head;
    const result = await store.transact([
      headOp(head, next),
      {
        key: configKey(next.number),
        when: [],
        set: [put('d', JSON.stringify({ budgets, rates })), put('v', ITEM_VERSION)],
      },
    ]);
    if (result.type === 'done') return next;
    head = await headOf(store);
  }
  throw new TollgateError('ledger_unavailable', 'the limits of this config could not be put in force');
}

/** The head under this config; undefined where a newer one is in force. */
function successor(head: Head, { hash, line, count }: OwnConfig): Head | undefined {
  const version = head.version + 1n;
  if (count === undefined) return { ...head, version, number: head.number + 1, hash, lines: movedOn(head) };
  // A line that nobody knows begins above all others: a stack that was deleted and deployed again counts from 1.
  const added = head.lines[line] ?? head.number + 1 - count;
  const number = added + count;
  if (number <= head.number) return undefined;
  return { ...head, version, number, hash, lines: { ...head.lines, [line]: added } };
}

/** Lines whose versions come above a number that is of none of them, from the next one that is published. */
export function movedOn({ lines }: Head): Head['lines'] {
  return Object.fromEntries(Object.entries(lines).map(([line, added]) => [line, added + 1]));
}
