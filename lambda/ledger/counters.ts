import { LRUCache } from 'lru-cache';
import type { Item, Key, Op } from '../ports/ledger-store.ts';
import { evaluate } from './evaluate.ts';

const NOTHING: Item = {};

/**
 * The counters as last seen. They only make the first try of a write likely to succeed, and fill the headers that say
 * what is left: no decision rests on them, so they need not be right.
 */
export class Counters {
  readonly #seen: LRUCache<string, Item>;

  constructor(max: number) {
    this.#seen = new LRUCache({ max });
  }

  /** Undefined if never seen; an empty item if it was seen not to exist. */
  seen(key: Key): Item | undefined {
    return this.#seen.get(key.pk);
  }

  saw(key: Key, item: Item | undefined): void {
    this.#seen.set(key.pk, item ?? NOTHING);
  }

  /** Repeats a write that has worked. A change of something never seen teaches nothing, except where it created it. */
  wrote(op: Op, created: boolean): void {
    const before = this.#seen.get(op.key.pk) ?? (created ? NOTHING : undefined);
    if (before === undefined) return;
    const after = evaluate(before, { key: op.key, when: [], set: op.set });
    if (after !== undefined) this.#seen.set(op.key.pk, after);
  }
}
