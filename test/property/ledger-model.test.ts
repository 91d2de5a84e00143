import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Reservation } from '../../lambda/ledger/ledger.ts';
import { budget, cost, JOURNAL_MS, scope, usd, world } from '../support/ledger-world.ts';

const DAY_MS = 86_400_000;
const LIMITS = { day: 30n, total: 120n };
const TEAM = scope('team:a', budget('day', 30), budget('total', 120));
const RUNS = Number(process.env['TOLLGATE_RUNS'] ?? 1_000);

/** All that a ledger is, as arithmetic: what is used by day, in all, and by each running request. */
class Model {
  readonly days = new Map<number, bigint>();
  readonly open = new Map<string, { day: number; held: bigint }>();
  total = 0n;
  settled = 0n;

  used(day: number): bigint {
    return this.days.get(day) ?? 0n;
  }

  fits(day: number, x: bigint): boolean {
    // A day older than the one before the newest is no longer counted.
    const inDay = day < this.kept() || this.used(day) + x <= LIMITS.day;
    return inDay && this.total + x <= LIMITS.total;
  }

  add(day: number, x: bigint): void {
    this.days.set(day, this.used(day) + x);
    this.total += x;
  }

  kept(): number {
    const days = [...this.days.keys()].sort((a, b) => a - b);
    return days.at(-2) ?? days.at(-1) ?? -1;
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('admit' as const), x: fc.nat(34) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('topUp' as const), which: fc.nat(), x: fc.nat(12) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(), percent: fc.nat(120) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('the ledger answers and counts as plain arithmetic does', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), agree), {
    numRuns: Math.min(RUNS, 50_000),
  });
});

async function agree(steps: readonly Step[]): Promise<void> {
  const { store, clock, another } = world();
  const model = new Model();
  const held = new Map<string, Reservation>();
  let processes = 0;
  let ledger = another('p0');
  for (const [index, move] of steps.entries()) {
    const today = Math.floor(clock.now() / DAY_MS);
    const id = 'which' in move ? [...held.keys()][move.which % Math.max(1, held.size)] : undefined;
    const mine = id === undefined ? undefined : model.open.get(id);
    const reservation = id === undefined ? undefined : held.get(id);
    if (move.do === 'wait') clock.time += move.hours * 3_600_000;
    if (move.do === 'admit') {
      const x = BigInt(move.x);
      const request = {
        requestId: `r${index}`,
        scopes: [TEAM],
        estimate: usd(x),
        number: 0,
        tokens: 0,
        facts: {},
      };
      const admission = await ledger.admit(request);
      const fits = x <= LIMITS.day && model.fits(today, x);
      assert.equal(admission.type, fits ? 'admitted' : 'refused');
      if (admission.type !== 'admitted') continue;
      held.set(request.requestId, admission.reservation);
      model.open.set(request.requestId, { day: today, held: x });
      model.add(today, x);
    }
    if (move.do === 'topUp' && mine !== undefined && reservation !== undefined) {
      const x = BigInt(move.x);
      const fits = x === 0n || (mine.held + x <= LIMITS.day && model.fits(mine.day, x));
      const admission = await ledger.topUp(reservation, usd(x));
      assert.equal(admission.type, fits ? 'admitted' : 'refused');
      if (!fits) continue;
      mine.held += x;
      model.add(mine.day, x);
    }
    if (move.do === 'settle' && mine !== undefined && reservation !== undefined && id !== undefined) {
      const spent = (mine.held * BigInt(move.percent)) / 100n;
      assert.deepEqual(await ledger.settle(reservation, cost(spent)), { type: 'settled' });
      model.add(mine.day, spent - mine.held);
      model.settled += spent;
      model.open.delete(id);
      held.delete(id);
    }
    if (move.do === 'crash') {
      processes += 1;
      ledger = another(`p${processes}`);
      clock.time += JOURNAL_MS + 1;
      const report = await ledger.reap(clock.now());
      assert.equal(report.abandoned, model.open.size);
      for (const { held: hold } of model.open.values()) model.settled += hold;
      model.open.clear();
      held.clear();
    }
    compare(model, store.counter('team:a'));
  }
}

function compare(model: Model, counter: Readonly<Record<string, unknown>> | undefined): void {
  const newest = Math.max(-1, ...model.days.keys());
  assert.equal(counter?.['tu'] ?? 0n, model.total);
  assert.equal(counter?.['s'] ?? 0n, model.settled);
  assert.equal(counter?.['day.used'] ?? 0n, model.used(newest));
  const before = counter?.['day.prev'];
  if (typeof before === 'string') {
    assert.equal(counter?.['day.prevUsed'], model.used(Date.parse(before) / DAY_MS));
    assert.equal(Date.parse(before) / DAY_MS, model.kept());
  }
}
