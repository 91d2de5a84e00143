import type { LedgerDeps } from '../../lambda/ledger/context.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import type { Ledger } from '../../lambda/ledger/ledger.ts';
import type { Item, Key, LedgerStore, Op, TransactResult } from '../../lambda/ports/ledger-store.ts';
import { stampede } from './ledger-stampede.ts';
import { budget, NOON, scope } from './ledger-world.ts';
import { LossyStore } from './lossy-store.ts';
import { MemoryStore } from './memory-store.ts';
import { NaiveLedger } from './naive-ledger.ts';
import { CountingIds, Dice, VirtualTime, virtualClock } from './virtual-clock.ts';

export interface Load {
  readonly requests: number;
  /** Requests that the budget has room for. */
  readonly room: number;
  /** Milliseconds over which the requests come; 0: all at once. */
  readonly overMs: number;
  /** Milliseconds that a call takes. */
  readonly callMs: number;
  /** Gateways beside each other, over one store. */
  readonly processes: number;
  /** Share of the store's answers that are lost after the write. */
  readonly lost: number;
}

export type Design = 'check_then_charge' | 'own_memory' | 'blind_retry' | 'tollgate';

/** Ways to hold a budget, in words. */
export const DESIGNS: Readonly<Record<Design, string>> = {
  check_then_charge: 'check, call, then charge',
  own_memory: 'counted in each process, written later',
  blind_retry: 'reserved in the store, repeated when unanswered',
  tollgate: 'tollgate',
};

export interface Compared {
  readonly admitted: number;
  readonly refused: number;
  readonly unavailable: number;
  /** What the counter says was used when all is over, in calls. */
  readonly spent: number;
}

/** Nano-dollars. */
const COST = 10;

/** Runs one design under one load, in virtual time with 2 to 30 ms to the store and back: the same figures each time. */
export async function compare(design: Design, load: Load): Promise<Compared> {
  const time = new VirtualTime(NOON);
  const dice = new Dice(1);
  const ids = new CountingIds();
  const store = new MemoryStore();
  const scopes = [scope('team:a', budget('total', load.room * COST))];
  const ledgers = Array.from({ length: load.processes }, (_, index) =>
    open(design, {
      store: new LossyStore(new FarStore(store, time, dice), dice, load.lost),
      clock: virtualClock(time),
      ids,
      random: dice,
      environment: `env${index}`,
      admitMs: 30_000,
      longestRequestMs: 600_000,
    }),
  );
  const wait = (ms: number) => new Promise<void>((resolve) => time.schedule(ms, resolve));
  const { admitted, refused, unavailable } = await time.finish(
    stampede({
      ledgers,
      scopes,
      requests: load.requests,
      cost: COST,
      arrive: (index) => wait((index * load.overMs) / load.requests),
      call: () => wait(load.callMs),
    }),
  );
  const used = store.items.get('S#team:a\nC')?.['tu'];
  return { admitted, refused, unavailable, spent: Number(used ?? 0n) / COST };
}

function open(design: Design, deps: LedgerDeps): Ledger {
  return design === 'tollgate' ? createLedger(deps) : new NaiveLedger(deps.store, design);
}

/** The table of docs/guides/why-exact.md. */
export async function whoAdmits(): Promise<string> {
  const lines = [
    `| ${['admitted of 1,000, room for 100', ...LOADS.keys()].join(' | ')} |`,
    `|---|${'---:|'.repeat(LOADS.size)}`,
  ];
  for (const design of Object.keys(DESIGNS) as Design[]) {
    const cells = [DESIGNS[design]];
    for (const load of LOADS.values()) {
      const { admitted, spent } = await compare(design, load);
      cells.push(count(admitted) + (spent === admitted ? '' : `, ${count(spent)} charged`));
    }
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

const LOADS: ReadonlyMap<string, Load> = new Map([
  ['1 process, all at once', load(1, 0, 0)],
  ['5 processes, all at once', load(5, 0, 0)],
  ['5 processes, over 20 s', load(5, 20_000, 0)],
  ['5 processes, all at once, 10 % of answers lost', load(5, 0, 0.1)],
]);

function load(processes: number, overMs: number, lost: number): Load {
  return { requests: 1_000, room: 100, callMs: 2_000, processes, overMs, lost };
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** A store at the other end of a network. */
class FarStore implements LedgerStore {
  readonly #store: LedgerStore;
  readonly #time: VirtualTime;
  readonly #dice: Dice;

  constructor(store: LedgerStore, time: VirtualTime, dice: Dice) {
    this.#store = store;
    this.#time = time;
    this.#dice = dice;
  }

  transact(ops: readonly Op[]): Promise<TransactResult> {
    return this.#travel(() => this.#store.transact(ops));
  }

  get(key: Key): Promise<Item | undefined> {
    return this.#travel(() => this.#store.get(key));
  }

  query(pk: string, from: string): Promise<readonly (Item & Key)[]> {
    return this.#travel(() => this.#store.query(pk, from));
  }

  openJournals(shard: string, before: number) {
    return this.#travel(() => this.#store.openJournals(shard, before));
  }

  async #travel<T>(call: () => Promise<T>): Promise<T> {
    await this.#way();
    const answer = await call();
    await this.#way();
    return answer;
  }

  #way(): Promise<void> {
    return new Promise((resolve) => {
      this.#time.schedule(this.#dice.between(1, 15), resolve);
    });
  }
}
