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
  /** When the last conflicts were, monotonic; as many as make a scope hot. */
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
    if (conflicts.length > this.#rules.conflicts) conflicts.shift();
  }

  /** Whether others were in the way again and again just now. Asking takes the mark away. */
  takeHot(scope: string): boolean {
    const known = this.#scopes.get(scope);
    const first = known?.conflicts[0];
    if (known === undefined || first === undefined) return false;
    if (known.conflicts.length < this.#rules.conflicts) return false;
    const isHot = this.#clock.monotonic() - first <= this.#rules.conflictMs;
    known.conflicts = [];
    return isHot;
  }

  /** Requests that this process will make of a scope within `ms`, if it goes on as it did. */
  expected(scope: string, ms: number): number {
    const known = this.#scopes.get(scope);
    if (known?.interval === undefined) return 0;
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
