import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createStreamAlerts } from '../../lambda/jobs/alerts/from-stream.ts';
import { watchBudgets } from '../../lambda/jobs/alerts/watch.ts';
import type { StreamRecord } from '../../lambda/jobs/auditor/stream-rows.ts';
import { add, alertKey, amount, counterKey, policyKey, put, text } from '../../lambda/ledger/items.ts';
import { NO_POLICY, policyChanges } from '../../lambda/ledger/policy.ts';
import type { LedgerStore, Op } from '../../lambda/ports/ledger-store.ts';
import type { Notice } from '../../lambda/ports/notices.ts';
import { CENT, fakeNotices, NOON } from '../support/budget-counters.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { MemoryStore } from '../support/memory-store.ts';

const RUNS = { numRuns: Number(process.env['TOLLGATE_RUNS'] ?? 200) };

const SCOPE = 'team:search';
const MARKS = [50, 80, 100] as const;

type Step =
  | { readonly type: 'spend'; readonly pool: number; readonly cents: number }
  | { readonly type: 'limit'; readonly cents: number }
  | { readonly type: 'roll' }
  /** A look of one of two processes at up to so many changes; its notices fail if `fails`. */
  | { readonly type: 'look'; readonly size: number; readonly process: 0 | 1; readonly fails: boolean }
  | { readonly type: 'restart' };

const spend = fc.record({
  type: fc.constant('spend' as const),
  pool: fc.nat({ max: 3 }),
  cents: fc.integer({ min: 1, max: 40 }),
});
const look = fc.record({
  type: fc.constant('look' as const),
  size: fc.integer({ min: 1, max: 6 }),
  process: fc.constantFrom(0 as const, 1 as const),
  fails: fc.boolean(),
});
const limit = fc.record({ type: fc.constant('limit' as const), cents: fc.integer({ min: 20, max: 300 }) });
const roll = fc.constant({ type: 'roll' as const });
const restart = fc.constant({ type: 'restart' as const });

/** The counters as the ledger writes them, with what marks they have reached when. */
class World {
  readonly store = new MemoryStore();
  readonly notices = fakeNotices();
  readonly clock = createManualClock(NOON);
  readonly changes: StreamRecord[] = [];
  /** Marks reached at any moment, as `window mark`. */
  readonly reached = new Set<string>();
  readonly pools: number;
  #day = 24;
  #limit = 100n * CENT;

  constructor(pools: number) {
    this.pools = pools;
  }

  get window(): string {
    return `2026-11-${this.#day}`;
  }

  async split(): Promise<void> {
    if (this.pools === 1) return;
    const policy = { ...NO_POLICY, version: 1n, pools: this.pools, everPools: this.pools };
    await this.store.transact([{ key: policyKey(SCOPE), when: [], set: policyChanges(policy) }]);
  }

  async apply(step: Step, store: LedgerStore = this.store): Promise<void> {
    if (step.type === 'roll') this.#day += 1;
    if (step.type === 'limit') this.#limit = BigInt(step.cents) * CENT;
    // A new limit shows in a counter with the next charge of it, and a new window too.
    if (step.type === 'spend') await this.#charge(step.pool % this.pools, BigInt(step.cents) * CENT, store);
    if (step.type === 'limit') await this.#charge(0, 0n, store);
  }

