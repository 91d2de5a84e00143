import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LimitsConfig } from '../../lambda/core/config/schema.ts';
import { amount, counterKey } from '../../lambda/ledger/items.ts';
import { applyLimits } from '../../lambda/ledger/operate/apply.ts';
import { clearLimit, setLimit } from '../../lambda/ledger/operate/overrides.ts';
import { type Answer, Fleet, type Process, refusalOf, tally } from './fleet.ts';

const SCOPE = 'team:search';
/** Nano-dollars that each call may cost, and costs. */
const COST = 10;

const daily = (nano: number): LimitsConfig => ({
  budgets: [{ scope: SCOPE, limit_usd: (nano / 1e9).toFixed(9), window: 'day' }],
});

/** So many calls from each process at once. */
function askAll(processes: readonly Process[], each: number, tokens = 0): Promise<Answer[]> {
  return Promise.all(
    processes.flatMap((process) => Array.from({ length: each }, () => process.ask(SCOPE, COST, tokens))),
  );
}

/** Every admitted call of `answers` ends, in the process that asked. */
async function settleAll(processes: readonly Process[], answers: readonly Answer[]): Promise<void> {
  const each = answers.length / processes.length;
  await Promise.all(
    answers.map(async (answer, index) => {
      const process = processes[Math.floor(index / each)]!;
      if (answer.type === 'admitted') await process.settle(answer, { cost: COST, tokens: 0 });
    }),
  );
}

async function closeAll(processes: readonly Process[]): Promise<void> {
  await Promise.all(processes.map(({ ledger }) => ledger.close()));
}

const start = (fleet: Fleet, count: number, limits: LimitsConfig) =>
  Promise.all(Array.from({ length: count }, () => fleet.start({ limits })));

describe('several processes over one table of the emulator: rates', () => {
  it('share one bucket of requests, which fills again as time passes', () =>
    Fleet.on(async (fleet) => {
      const limits = { rates: [{ scope: SCOPE, requests_per_minute: 12, burst_requests: 10 }] };
      const processes = await start(fleet, 3, limits);
      const first = await askAll(processes, 8);
      assert.deepEqual(tally(first), { admitted: 10, refused: 14, unavailable: 0 });
      const refusal = refusalOf(first.find(({ type }) => type === 'refused')!);
      assert.ok(refusal.type === 'rate' && refusal.of === 'requests' && refusal.waitMs <= 5_000);
      fleet.at += 5_000;
      const second = await askAll(processes, 2);
      assert.deepEqual(tally(second), { admitted: 1, refused: 5, unavailable: 0 });
      await settleAll(processes, first);
      await settleAll(processes, second);
      await closeAll(processes);
      await fleet.books();
    }));

  it('share one bucket of tokens, and give back what a call did not use', () =>
    Fleet.on(async (fleet) => {
      const limits = { rates: [{ scope: SCOPE, tokens_per_minute: 1_000 }] };
      const processes = await start(fleet, 2, limits);
      const first = await askAll(processes, 4, 300);
      assert.deepEqual(tally(first), { admitted: 3, refused: 5, unavailable: 0 });
      const index = first.findIndex(({ type }) => type === 'admitted');
      await processes[index < 4 ? 0 : 1]!.settle(first[index]!, { cost: COST, tokens: 100 });
      const second = await askAll(processes, 2, 300);
      assert.equal(tally(second).admitted, 1, '100 were left and 200 came back');
      await settleAll(processes, first.with(index, second.find(({ type }) => type === 'refused')!));
      await settleAll(processes, second);
      await closeAll(processes);
      await fleet.books();
    }));

  it('count together what runs at a time', () =>
    Fleet.on(async (fleet) => {
      const processes = await start(fleet, 3, { rates: [{ scope: SCOPE, parallel: 4 }] });
      const first = await askAll(processes, 4);
      assert.deepEqual(tally(first), { admitted: 4, refused: 8, unavailable: 0 });
      await settleAll(processes, first);
      const second = await askAll(processes, 2);
      assert.deepEqual(tally(second), { admitted: 4, refused: 2, unavailable: 0 });
      await settleAll(processes, second);
      await closeAll(processes);
      const { counters } = await fleet.books();
      assert.equal(counters.get(SCOPE)!.items[0]!['pl'], 0n);
    }));
});

