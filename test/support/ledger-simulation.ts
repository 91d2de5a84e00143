import type { ScopeBudgets } from '../../lambda/core/budgets.ts';
import { toNano } from '../../lambda/core/money.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import type { Admission, Ledger, Reservation } from '../../lambda/ledger/ledger.ts';
import { CheckedStore } from './ledger-checker.ts';
import { type Faults, FaultyStore, type Mutation, NO_FAULTS, Process } from './ledger-faults.ts';
import { budget, scope, show } from './ledger-world.ts';
import { CountingIds, Dice, VirtualTime } from './virtual-clock.ts';

const LONGEST_MS = 30_000;

/** Requests of one worker, and kills of one schedule: more of the same finds less than another seed. */
const MAX_REQUESTS = 15;
const MAX_KILLS = 5;

export interface Tally {
  readonly commits: number;
  readonly admitted: number;
  readonly refused: number;
  readonly unavailable: number;
  readonly late: number;
  readonly kills: number;
  readonly abandoned: number;
}

export interface Outcome {
  readonly problem: string | undefined;
  readonly tally: Tally;
}

/** One schedule from one seed: the mix of load, faults and limits is drawn too, since no single mix finds every fault. */
export async function simulate(seed: number, mutate?: Mutation): Promise<Outcome> {
  const schedule = new Schedule(new Dice(seed), mutate);
  await schedule.run();
  return { problem: schedule.store.problem, tally: schedule.tally() };
}

/** Starts shortly before midnights at which a day, a week and a month turn, in two zones. */
const STARTS = [
  Date.UTC(2026, 10, 30, 23, 59),
  Date.UTC(2026, 10, 29, 23, 58, 30),
  Date.UTC(2026, 10, 30, 22, 59),
  Date.UTC(2026, 10, 24, 12),
];

class Schedule {
  readonly store: CheckedStore;
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #ids = new CountingIds();
  readonly #mutate: Mutation | undefined;
  readonly #faults: Faults;
  readonly #scopes: readonly ScopeBudgets[];
  readonly #workUntil: number;
  /** Longest pause between two requests of one worker. */
  readonly #pauseMs: number;
  readonly #killEveryMs: number;
  readonly #skewMs: number;
  readonly #stores: FaultyStore[] = [];
  readonly #costs = new Map<string, bigint>();
  readonly #refusedIds: string[] = [];
  #running = 0;
  #requests = 0;
  #processes = 0;
  #counts = { admitted: 0, refused: 0, unavailable: 0, late: 0, kills: 0 };

