import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LimitsConfig } from '../../lambda/core/config/schema.ts';
import type { HeatRules } from '../../lambda/ledger/heat-rules.ts';
import { policyKey, text } from '../../lambda/ledger/items.ts';
import { readPins } from '../../lambda/ledger/pins.ts';
import { readPolicy } from '../../lambda/ledger/policy.ts';
import type { Item } from '../../lambda/ports/ledger-store.ts';
import type { Books } from '../support/ledger-books.ts';
import { type Answer, Fleet, type Process, tally } from './fleet.ts';

const SCOPE = 'team:search';
/** A multiple of the pools, so that equal shares of the limit have no remainder. */
const COST = 16;
const ROOM = 400;

/** A budget with room for so many calls. */
const limitsFor = (calls: number): LimitsConfig => ({
  budgets: [{ scope: SCOPE, limit_usd: ((calls * COST) / 1e9).toFixed(9), window: 'day' }],
});

/** A small crowd is a stampede, four pools are enough, and a scope stays hot until the test is over. */
const heat: Partial<HeatRules> = {
  leaseMs: 10_000,
  leastRequests: 2,
  leastRoom: 20,
  poolRoom: 2,
  conflicts: 2,
  conflictMs: 3_600_000,
  stampede: 3,
  settleMs: 0,
  pools: [1, 1, 4],
  leave: [0, 0, 0],
};

const start = (fleet: Fleet, count: number, room: number) => {
  const options = { limits: limitsFor(room), heat, conflicts: 0.4 };
  return Promise.all(Array.from({ length: count }, () => fleet.start(options)));
};

/** Calls one after the other, in several lanes of a process; refusals are recorded as the pipeline does. */
async function work(process: Process, lanes: number, calls: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  const lane = async () => {
    for (let call = 0; call < calls; call++) {
      const answer = await process.ask(SCOPE, COST);
      answers.push(answer);
      if (answer.type === 'refused') await process.recordRefusal();
      if (answer.type === 'admitted') await process.settle(answer, { cost: COST });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return answers;
}

/** Calls in all lanes of all processes; how many were admitted. */
async function round(processes: readonly Process[], calls: number): Promise<number> {
  const answers = await Promise.all(processes.map((process) => work(process, 4, calls)));
  return tally(answers.flat()).admitted;
}

/** Calls until the scope is leased and split; how many were admitted. */
async function heatUp(fleet: Fleet, processes: readonly Process[]): Promise<number> {
  const { store } = fleet.operator();
  let spent = 0;
  for (let rounds = 0; rounds < 20; rounds++) {
    const { heat, pools } = readPolicy(await store.get(policyKey(SCOPE)));
    if (heat.level === 2 && pools === 4) return spent;
    spent += await round(processes, 1);
    // Who pays by leases meets nobody; new ones do.
    fleet.at += 15_000;
  }
  return assert.fail('the scope does not become hot');
}

const charged = (items: readonly Item[]) => items.filter((item) => item['q'] !== undefined).length;

const leasedEntries = ({ entries }: Books) =>
  entries.filter((entry) => readPins(text(entry, 'sc') ?? '{}').some(({ lease }) => lease !== undefined));

describe('a scope of the emulator that many processes charge at once', () => {
  it('is leased and split, and every cent of it can be spent, and none more', () =>
    Fleet.on(async (fleet) => {
      const processes = await start(fleet, 4, ROOM);
      let left = ROOM - (await heatUp(fleet, processes));
      // Leases end again and again, and what they did not spend is there for all.
      const end = performance.now() + 20_000;
      while (left > 0 && performance.now() < end) {
        fleet.at += 15_000;
        left -= await round(processes, 2);
      }
      assert.equal(left, 0);
      await Promise.all(processes.map(({ ledger }) => ledger.close()));
      const books = await fleet.books();
      const { settled } = books.counters.get(SCOPE)!;
      assert.equal(settled, BigInt(ROOM * COST));
      assert.ok(leasedEntries(books).length > ROOM / 4, `${leasedEntries(books).length} were paid by leases`);
    }));

  it('is made whole by two reapers where processes died with leases and running calls', () =>
    Fleet.on(async (fleet) => {
      const processes = await start(fleet, 3, 100 * ROOM);
      await heatUp(fleet, processes);
      await round(processes, 4);
      const [dying, frozen, alive] = processes as [Process, Process, Process];
      const held = await Promise.all([1, 2, 3, 4].map(() => dying.ask(SCOPE, COST)));
      const slept = await frozen.ask(SCOPE, COST);
      assert.deepEqual(tally([...held, slept]), { admitted: 5, refused: 0, unavailable: 0 });
      const open = (await fleet.table.items()).filter(({ st }) => st === 'OPEN');
      assert.ok(open.length > 0, 'leases are open');
      await alive.ledger.close();
      // Long after every journal's end.
      fleet.at += 3_600_000;
      const reapers = await start(fleet, 2, 100 * ROOM);
      await Promise.all(reapers.map(({ ledger }) => ledger.reap(fleet.at)));
      const before = await fleet.books();
      assert.equal(before.entries.filter(({ by }) => by === 'reaper').length, 5);
      assert.deepEqual(await frozen.settle(slept, { cost: 1 }), { type: 'late' });
      const after = await frozen.ask(SCOPE, COST);
      assert.equal(after.type, 'admitted', 'who wakes up goes on in a journal of its own');
      await frozen.settle(after, { cost: COST });
      await Promise.all([frozen, ...reapers].map(({ ledger }) => ledger.close()));
      const books = await fleet.books();
      assert.equal(
        books.counters.get(SCOPE)!.settled,
        before.counters.get(SCOPE)!.settled + BigInt(COST),
        'the reaper had charged the hold, and nobody else did',
      );
      assert.ok(charged(books.counters.get(SCOPE)!.items) > 1, 'more than one pool was charged');
    }));
});
