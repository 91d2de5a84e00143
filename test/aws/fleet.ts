import assert from 'node:assert/strict';
import { systemClock } from '../../lambda/adapters/node/clock.ts';
import { createIds } from '../../lambda/adapters/node/ids.ts';
import { scopeLimits } from '../../lambda/core/config/binding.ts';
import { limitsHash } from '../../lambda/core/config/hash.ts';
import type { LimitsConfig } from '../../lambda/core/config/schema.ts';
import type { ScopeLimits } from '../../lambda/core/scope-limits.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import { createLimitsBook, type StoredLimitsBook } from '../../lambda/ledger/create-limits-book.ts';
import type { HeatRules } from '../../lambda/ledger/heat-rules.ts';
import type { Admission, Final, Ledger, Settled } from '../../lambda/ledger/ledger.ts';
import type { OperatePorts } from '../../lambda/ledger/operate/write.ts';
import { contended } from '../support/contended-store.ts';
import { addUp, type Books, checkAtRest } from '../support/ledger-books.ts';
import { admitted, NOON, usd } from '../support/ledger-world.ts';
import { Dice } from '../support/virtual-clock.ts';
import { createTable, type EmulatedTable } from './emulated-table.ts';

/** What a process is told beside the scope: a config, its place in a line of deployments, and how busy the table is. */
export interface ProcessOptions {
  readonly limits: LimitsConfig;
  readonly line?: string;
  readonly count?: number;
  readonly heat?: Partial<HeatRules>;
  /** Share of its transactions that meet another one. The emulator carries out one at a time, so none ever does. */
  readonly conflicts?: number;
}

/** The answer to a request; `behind` never is one, since a process then reads the newer limits and asks again. */
export type Answer = Exclude<Admission, { type: 'behind' }>;

/** One process: a ledger, a book of limits and a client of AWS, none of which it shares. */
export interface Process {
  readonly name: string;
  readonly ledger: Ledger;
  readonly book: StoredLimitsBook;
  /** Asks for room in one scope, under the limits that its book knows. */
  ask(scope: string, cost: number, tokens?: number): Promise<Answer>;
  settle(admission: Answer, final: { readonly cost: number; readonly tokens?: number }): Promise<Settled>;
  /** The record that a refusal leaves. */
  recordRefusal(): Promise<Settled>;
  /** How often it had to read newer limits. */
  behind: number;
}

/** Processes over one table of the emulator. Windows, rates and leases follow `at`, which only a test moves. */
export class Fleet {
  readonly table: EmulatedTable;
  at = NOON;
  readonly clock = {
    ...systemClock,
    now: () => this.at,
    monotonic: () => systemClock.monotonic() + this.at - NOON,
  };
  readonly #ids = createIds();
  #made = 0;

  constructor(table: EmulatedTable) {
    this.table = table;
  }

  static async on(run: (fleet: Fleet) => Promise<void>): Promise<void> {
    const table = await createTable();
    try {
      await run(new Fleet(table));
    } finally {
      await table.dispose();
    }
  }

  /** Starts a process. It reads what is in force once, and again only when the ledger says that it is behind. */
  async start(options: ProcessOptions): Promise<Process> {
    const { limits, line = 'gateway', count = 1, heat, conflicts = 0 } = options;
    this.#made += 1;
    const name = `p${this.#made}`;
    const { clock } = this;
    const random = new Dice(this.#made);
    const store = contended(this.table.open(), random, conflicts);
    const own = { limits, hash: limitsHash(limits), line, count };
    const book = createLimitsBook({ store, clock, own, refreshMs: Number.POSITIVE_INFINITY });
    const ledger = createLedger({
      store,
      clock,
      ids: this.#ids,
      random,
      environment: name,
      admitMs: 20_000,
      longestRequestMs: 600_000,
      policyVersion: (scope) => book.policyVersion(scope),
      ...(heat === undefined ? {} : { heat }),
    });
    await book.refresh();
    const made: Process = {
      name,
      ledger,
      book,
      behind: 0,
      ask: (scope, cost, tokens = 0) => this.#ask(made, scope, cost, tokens),
      settle: (admission, { cost, tokens }) => {
        const final: Final = {
          cost: usd(cost),
          outcome: 'ok',
          facts: {},
          ...(tokens !== undefined && { tokens }),
        };
        return ledger.settle(admitted(admission), final);
      },
      recordRefusal: () =>
        ledger.record(this.#ids.next(this.at), { cost: usd(0), outcome: 'refused', facts: {} }),
    };
    return made;
  }

  /** An operator of the deployment, who marks counters. */
  operator(): OperatePorts {
    return { store: this.table.open(), clock: this.clock, random: new Dice(99), fence: true };
  }

  /** What lies in the table when every request is over and every process closed: it has to add up. */
  async books(): Promise<Books> {
    const books = addUp(await this.table.items());
    checkAtRest(books);
    return books;
  }

  async #ask(process: Process, scope: string, cost: number, tokens: number): Promise<Answer> {
    const requestId = `${process.name}-${this.#ids.next(this.at)}`;
    for (let tries = 0; tries < 3; tries++) {
      const { number, limits } = process.book;
      const scopes = [boundLimits(limits, scope)];
      const answer = await process.ledger.admit({
        requestId,
        scopes,
        number,
        estimate: usd(cost),
        tokens,
        facts: {},
      });
      if (answer.type !== 'behind') return answer;
      process.behind += 1;
      await process.book.refresh(answer.number);
    }
    throw new Error('limits that are in force cannot be read');
  }
}

/** How many of each kind. */
export function tally(answers: readonly Answer[]): Record<Answer['type'], number> {
  const counts = { admitted: 0, refused: 0, unavailable: 0 };
  for (const { type } of answers) counts[type] += 1;
  return counts;
}

/** The refusal that an answer has to be. */
export function refusalOf(answer: Answer) {
  assert.equal(
    answer.type,
    'refused',
    JSON.stringify(answer, (_, v) => (typeof v === 'bigint' ? `${v}` : v)),
  );
  return answer.type === 'refused' ? answer.refusal : assert.fail();
}

function boundLimits(limits: LimitsConfig, scope: string): ScopeLimits {
  return scopeLimits(limits, scope) ?? assert.fail(`the config has no limit for ${scope}`);
}
