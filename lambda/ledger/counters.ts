import { LRUCache } from 'lru-cache';
import type { Item, Op } from '../ports/ledger-store.ts';
import { evaluate } from './evaluate.ts';

/** Counters remembered by one process; at half a kilobyte each some 1 MB. One that fell out costs one more try. */
const MAX_COUNTERS = 2_000;

const NOTHING: Item = {};

/**
 * The counters as last seen. They only make the first try of a write likely to succeed, and fill the headers that say
 * what is left: no decision rests on them, so they need not be right.
 */
export class Counters {
  readonly #seen = new LRUCache<string, Item>({ max: MAX_COUNTERS });

  /** Undefined if never seen; an empty item if it was seen not to exist. */
  seen(scope: string): Item | undefined {
    return this.#seen.get(scope);
  }

  saw(scope: string, item: Item | undefined): void {
    this.#seen.set(scope, item ?? NOTHING);
  }

  /** Repeats a write that has worked. A change of something never seen teaches nothing, except where it created it. */
  wrote(scope: string, op: Op, created: boolean): void {
    const before = this.#seen.get(scope) ?? (created ? NOTHING : undefined);
    if (before === undefined) return;
    const after = evaluate(before, { key: op.key, when: [], set: op.set });
    if (after !== undefined) this.#seen.set(scope, after);
  }
}
