import type { Clock, Timer } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';

export type Interruption = 'gone' | 'deadline' | 'draining' | 'fault';

/**
 * The one thing that can end a running request from outside: its caller left, its time is over, the process is
 * shutting down, or a room failed. Whoever waits registers what to give up; the first reason wins.
 */
export class Interrupt {
  #reason: Interruption | undefined;
  #giveUp: (() => void) | undefined;
  #wake: (() => void) | undefined;
  readonly #timer: Timer;

  constructor(clock: Clock, exchange: Exchange, deadlineMs: number) {
    this.#timer = clock.after(deadlineMs, () => this.raise('deadline'));
    exchange.onGone(() => this.raise('gone'));
  }

  get reason(): Interruption | undefined {
    return this.#reason;
  }

  raise(reason: Interruption): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#giveUp?.();
    this.#wake?.();
  }

  /** What to give up when it happens, at once if it has; replaces what was registered before. */
  set giveUp(action: (() => void) | undefined) {
    this.#giveUp = action;
    if (this.#reason !== undefined) action?.();
  }

  /** Waits for `work`, but no longer than until an interruption. */
  async orInterrupted(work: Promise<void>): Promise<void> {
    if (this.#reason !== undefined) return;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([work, woken]);
    this.#wake = undefined;
  }

  close(): void {
    this.#timer.cancel();
    this.#giveUp = undefined;
  }
}
