import { TollgateError } from '../../lambda/core/errors.ts';
import type { Clock } from '../../lambda/ports/clock.ts';
import type {
  Item,
  JournalRef,
  Key,
  LedgerStore,
  Op,
  TransactResult,
} from '../../lambda/ports/ledger-store.ts';
import { type Dice, type VirtualTime, virtualTimer } from './virtual-clock.ts';

/** How likely each fault is for one call of the store, and what else goes wrong in a schedule. */
export interface Faults {
  readonly lostRequest: number;
  readonly lostAnswer: number;
  readonly late: number;
  readonly conflict: number;
  readonly throttle: number;
  readonly failedRead: number;
  /** Milliseconds that a late packet travels at most. */
  readonly lateMs: number;
}

export const NO_FAULTS: Faults = {
  lostRequest: 0,
  lostAnswer: 0,
  late: 0,
  conflict: 0,
  throttle: 0,
  failedRead: 0,
  lateMs: 0,
};

/**
 * One process: whatever it waits for never comes back once it is dead, and comes late while it is frozen. Its packets
 * travel on regardless.
 */
export class Process {
  readonly time: VirtualTime;
  readonly name: string;
  readonly skewMs: number;
  dead = false;
  frozenUntil = 0;

  constructor(time: VirtualTime, name: string, skewMs: number) {
    this.time = time;
    this.name = name;
    this.skewMs = skewMs;
  }

  /** Calls into the process `ms` from now, if it lives then. */
  schedule(ms: number, call: () => void): () => void {
    let cancel = this.time.schedule(ms, () => {
      if (this.dead) return;
      if (this.frozenUntil <= this.time.now) call();
      else cancel = this.schedule(this.frozenUntil - this.time.now, call);
    });
    return () => cancel();
  }

  clock(): Clock {
    return {
      now: () => Math.floor(this.time.now + this.skewMs),
      monotonic: () => this.time.elapsed(),
      sleep: (ms) =>
        new Promise((resolve) => {
          this.schedule(ms, resolve);
        }),
      after: (ms, call) => virtualTimer((run) => this.schedule(ms, run), call),
    };
  }
}

/** Rewrites a transaction on its way, or swallows it and says that it was done: what a faulty ledger would have sent. */
export type Mutation = (ops: readonly Op[]) => readonly Op[] | 'swallow';

/** The way of one process to the store: a network that delays, loses and repeats nothing by itself, but holds back. */
export class FaultyStore implements LedgerStore {
  readonly #process: Process;
  readonly #store: LedgerStore;
  readonly #dice: Dice;
  readonly #mutate: Mutation | undefined;
  faults: Faults;

  constructor(process: Process, store: LedgerStore, dice: Dice, faults: Faults, mutate?: Mutation) {
    this.#process = process;
    this.#store = store;
    this.#dice = dice;
    this.faults = faults;
    this.#mutate = mutate;
  }

  transact(original: readonly Op[]): Promise<TransactResult> {
    const dice = this.#dice;
    const way = dice.between(1, 15);
    const back = dice.between(1, 15);
    const ops = this.#mutate?.(original) ?? original;
    if (ops === 'swallow') return this.#answer(way + back, { type: 'done' });
    const chance = dice.next();
    const { lostRequest, lostAnswer, late, conflict, throttle, lateMs } = this.faults;
    const timeout = dice.between(50, 400);
    const unknown: TransactResult = { type: 'unknown', reason: 'no answer' };
    let border = lostRequest;
    if (chance < border) return this.#answer(timeout, unknown);
    border += lostAnswer;
    if (chance < border) {
      this.#arrive(way, ops);
      return this.#answer(timeout, unknown);
    }
    border += late;
    if (chance < border) {
      this.#arrive(dice.between(timeout, lateMs), ops);
      return this.#answer(timeout, unknown);
    }
    border += conflict;
    if (chance < border) return this.#answer(way + back, { type: 'conflict' });
    border += throttle;
    if (chance < border) return this.#answer(way + back, { type: 'unavailable', reason: 'throttled' });
    return new Promise((resolve) => {
      this.#process.time.schedule(way, () => {
        this.#store.transact(ops).then((result) => {
          const seen = this.#partly(result);
          this.#process.schedule(back, () => resolve(seen));
        });
      });
    });
  }

  get(key: Key): Promise<Item | undefined> {
    return this.#read(() => this.#store.get(key));
  }

  query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    return this.#read(() => this.#store.query(pk, from));
  }

  openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    return this.#read(() => this.#store.openJournals(shard, before));
  }

  /** A store need not name every op that failed. */
  #partly(result: TransactResult): TransactResult {
    if (result.type !== 'refused' || this.#dice.chance(0.7)) return result;
    return { type: 'refused', failed: [this.#dice.pick(result.failed)] };
  }

  #arrive(ms: number, ops: readonly Op[]): void {
    this.#process.time.schedule(ms, () => {
      void this.#store.transact(ops);
    });
  }

  #answer(ms: number, result: TransactResult): Promise<TransactResult> {
    return new Promise((resolve) => {
      this.#process.schedule(ms, () => resolve(result));
    });
  }

  #read<T>(read: () => Promise<T>): Promise<T> {
    const fails = this.#dice.chance(this.faults.failedRead);
    return new Promise((resolve, reject) => {
      this.#process.time.schedule(this.#dice.between(1, 15), () => {
        read().then((value) => {
          this.#process.schedule(this.#dice.between(1, 15), () => {
            if (fails) reject(new TollgateError('ledger_unavailable', 'the store is away'));
            else resolve(value);
          });
        });
      });
    });
  }
}
