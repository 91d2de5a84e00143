import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.ts';
import type { HeatRules } from './heat-rules.ts';

/** Weight of the newest interval between two requests. */
const NEWEST = 0.2;

interface Measured {
  /** Milliseconds of the last request, monotonic. */
  lastAt: number;
  /** Smoothed milliseconds between two requests; undefined until there were two. */
  interval: number | undefined;
  /** When the last conflicts were, monotonic; as many as make a stampede. */
  conflicts: number[];
  /** When its policy was last read, monotonic. */
  readAt: number;
}

/** How often this process asks for a scope, and how often it found others in the way. */
export class Heat {
  readonly #clock: Clock;
  readonly #rules: HeatRules;
  readonly #scopes: LRUCache<string, Measured>;

  constructor(clock: Clock, rules: HeatRules, max: number) {
    this.#scopes = new LRUCache({ max });
    this.#clock = clock;
    this.#rules = rules;
  }

  request(scope: string): void {
    const now = this.#clock.monotonic();
    const known = this.#scopes.get(scope);
    if (known === undefined) {
      this.#scopes.set(scope, { lastAt: now, interval: undefined, conflicts: [], readAt: now });
      return;
    }
    const interval = now - known.lastAt;
    known.lastAt = now;
    known.interval =
      known.interval === undefined ? interval : known.interval * (1 - NEWEST) + interval * NEWEST;
  }

  conflict(scope: string): void {
    const conflicts = this.#scopes.get(scope)?.conflicts;
    if (conflicts === undefined) return;
    conflicts.push(this.#clock.monotonic());
    if (conflicts.length > this.#rules.stampede) conflicts.shift();
  }

  /**
   * How often others were in the way just now: `hot`, or a `stampede` that cannot wait. Asking takes the mark away, but
   * not that of a stampede that is still on its way.
   */
  takeHot(scope: string): 'hot' | 'stampede' | undefined {
    const known = this.#scopes.get(scope);
    if (known === undefined || known.conflicts.length === 0) return undefined;
    const since = this.#clock.monotonic() - this.#rules.conflictMs;
    known.conflicts = known.conflicts.filter((at) => at >= since);
    const count = known.conflicts.length;
    if (count < this.#rules.conflicts) return undefined;
    if (count < this.#rules.stampede) return 'hot';
    known.conflicts = [];
    return 'stampede';
  }

  /**
   * Requests that this process will make of a scope within `ms`, if it goes on as it did; undefined where that cannot be
   * known yet, after the first.
   */
  expected(scope: string, ms: number): number | undefined {
    const known = this.#scopes.get(scope);
    if (known?.interval === undefined) return undefined;
    // A pause that lasts already longer than the usual interval counts as one.
    const pause = this.#clock.monotonic() - known.lastAt;
    return ms / Math.max(known.interval, pause, 0.1);
  }

  /** Whether a hot scope's policy is due to be read again; noted as read then. */
  takeReread(scope: string): boolean {
    const known = this.#scopes.get(scope);
    const now = this.#clock.monotonic();
    if (known === undefined || now - known.readAt < this.#rules.rereadMs) return false;
    known.readAt = now;
    return true;
  }
}
