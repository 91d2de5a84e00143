import type { Clock } from '../ports/clock.ts';

/** A journal that this process may append to. `next` is the first number whose fate is not settled. */
export interface Journal {
  readonly pk: string;
  /** Milliseconds since the epoch after which the reaper may take it. */
  readonly expires: number;
  next: number;
  /** Somebody else settles it: it was fenced, or what it holds is no longer known here. */
  dead: boolean;
}

/** One writer. It has one journal at a time and one append at a time: number n+1 follows only when n is known. */
export interface Slot {
  readonly index: number;
  /** Journals begun so far. */
  epoch: number;
  /** Undefined until the first append, and after the journal was fenced or its last number stayed unknown. */
  journal: Journal | undefined;
}

/**
 * Slots of one process. A slot is busy only during an append, so a few serve thousands of running requests; 64 appends
 * at a time are far above what one process puts on a store, and bound the journals that a crash leaves behind.
 */
const MAX_SLOTS = 64;

interface Waiter {
  readonly hand: (slot: Slot | undefined) => void;
}

/** The pool of slots: the one used last is used first, so that a quiet process keeps one journal. */
export class Slots {
  readonly #clock: Clock;
  readonly #free: Slot[] = [];
  readonly #waiting = new Set<Waiter>();
  #made = 0;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A free slot, or undefined when all are busy. */
  take(): Slot | undefined {
    if (this.#closed) return undefined;
    const free = this.#free.pop();
    if (free !== undefined || this.#made === MAX_SLOTS) return free;
    const slot: Slot = { index: this.#made, epoch: 0, journal: undefined };
    this.#made += 1;
    return slot;
  }

  /** The next slot that becomes free, first come first served; undefined after `ms`. */
  wait(ms: number): Promise<Slot | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = this.#clock.after(Math.max(0, ms), () => {
        this.#waiting.delete(waiter);
        resolve(undefined);
      });
      const waiter: Waiter = {
        hand: (slot) => {
          timer.cancel();
          resolve(slot);
        },
      };
      this.#waiting.add(waiter);
    });
  }

  release(slot: Slot): void {
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      waiter.hand(slot);
      return;
    }
    this.#free.push(slot);
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting) waiter.hand(undefined);
    this.#waiting.clear();
  }
}