describe('several processes over one table of the emulator: changed limits', () => {
  it('are bound at once by a limit that an operator lowers, though none of them reads what is in force again', () =>
    Fleet.on(async (fleet) => {
      const limits = daily(1_000_000);
      const processes = await start(fleet, 2, limits);
      const operator = fleet.operator();
      let answered = 0;
      const untilRefused = async (process: Process) => {
        for (;;) {
          const answer = await process.ask(SCOPE, COST);
          answered += 1;
          if (answer.type !== 'admitted') return refusalOf(answer);
          await process.settle(answer, { cost: COST });
        }
      };
      const loops = processes.flatMap((process) => [1, 2, 3].map(() => untilRefused(process)));
      while (answered < 12) await fleet.clock.sleep(5);
      await setLimit(operator, limits, order('day', '0'));
      const used = amount(await operator.store.get(counterKey(SCOPE)), 'tu');
      for (const refusal of await Promise.all(loops)) {
        assert.ok(refusal.type === 'budget');
        assert.equal(refusal.limit, 0n);
      }
      await closeAll(processes);
      const { counters } = await fleet.books();
      assert.equal(counters.get(SCOPE)!.used, used, 'nothing was admitted after the order');
    }));

  it('are let on at once when the limit is raised, and when the order is taken back', () =>
    Fleet.on(async (fleet) => {
      const limits = daily(100);
      const processes = await start(fleet, 2, limits);
      const operator = fleet.operator();
      const all: Answer[][] = [];
      const ask = async (expected: number) => {
        const answers = await askAll(processes, 6);
        assert.equal(tally(answers).admitted, expected);
        all.push(answers);
      };
      await setLimit(operator, limits, order('day', '0.00000004'));
      await ask(4);
      await setLimit(operator, limits, order('day', '0.00000007'));
      await ask(3);
      await clearLimit(operator, SCOPE, 'day');
      await ask(3);
      for (const answers of all) await settleAll(processes, answers);
      await closeAll(processes);
      const { counters } = await fleet.books();
      assert.equal(counters.get(SCOPE)!.settled, 100n);
    }));

  it('follow the newest deployment, through a rollback, a new line and an operator', () =>
    Fleet.on(async (fleet) => {
      const one = { limits: daily(1_000), count: 1 };
      const two = { limits: daily(80), count: 2 };
      const old = await fleet.start(one);
      const spend = async (process: Process, times: number) => {
        for (let time = 0; time < times; time++) {
          await process.settle(await process.ask(SCOPE, COST), { cost: COST });
        }
      };
      const limitOf = async (process: Process) => {
        const refusal = refusalOf(await process.ask(SCOPE, COST));
        return refusal.type === 'budget' ? Number(refusal.limit) : undefined;
      };
      await spend(old, 5);
      const news = await Promise.all([1, 2, 3, 4].map(() => fleet.start(two)));
      assert.deepEqual(
        news.map(({ book }) => book.number),
        [2, 2, 2, 2],
        'who comes up together proposes one number',
      );
      await spend(news[0]!, 1);
      assert.equal(old.book.number, 1);
      await spend(old, 2);
      assert.deepEqual([old.book.number, old.behind], [2, 1], 'a counter has told it of the newer config');
      assert.equal(await limitOf(old), 80);
      const rolledBack = await fleet.start(one);
      assert.equal(rolledBack.book.number, 2);
      assert.equal(await limitOf(rolledBack), 80, 'a rollback keeps the newer limits');
      const anew = await fleet.start({ limits: daily(100), line: 'gateway-of-a-new-stack', count: 1 });
      assert.equal(anew.book.number, 3, 'a new line begins above all others');
      await spend(anew, 1);
      await spend(rolledBack, 1);
      assert.equal(await limitOf(old), 100);
      const applied = { limits: JSON.stringify(daily(120)), hash: 'by hand' };
      assert.deepEqual(await applyLimits(fleet.operator(), applied), { number: 4, changed: true });
      const late = await fleet.start(two);
      assert.equal(late.book.number, 4, 'what runs already does not come above what was applied');
      await spend(late, 1);
      await spend(old, 1);
      assert.equal(await limitOf(anew), 120);
      await closeAll([old, ...news, rolledBack, anew, late]);
      const { counters } = await fleet.books();
      assert.equal(counters.get(SCOPE)!.settled, 120n);
    }));
});

function order(limit: string, value: string) {
  return { scope: SCOPE, limit, value, who: 'ops', why: 'a test', until: undefined };
}
