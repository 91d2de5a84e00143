import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/ids.ts';
import type { TransactResult } from '../ports/ledger-store.ts';

export interface RetryPolicy {
  readonly tries: number;
  /** Milliseconds after which no further try starts. */
  readonly withinMs: number;
  /** Longest pause between two tries, in milliseconds. */
  readonly longestPauseMs: number;
}

/** The longest first pause, in milliseconds; each next one is twice as long. About the time of one write. */
const FIRST_PAUSE_MS = 5;

/**
 * Before a call the caller waits, so little is tried; `withinMs` is `limits.admitMs`. More tries would help nobody: where
 * thousands meet on one counter, each further try is one more that is in the way.
 */
export function beforeCall(withinMs: number): RetryPolicy {
  return { tries: 8, withinMs, longestPauseMs: 1_000 };
}

/** After a call nobody waits and a hold that stays costs its owner budget, so more is tried; below `limits.settleReserveMs`. */
export const AFTER_CALL: RetryPolicy = { tries: 16, withinMs: 12_000, longestPauseMs: 2_000 };

/** The tombstone that ends an admission in doubt. When it cannot be written either, the reaper decides. */
export const TOMBSTONE: RetryPolicy = { tries: 4, withinMs: 1_000, longestPauseMs: 100 };

/** Why a write that was neither done nor refused has to be tried again. */
export function reasonOf(result: Exclude<TransactResult, { type: 'done' | 'refused' }>): string {
  return result.type === 'conflict' ? 'other writes were in the way' : result.reason;
}

/** Counts the tries of one operation. Pauses have full jitter, so that those who collided do not meet again. */
export class Retry {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #policy: RetryPolicy;
  readonly #started: number;
  #tries = 1;

  constructor(time: { readonly clock: Clock; readonly random: Random }, policy: RetryPolicy) {
    this.#clock = time.clock;
    this.#random = time.random;
    this.#policy = policy;
    this.#started = time.clock.monotonic();
  }

  /** Milliseconds left. */
  left(): number {
    return this.#started + this.#policy.withinMs - this.#clock.monotonic();
  }

  /** Whether there is another try, at once: newer facts were seen, so waiting brings nothing. */
  now(): boolean {
    this.#tries += 1;
    return this.#tries <= this.#policy.tries && this.left() > 0;
  }

  /** Whether there is another try, after a pause: someone was in the way, or the store is away. */
  async later(): Promise<boolean> {
    const longest = Math.min(
      FIRST_PAUSE_MS * 2 ** (this.#tries - 1),
      this.#policy.longestPauseMs,
      this.left(),
    );
    if (!this.now()) return false;
    await this.#clock.sleep(this.#random.next() * longest);
    return this.left() > 0;
  }
}
