import type { Clock, Timer } from '../../lambda/ports/clock.ts';
import type { Ids, Random } from '../../lambda/ports/ids.ts';

/** Chance from a seed (mulberry32): the same seed replays the same run. */
export class Dice implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[this.between(0, values.length - 1)]!;
  }
}

/** Ids in the order they were asked for. */
export class CountingIds implements Ids {
  #last = 0;

  next(): string {
    this.#last += 1;
    return `id-${this.#last}`;
  }
}

interface Event {
  readonly at: number;
  readonly order: number;
  call: (() => void) | undefined;
}

/** Time that moves only from one event to the next, so that hours of waiting cost nothing and have one order. */
export class VirtualTime {
  now: number;
  readonly #start: number;
  /** A binary heap by time, then by order of scheduling. */
  readonly #heap: Event[] = [];
  #order = 0;

  constructor(start: number) {
    this.now = start;
    this.#start = start;
  }

  elapsed(): number {
    return this.now - this.#start;
  }

  /** Calls once, `ms` from now. Returns the way to cancel it. */
  schedule(ms: number, call: () => void): () => void {
    const event: Event = { at: this.now + Math.max(0, ms), order: this.#order++, call };
    const heap = this.#heap;
    let hole = heap.length;
    heap.push(event);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!sooner(event, heap[parent]!)) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = event;
    return () => {
      event.call = undefined;
    };
  }

  /** Runs events, with all that follows from each, until `done` says so or nothing is left to happen. */
  async run(done: () => boolean = () => false): Promise<void> {
    await settled();
    while (!done()) {
      const event = this.#pop();
      if (event === undefined) return;
      if (event.call === undefined) continue;
      this.now = Math.max(this.now, event.at);
      event.call();
      await settled();
    }
  }

  /**
   * The same at once, for code that waits for nothing but this clock, and three times as fast. Only for a caller that is
   * not itself a promise reaction: see `outsideReactions`.
   */
  runNow(done: () => boolean = () => false): void {
    runReactions();
    while (!done()) {
      const event = this.#pop();
      if (event === undefined) return;
      if (event.call === undefined) continue;
      this.now = Math.max(this.now, event.at);
      event.call();
      runReactions();
    }
  }

  /** Runs events until a promise is settled. */
  async finish<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const mark = () => {
      over = true;
    };
    promise.then(mark, mark);
    await this.run(() => over);
    if (!over) throw new Error('nothing is left to happen, but the promise is still open');
    return promise;
  }

  /** The same at once, for the callers of `runNow`; tells whether the promise is settled. */
  finishNow(promise: Promise<unknown>): boolean {
    let over = false;
    const mark = () => {
      over = true;
    };
    promise.then(mark, mark);
    this.runNow(() => over);
    return over;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && sooner(heap[child + 1]!, heap[child]!)) child += 1;
      if (!sooner(heap[child]!, last)) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = last;
    return first;
  }
}

/** A clock on virtual time. `skewMs` moves its wall clock, not its durations. */
export function virtualClock(time: VirtualTime, skewMs = 0): Clock {
  return {
    now: () => Math.floor(time.now + skewMs),
    monotonic: () => time.elapsed(),
    sleep: (ms) =>
      new Promise((resolve) => {
        time.schedule(ms, resolve);
      }),
    after: (ms, call) => virtualTimer((run) => time.schedule(ms, run), call),
  };
}

export function virtualTimer(start: (run: () => void) => () => void, call: () => void): Timer {
  let cancel = start(call);
  return {
    cancel: () => cancel(),
    restart: () => {
      cancel();
      cancel = start(call);
    },
  };
}

function sooner(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Resolves when no promise reaction is left to run. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Runs all promise reactions that are due, and those that follow from them, now. Node has this for its own callbacks and
 * does not document it, but nothing else tells so cheaply that all code has come to wait: a turn of the event loop for
 * each event makes a schedule three times as long.
 */
function runReactions(): void {
  if (typeof drain !== 'function') throw new Error('this Node has no process._tickCallback');
  drain.call(process);
}

const drain: unknown = Reflect.get(process, '_tickCallback');

/** Calls from the event loop itself. Inside a promise reaction the reactions that wait behind it cannot be run. */
export function outsideReactions<T>(call: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(call());
      } catch (error) {
        reject(error);
      }
    });
  });
}
