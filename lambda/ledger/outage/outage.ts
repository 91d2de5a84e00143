import type { Clock } from '../../ports/clock.ts';

/** Milliseconds for which a failure is believed: then the ledger is asked again, whatever it costs. */
const BELIEVED_MS = 5_000;

/** Milliseconds without a failure after which an outage is over. Shorter ones are one outage that comes and goes. */
const QUIET_MS = 60_000;

/** What this process knows about the ledger being away, from the answers that it got. */
export class Outage {
  readonly #clock: Clock;
  #failedAt: number | undefined;
  #works = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  failed(): void {
    this.#failedAt = this.#clock.monotonic();
    this.#works = false;
  }

  /** Answers whether this ends an outage, once for each. */
  worked(): boolean {
    this.#works = true;
    if (this.#failedAt === undefined || this.#since() < QUIET_MS) return false;
    this.#failedAt = undefined;
    return true;
  }

  /** Whether asking the ledger now would most likely be in vain. */
  get away(): boolean {
    return !this.#works && this.#since() < BELIEVED_MS;
  }

  #since(): number {
    return this.#clock.monotonic() - (this.#failedAt ?? Number.NEGATIVE_INFINITY);
  }
}