  async #charge(pool: number, cost: bigint, store: LedgerStore): Promise<void> {
    const key = counterKey(SCOPE, pool);
    const before = await this.store.get(key);
    const rolls = text(before, 'day.id') !== this.window;
    const op: Op = {
      key,
      when: [],
      set: [
        put('day.id', this.window),
        put('day.lim', this.#limit),
        rolls ? put('day.spent', cost) : add('day.spent', cost),
        add('s', cost),
        ...(this.pools === 1 ? [] : [put('cv', 1n)]),
      ],
    };
    await store.transact([op]);
    this.changes.push({ id: String(this.changes.length), before, after: await this.store.get(key) });
    const spent = await this.spent();
    for (const mark of MARKS)
      if (spent > 0n && spent * 100n >= this.#limit * BigInt(mark))
        this.reached.add(`${this.window} ${mark}`);
  }

  async spent(): Promise<bigint> {
    let sum = 0n;
    for (let pool = 0; pool < this.pools; pool++) {
      const item = await this.store.get(counterKey(SCOPE, pool));
      if (text(item, 'day.id') === this.window) sum += amount(item, 'day.spent');
    }
    return sum;
  }

  /** What holds of everything that was published so far. */
  check(): void {
    const names = this.notices.sent.map(({ window, mark }) => `${window} ${mark}`);
    assert.equal(new Set(names).size, names.length, `told twice: ${names.join(', ')}`);
    for (const notice of this.notices.sent) {
      assert.ok(this.reached.has(`${notice.window} ${notice.mark}`), 'told before it was reached');
      assert.ok(isSpent(notice), 'the notice says less than its mark');
    }
  }
}

function isSpent({ spent, limit, mark }: Notice): boolean {
  return mark !== 'soft' && spent * 100n >= limit * BigInt(mark);
}

/** Two processes read the stream in turn: at least once, in order, from where the first failure was. */
async function follow(world: World, steps: readonly Step[]): Promise<void> {
  await world.split();
  const process = () => createStreamAlerts({ ...world, store: world.store, telemetry: { emit() {} } });
  const processes = [process(), process()];
  let from = 0;
  const deliver = async (size: number, who: 0 | 1) => {
    const batch = world.changes.slice(from, from + size);
    const failed = await processes[who]?.(batch);
    from = failed === undefined ? from + batch.length : Number(failed);
    world.check();
  };
  for (const step of steps) {
    if (step.type === 'look') {
      world.notices.fail = () => (step.fails ? new Error('throttled') : undefined);
      await deliver(step.size, step.process);
    } else if (step.type === 'restart') {
      processes[0] = process();
      from = Math.max(0, from - 3);
    } else await world.apply(step);
  }
  world.notices.fail = () => undefined;
  for (let tries = 0; from < world.changes.length; tries++) {
    assert.ok(tries < 100, 'a change is asked for again and again');
    await deliver(5, 0);
  }
}

const told = (world: World) => new Set(world.notices.sent.map(({ window, mark }) => `${window} ${mark}`));

describe('laws of alerts', () => {
  it('from the stream: each mark of one counter is told once per window, never early, and none is forgotten', async () => {
    const steps = fc.array(fc.oneof(spend, look, limit, roll, restart), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const world = new World(1);
        await follow(world, list);
        assert.deepEqual(told(world), world.reached);
      }),
      RUNS,
    );
  });

  it('from the stream: the same over the sum of a split scope, for the window it is in', async () => {
    const steps = fc.array(fc.oneof(spend, spend, look, roll, restart), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 4 }), steps, async (pools, list) => {
        const world = new World(pools);
        await follow(world, list);
        const now = [...world.reached].filter((name) => name.startsWith(world.window));
        for (const name of now) assert.ok(told(world).has(name), `never told: ${name}`);
      }),
      RUNS,
    );
  });

  it('in one process: each mark is told once, never early, also over restarts and notices that fail', async () => {
    const steps = fc.array(fc.oneof(spend, look, restart), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (pools, list) => {
        const world = new World(pools);
        await world.split();
        const start = () => watchBudgets({ ...world, store: world.store, telemetry: { emit() {} } });
        let watch = start();
        for (const step of list) {
          if (step.type === 'look') {
            world.notices.fail = () => (step.fails ? new Error('closed') : undefined);
            await watch.look();
          } else if (step.type === 'restart') {
            await watch.stop();
            watch = start();
          } else await world.apply(step, watch.store);
          world.check();
        }
        world.notices.fail = () => undefined;
        await world.apply({ type: 'spend', pool: 0, cents: 1 }, watch.store);
        await watch.stop();
        world.check();
        assert.deepEqual(told(world), world.reached);
      }),
      RUNS,
    );
  });

  it('a mark that a crash left pending is told, and one that was noted as sent is not', async () => {
    const world = new World(1);
    await world.apply({ type: 'spend', pool: 0, cents: 85 });
    const pending = alertKey(SCOPE, world.window, 'day', 50);
    const sent = alertKey(SCOPE, world.window, 'day', 80);
    await world.store.transact([
      { key: pending, when: [], set: [put('st', 'PENDING'), put('at', BigInt(NOON) - 60_000n)] },
      { key: sent, when: [], set: [put('st', 'SENT'), put('at', 0n)] },
    ]);
    await createStreamAlerts({ ...world, store: world.store, telemetry: { emit() {} } })(world.changes);
    assert.deepEqual(told(world), new Set([`${world.window} 50`]));
  });
});
