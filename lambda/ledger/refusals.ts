import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/ids.ts';

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
  readonly #until: LRUCache<string, number>;

  constructor(time: { readonly clock: Clock; readonly random: Random }, max: number) {
    this.#until = new LRUCache({ max });
    this.#clock = time.clock;
    this.#random = time.random;
  }

  note(scope: string): void {
    const ms = SHORTEST_MS + this.#random.next() * (LONGEST_MS - SHORTEST_MS);
    this.#until.set(scope, this.#clock.monotonic() + ms);
  }

  isRecent(scope: string): boolean {
    const until = this.#until.get(scope);
    return until !== undefined && this.#clock.monotonic() < until;
  }
}
