import type { Clock, Timer } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Settled } from '../ledger.ts';

/** Writes that wait for the ledger: with the facts of an audit row each, some megabytes. */
const MAX_WAITING = 1_000;

/** Milliseconds between two tries while nobody asks for anything. */
const EVERY_MS = 5_000;

/** A write that the ledger could not take yet. */
export interface Waiting {
  readonly requestId: string;
  /** What is lost if it is never written, in a few words. */
  readonly loss: string;
  write(): Promise<Settled>;
  /** Called once, when it was written or given up. */
  over?(): void;
}

/**
 * Writes that wait until the ledger is back, in their order. One at a time is tried: when the ledger is known to work
 * again, and every few seconds by a timer (which stands still while a Lambda environment is frozen). When there are too
 * many, the oldest is given up, and said to be.
 */
export class Backlog {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;

  constructor(deps: { readonly clock: Clock; readonly telemetry: Telemetry }) {
    this.#clock = deps.clock;
    this.#telemetry = deps.telemetry;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(write: Waiting): void {
    if (this.#waiting.length >= MAX_WAITING) {
      // The first one may be on its way just now.
      for (const oldest of this.#waiting.splice(this.#running === undefined ? 0 : 1, 1)) this.#giveUp(oldest);
    }
    this.#waiting.push(write);
    this.#wake();
  }

  /** Writes what waits until nothing is left or the ledger is away again. Never rejects. */
  flush(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      this.#wake();
    });
    return this.#running;
  }

  /** Tries once more and gives up what then still waits. */
  async close(): Promise<void> {
    await this.#running;
    await this.flush();
    this.#timer?.cancel();
    for (const write of this.#waiting.splice(0)) this.#giveUp(write);
  }

  async #drain(): Promise<void> {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      try {
        if ((await first.write()).type === 'unavailable') return;
        this.#waiting.shift();
        first.over?.();
      } catch (error) {
        // A write that can never work must not keep back those behind it.
        this.#waiting.shift();
        this.#giveUp(first);
        const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#telemetry.emit({ type: 'bug', requestId: first.requestId, detail });
      }
    }
  }

  #giveUp({ requestId, loss, over }: Waiting): void {
    over?.();
    this.#telemetry.emit({ type: 'warning', what: 'ledger_write_lost', requestId, detail: loss });
  }

  #wake(): void {
    this.#timer?.cancel();
    this.#timer =
      this.#waiting.length === 0 ? undefined : this.#clock.after(EVERY_MS, () => void this.flush());
  }
}
