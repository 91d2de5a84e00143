import { LRUCache } from 'lru-cache';
import type { Received } from './states.ts';

/** Principals whose refusals are counted apart; the least recent one makes room. */
const PRINCIPALS = 1_000;

/** A row to write: the request it tells of, and how many like it it stands for. */
export interface RefusalRow {
  readonly state: Received;
  readonly count: number;
}

interface Second {
  readonly at: number;
  rows: number;
  /** The last refusal that got no row of its own, and how many there were. */
  waiting: RefusalRow | undefined;
}

/**
 * A client that loops on a refusal must not make the ledger its victim. Up to a rate each refusal has its row; those
 * beyond it in one second become one row with their count, written with the principal's next refusal or at shutdown.
 */
export class RefusalRows {
  readonly #perSecond: number;
  readonly #principals: LRUCache<string, Second>;
  #displaced: RefusalRow[] = [];

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#principals = new LRUCache<string, Second>({
      max: PRINCIPALS,
      dispose: ({ waiting }) => {
        if (waiting !== undefined) this.#displaced.push(waiting);
      },
    });
  }

  /** The rows to write now that this refusal happened; empty where it only counts. */
  take(principal: string, state: Received, nowMs: number): readonly RefusalRow[] {
    const at = Math.floor(nowMs / 1000);
    const second = this.#principals.get(principal);
    if (second === undefined || second.at !== at) {
      // Replacing an entry disposes of it, which moves what waited there to the displaced ones.
      this.#principals.set(principal, { at, rows: 1, waiting: undefined });
      return [...this.#takeDisplaced(), { state, count: 1 }];
    }
    if (second.rows < this.#perSecond) {
      second.rows += 1;
      return [{ state, count: 1 }];
    }
    second.waiting = { state, count: (second.waiting?.count ?? 0) + 1 };
    return [];
  }

  /** Everything that still waits; for shutdown. */
  flush(): readonly RefusalRow[] {
    this.#principals.clear();
    return this.#takeDisplaced();
  }

  #takeDisplaced(): readonly RefusalRow[] {
    const rows = this.#displaced;
    this.#displaced = [];
    return rows;
  }
}
