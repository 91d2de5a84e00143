import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/ids.ts';
import type { Telemetry } from '../../ports/telemetry.ts';

export interface GuardDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry?: Telemetry | undefined;
}

/** Failures in a row, with no success between them, that open the circuit. */
const FAILURES = 5;
/** Milliseconds that the row must have lasted: one admission's quick tries are not an outage yet. */
const LASTING_MS = 500;
/** Milliseconds after which a failure no longer belongs to the same row. */
const WITHIN_MS = 10_000;
/** Milliseconds until the first look; twice as long after each look in vain, with up to as much again by chance. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

export interface Call<T> {
  readonly call: () => Promise<T>;
  /** Whether this answer shows that the store works. A rejection never does. */
  readonly works: (value: T) => boolean;
  /** The answer that is given without a call. */
  readonly away: (reason: string) => T | Promise<T>;
  /** May look at once whether the store is back. */
  readonly urgent: boolean;
}

interface Open {
  /** Milliseconds of the monotonic clock. */
  readonly since: number;
  nextLook: number;
  looks: number;
  /** Settles when the running look has ended; undefined while there is none. */
  looking: Promise<void> | undefined;
}

/** The state of a circuit breaker: closed, open, and open with one call that looks whether it can close. */
export class Circuit {
  readonly #deps: GuardDeps;
  readonly #of: 'writes' | 'reads';
  #failures = 0;
  #firstFailure = 0;
  #lastFailure = 0;
  #open: Open | undefined;

  constructor(deps: GuardDeps, of: 'writes' | 'reads') {
    this.#deps = deps;
    this.#of = of;
  }

  async run<T>(call: Call<T>): Promise<T> {
    const open = this.#open;
    if (open === undefined) return this.#watch(call);
    const due = this.#now() >= open.nextLook;
    if (open.looking === undefined && (due || call.urgent)) return this.#look(open, due, call);
    if (call.urgent) {
      await open.looking;
      if (this.#open === undefined) return this.#watch(call);
    }
    return call.away(`has been away for ${Math.round(this.#now() - open.since)} ms`);
  }

  async #look<T>(open: Open, due: boolean, call: Call<T>): Promise<T> {
    const looking = Promise.withResolvers<void>();
    open.looking = looking.promise;
    try {
      return await this.#watch(call);
    } finally {
      open.looking = undefined;
      // Looks out of turn leave the pause as it is, or settlements would drive it to its longest at once.
      if (due) {
        open.looks += 1;
        open.nextLook = this.#now() + this.#pause(open.looks);
      }
      looking.resolve();
    }
  }

  async #watch<T>({ call, works }: Call<T>): Promise<T> {
    try {
      const value = await call();
      if (works(value)) this.#worked();
      else this.#failed();
      return value;
    } catch (error) {
      this.#failed();
      throw error;
    }
  }

  #worked(): void {
    this.#failures = 0;
    if (this.#open === undefined) return;
    this.#say(
      'ledger_breaker_closed',
      `the store was away for ${Math.round(this.#now() - this.#open.since)} ms`,
    );
    this.#open = undefined;
  }

  #failed(): void {
    if (this.#open !== undefined) return;
    const now = this.#now();
    if (now - this.#lastFailure > WITHIN_MS) this.#failures = 0;
    if (this.#failures === 0) this.#firstFailure = now;
    this.#failures += 1;
    this.#lastFailure = now;
    if (this.#failures < FAILURES || now - this.#firstFailure < LASTING_MS) return;
    this.#open = { since: this.#firstFailure, nextLook: now + this.#pause(0), looks: 0, looking: undefined };
    this.#failures = 0;
    this.#say(
      'ledger_breaker_open',
      `${FAILURES} calls or more failed in a row: new work is refused at once`,
    );
  }

  #pause(looks: number): number {
    const { random } = this.#deps;
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** looks * (1 + random.next()));
  }

  #now(): number {
    return this.#deps.clock.monotonic();
  }

  #say(what: string, detail: string): void {
    this.#deps.telemetry?.emit({
      type: 'warning',
      what,
      requestId: undefined,
      detail: `${this.#of}: ${detail}`,
    });
  }
}
