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

/** How likely each fault is for one call of the store. */
export interface Faults {
  readonly lostRequest: number;
  readonly lostAnswer: number;
  /** The store says that it failed, at once, and yet it has written. */
  readonly failedAfter: number;
  readonly late: number;
  readonly conflict: number;
  readonly throttle: number;
  readonly failedRead: number;
  /** A read that allows it gets an older copy. */
  readonly staleRead: number;
  /** Milliseconds that a late packet travels at most. */
  readonly lateMs: number;
}

export type FaultName = Exclude<keyof Faults, 'lateMs'>;

export const NO_FAULTS: Faults = {
  lostRequest: 0,
  lostAnswer: 0,
  failedAfter: 0,
  late: 0,
  conflict: 0,
  throttle: 0,
  failedRead: 0,
  staleRead: 0,
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

  /** What its clock shows, in milliseconds since the epoch. */
  now(): number {
    return Math.floor(this.time.now + this.skewMs);
  }

  clock(): Clock {
    return {
      now: () => this.now(),
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

/** A store that remembers what an item was before its last write. */
export interface Past {
  before(key: Key): Item | undefined;
}

/** What else a way to the store does, for a simulation. */
export interface Hooks {
  /** Told of each call and each fault. */
  readonly note?: (what: FaultName | 'write' | 'read') => void;
  /** Told what the sender's clock showed when a packet left. */
  readonly sent?: (ops: readonly Op[], at: number) => void;
  readonly past?: Past;
}

const WRITE_FAULTS = ['lostRequest', 'lostAnswer', 'failedAfter', 'late', 'conflict', 'throttle'] as const;

/** The way of one process to the store: a network that delays, loses and repeats nothing by itself, but holds back. */
export class FaultyStore implements LedgerStore {
  readonly #process: Process;
  readonly #store: LedgerStore;
  readonly #dice: Dice;
  readonly #mutate: Mutation | undefined;
  readonly #hooks: Hooks;
  faults: Faults;

  constructor(
    process: Process,
    store: LedgerStore,
    dice: Dice,
    faults: Faults,
    mutate?: Mutation,
    hooks: Hooks = {},
  ) {
    this.#process = process;
    this.#store = store;
    this.#dice = dice;
    this.faults = faults;
    this.#mutate = mutate;
    this.#hooks = hooks;
  }

  transact(original: readonly Op[]): Promise<TransactResult> {
    const dice = this.#dice;
    const way = dice.between(1, 15);
    const back = dice.between(1, 15);
    const ops = this.#mutate?.(original) ?? original;
    this.#hooks.note?.('write');
    if (ops === 'swallow') return this.#answer(way + back, { type: 'done' });
    this.#hooks.sent?.(ops, this.#process.now());
    const fault = this.#fault();
    if (fault === undefined) {
      return new Promise((resolve) => {
        this.#process.time.schedule(way, () => {
          this.#store.transact(ops).then((result) => {
            const seen = this.#partly(result);
            this.#process.schedule(back, () => resolve(seen));
          });
        });
      });
    }
    this.#hooks.note?.(fault);
    if (fault === 'conflict') return this.#answer(way + back, { type: 'conflict' });
    if (fault === 'throttle') return this.#answer(way + back, { type: 'unavailable', reason: 'throttled' });
    const timeout = fault === 'failedAfter' ? way + back : dice.between(50, 400);
    if (fault !== 'lostRequest') {
      this.#arrive(fault === 'late' ? dice.between(timeout, this.faults.lateMs) : way, ops);
    }
    return this.#answer(timeout, { type: 'unknown', reason: 'no answer' });
  }

  async get(key: Key, read?: 'stale'): Promise<Item | undefined> {
    const { past } = this.#hooks;
    const isOld = read === 'stale' && past !== undefined && this.#dice.chance(this.faults.staleRead);
    if (isOld) this.#hooks.note?.('staleRead');
    return this.#read(async () => (isOld ? past.before(key) : this.#store.get(key, read)));
  }

  query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    return this.#read(() => this.#store.query(pk, from));
  }

  openJournals(shard: string, before: number): Promise<readonly JournalRef[]> {
    return this.#read(() => this.#store.openJournals(shard, before));
  }

  #fault(): (typeof WRITE_FAULTS)[number] | undefined {
    let left = this.#dice.next();
    for (const name of WRITE_FAULTS) {
      left -= this.faults[name];
      if (left < 0) return name;
    }
    return undefined;
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
    this.#hooks.note?.('read');
    const fails = this.#dice.chance(this.faults.failedRead);
    if (fails) this.#hooks.note?.('failedRead');
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
