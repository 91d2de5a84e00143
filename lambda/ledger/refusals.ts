import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/ids.ts';
import type { Refusal } from './ledger.ts';

/** Milliseconds that a refusal is remembered at least, and at most. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 5_000;

/**
 * Scopes that had no room a moment ago. While one is remembered, a request reads the counter before it writes: a client
 * that loops on a refusal then costs a read each time instead of a transaction.
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #recent: LRUCache<string, { readonly refusal: Refusal; readonly until: number }>;

  constructor(time: { readonly clock: Clock; readonly random: Random }, max: number) {
    this.#recent = new LRUCache({ max });
    this.#clock = time.clock;
    this.#random = time.random;
  }

  note(refusal: Refusal): void {
    // One that is told again stays as old as it is, or it would never be looked into.
    if (this.recent(refusal.scope) !== undefined) return;
    const ms = SHORTEST_MS + this.#random.next() * (LONGEST_MS - SHORTEST_MS);
    this.#recent.set(refusal.scope, { refusal, until: this.#clock.monotonic() + ms });
  }

  recent(scope: string): Refusal | undefined {
    const known = this.#recent.get(scope);
    return known !== undefined && this.#clock.monotonic() < known.until ? known.refusal : undefined;
  }
}