  constructor(dice: Dice, mutate: Mutation | undefined) {
    this.#dice = dice;
    this.#mutate = mutate;
    this.#time = new VirtualTime(dice.pick(STARTS) - dice.between(0, 60_000));
    const rate = () => dice.pick([0, 0, 0.02, 0.1, 0.25]);
    this.#faults = {
      lostRequest: rate() / 2,
      lostAnswer: rate() / 2,
      late: rate(),
      conflict: rate() / 2,
      throttle: rate() / 2,
      failedRead: rate() / 2,
      lateMs: dice.pick([1_000, 10_000, 90_000]),
    };
    const limit = () => dice.pick([15, 40, 150, 10_000]);
    this.#scopes = [
      scope('team:a', budget('day', limit()), budget('total', limit() * 3)),
      scope(
        'app:a/b',
        budget('day', limit(), 'day@Europe/Berlin', 'Europe/Berlin'),
        budget('month', limit() * 2),
      ),
      scope('user:u', budget('week', limit())),
    ];
    this.store = new CheckedStore(this.#scopes);
    this.#pauseMs = dice.pick([200, 5_000, 5_000, 60_000, 40_000_000]);
    this.#workUntil = this.#time.now + 8 * Math.max(this.#pauseMs, 10_000);
    this.#killEveryMs = dice.chance(0.5) ? 0 : dice.between(1, 4) * Math.max(this.#pauseMs, 10_000);
    this.#skewMs = dice.pick([0, 3_000, 30_000]);
  }

  async run(): Promise<void> {
    for (let index = this.#dice.between(1, 3); index > 0; index--) this.#startEnvironment();
    for (let index = this.#dice.between(0, 2); index > 0; index--) this.#startReaper();
    await this.#time.run(() => this.store.problem !== undefined);
    this.store.expect(this.#running === 0, () => `${this.#running} requests of living processes hang`);
    await this.#drain();
  }

  tally(): Tally {
    const abandoned = this.store.entries().filter((entry) => entry['outcome'] === 'abandoned').length;
    return { ...this.#counts, commits: this.store.commits, abandoned };
  }

  /** When all packets have arrived and all processes ended, one reaper has to leave nothing behind. */
  async #drain(): Promise<void> {
    if (this.store.problem !== undefined) return;
    const { ledger, store } = this.#ledger('last');
    store.faults = NO_FAULTS;
    await this.#time.finish(ledger.reap(Number.MAX_SAFE_INTEGER));
    this.store.checkAtRest();
    for (const rid of this.#refusedIds) {
      const entry = this.#entry(rid);
      this.store.expect(entry === undefined, () => `${rid} was refused and yet charged: ${show(entry)}`);
    }
  }

  #ledger(name: string): { process: Process; ledger: Ledger; store: FaultyStore } {
    this.#processes += 1;
    const skew = this.#dice.between(-this.#skewMs, this.#skewMs);
    const process = new Process(this.#time, `${name}${this.#processes}`, skew);
    const store = new FaultyStore(process, this.store, this.#dice, this.#faults, this.#mutate);
    this.#stores.push(store);
    const ledger = createLedger({
      store,
      clock: process.clock(),
      ids: this.#ids,
      random: this.#dice,
      environment: process.name,
      admitMs: 2_000,
      longestRequestMs: LONGEST_MS,
    });
    return { process, ledger, store };
  }

  #startEnvironment(): void {
    const { process, ledger } = this.#ledger('env');
    let mine = 0;
    for (let index = this.#dice.between(1, 3); index > 0; index--) {
      mine += 1;
      this.#running += 1;
      void this.#work(process, ledger).then(() => {
        mine -= 1;
        this.#running -= 1;
        if (mine === 0 && this.#dice.chance(0.5)) void ledger.close();
      });
    }
    if (this.#dice.chance(0.3)) {
      this.#time.schedule(this.#dice.between(0, 60_000), () => {
        process.frozenUntil = this.#time.now + this.#dice.between(0, 60_000);
      });
    }
    if (this.#killEveryMs === 0 || this.#counts.kills === MAX_KILLS) return;
    this.#time.schedule(this.#dice.between(1, this.#killEveryMs), () => {
      process.dead = true;
      this.#running -= mine;
      this.#counts.kills += 1;
      if (this.#time.now < this.#workUntil) this.#startEnvironment();
    });
  }

  async #work(process: Process, ledger: Ledger): Promise<void> {
    const clock = process.clock();
    for (let count = 0; count < MAX_REQUESTS && this.#time.now < this.#workUntil; count++) {
      await clock.sleep(this.#dice.between(0, this.#pauseMs));
      await this.#request(process, ledger);
    }
  }

  async #request(process: Process, ledger: Ledger): Promise<void> {
    const dice = this.#dice;
    const requestId = `r${this.#requests++}`;
    const estimate = toNano(BigInt(dice.between(0, 12)));
    const scopes = this.#scopes.filter(() => dice.chance(0.8));
    const admission = await ledger.admit({ requestId, scopes, estimate, facts: { model: 'm' } });
    this.#checkAnswer(admission, requestId, estimate);
    if (admission.type !== 'admitted') {
      if (admission.type === 'refused') await ledger.record(`${requestId}-refused`, free('refused'));
      return;
    }
    const { reservation } = admission;
    const calls = dice.between(0, 3);
    for (let call = 0; call < calls; call++) {
      await process.clock().sleep(dice.between(0, LONGEST_MS / 6));
      const extra = toNano(BigInt(dice.between(0, 8)));
      const wanted = reservation.held + extra;
      const more = await ledger.topUp(reservation, extra);
      this.#checkAnswer(more, requestId, wanted);
    }
    await process.clock().sleep(dice.between(0, LONGEST_MS / 6));
    const overrun = dice.chance(0.05) ? 5 : 0;
    const cost = BigInt(dice.between(0, Number(reservation.held) + overrun));
    await this.#settle(ledger, reservation, cost);
  }

  async #settle(ledger: Ledger, reservation: Reservation, cost: bigint): Promise<void> {
    this.#costs.set(reservation.requestId, cost);
    const settled = await ledger.settle(reservation, { ...free('ok'), cost: toNano(cost) });
    const entry = this.#entry(reservation.requestId);
    if (settled.type === 'settled') {
      this.store.expect(
        entry?.['by'] === 'self' && entry['a'] === cost,
        () => `settled ${cost}: ${show(entry)}`,
      );
    } else if (settled.type === 'late') {
      this.#counts.late += 1;
      this.store.expect(entry?.['by'] === 'reaper', () => `late: ${show(entry)}`);
    }
  }

  /** An admission stands on a durable entry that covers it; a refusal names figures that leave no room. */
  #checkAnswer(admission: Admission, requestId: string, needed: bigint): void {
    this.#counts[admission.type] += 1;
    const entry = this.#entry(requestId);
    if (admission.type === 'admitted') {
      const held = BigInt(String(entry?.['e'] ?? -1n));
      this.store.expect(held >= needed, () => `${requestId} was admitted for ${needed} with ${show(entry)}`);
    }
    if (admission.type !== 'refused') return;
    const { kind, spent, held, estimate, limit } = admission.refusal;
    const honest = kind === 'never_fits' ? estimate > limit : spent + held + estimate > limit;
    this.store.expect(honest, () => `${requestId} was refused with room: ${show(admission)}`);
    const waiting = kind !== 'held' || spent + estimate <= limit;
    this.store.expect(waiting, () => `${requestId} is told to wait in vain: ${show(admission)}`);
    if (entry === undefined) this.#refusedIds.push(requestId);
  }

  #entry(requestId: string) {
    return this.store.entryOf(requestId);
  }

  #startReaper(): void {
    const { process, ledger } = this.#ledger('reaper');
    const clock = process.clock();
    const ahead = this.#dice.pick([0, 0, 20_000, Number.MAX_SAFE_INTEGER]);
    const every = this.#dice.between(2_000, 60_000);
    const steps = this.#dice.between(2, 12);
    void (async () => {
      for (let step = 0; step < steps; step++) {
        await clock.sleep(every);
        await ledger.reap(clock.now() + ahead).catch(() => undefined);
      }
    })();
  }
}

function free(outcome: string) {
  return { cost: toNano(0n), outcome, facts: {} };
}
