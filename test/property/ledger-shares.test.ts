import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Calendar } from '../../lambda/ledger/calendar.ts';
import { type Account, charge } from '../../lambda/ledger/charge.ts';
import { evaluate } from '../../lambda/ledger/evaluate.ts';
import { counterKey, policyKey, put } from '../../lambda/ledger/items.ts';
import { adjust } from '../../lambda/ledger/move.ts';
import {
  inForce,
  NO_POLICY,
  policyChanges,
  readPolicy,
  type ScopePolicy,
} from '../../lambda/ledger/policy.ts';
import { isOverdrawn } from '../../lambda/ledger/pools.ts';
import { newestWindow, rearrange, spread, type Target, usedByPool } from '../../lambda/ledger/rearrange.ts';
import { shareOf, sharesOf, shiftTo } from '../../lambda/ledger/shares.ts';
import { usedIn, usedNow } from '../../lambda/ledger/used.ts';
import type { Item } from '../../lambda/ports/ledger-store.ts';
import { budget, ManualClock, NOON, scope, usd } from '../support/ledger-world.ts';
import { MemoryStore } from '../support/memory-store.ts';

const RUNS = Number(process.env['TOLLGATE_RUNS'] ?? 1_000);
const DAY_MS = 86_400_000;
const NAME = 'team:a';
const DAY = budget('day', 100);
const TOTAL = budget('total', 300);
const CONFIG = scope(NAME, DAY, TOTAL);

const amounts = fc.bigInt({ min: 0n, max: 10_000n });

test('shares spread over pools never add up to more than the limit, and nobody keeps less than it has used', () => {
  fc.assert(
    fc.property(
      amounts,
      fc.array(amounts, { maxLength: 8 }),
      fc.integer({ min: 1, max: 9 }),
      (limit, used, pools) => {
        const shares = spread(limit, used, pools);
        const sum = shares.reduce((a, b) => a + b, 0n);
        assert.ok(sum <= limit, `${sum} of ${limit}`);
        if (sum === 0n) return;
        for (const [pool, each] of used.entries()) assert.ok((shares[pool] ?? 0n) >= each);
        assert.ok(limit - sum < BigInt(2 * pools), 'what is left out is only a remainder');
      },
    ),
    { numRuns: RUNS },
  );
});

test('a shift that was made for one limit shares out no more than any other limit, in any window', () => {
  const cases = fc.record({
    limit: amounts,
    later: amounts,
    used: fc.array(amounts, { minLength: 1, maxLength: 6 }),
    pools: fc.integer({ min: 1, max: 7 }),
  });
  fc.assert(
    fc.property(cases, ({ limit, later, used, pools }) => {
      const everPools = Math.max(pools, used.length);
      const shift = shiftTo(spread(limit, used, pools), limit, pools, '2026-11-24');
      const policy: ScopePolicy = { ...NO_POLICY, pools, everPools, shifts: { day: shift } };
      for (const window of ['2026-11-23', '2026-11-24', '2026-11-25']) {
        const sum = sharesOf(later, policy, 'day', window).reduce((a, b) => a + b, 0n);
        assert.ok(sum <= later, `${sum} of ${later} in ${window}`);
      }
      assert.deepEqual(sharesOf(limit, policy, 'day', '2026-11-24'), spread(limit, used, pools));
    }),
    { numRuns: RUNS },
  );
});

/** A process that may know old things: a policy, and copies of the counters. */
interface Knows {
  policy: ScopePolicy;
  /** Number of the config, from 0. */
  config: number;
  counters: (Item | undefined)[];
}

const PROCESSES = 3;
const who = fc.nat(PROCESSES - 1);
const pool = fc.nat(2);
const percent = fc.oneof(fc.nat(100), fc.constant(100), fc.constant(250));
/** Whether a clock is a day behind. */
const late = fc.constantFrom(false, false, true);
/** What a process reads before it acts: mostly all, sometimes nothing. Copies of counters are never older than the policy. */
const reads = fc.constantFrom('all', 'counters', 'none', 'none');
const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('charge' as const), who, reads, pool, percent, late }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('read' as const), who, reads }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('give' as const), pool, percent }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('order' as const, 'deploy' as const),
      day: fc.integer({ min: 10, max: 150 }),
      total: fc.integer({ min: 100, max: 400 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('split' as const),
      who,
      reads,
      pools: fc.option(fc.integer({ min: 1, max: 3 })),
      late,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      who,
      reads,
      from: pool,
      to: pool,
      percent,
      of: fc.constantFrom(DAY, TOTAL),
      late,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('roll' as const, 'take back' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('all read' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('no order of charges, splits, moves and new limits, by processes that know old things, passes a limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => new Pooled().run(steps)),
    { numRuns: RUNS },
  );
});

class Pooled {
  readonly #store = new MemoryStore();
  readonly #clock = new ManualClock(NOON);
  readonly #calendars = [0, DAY_MS].map((ms) => {
    const clock = this.#clock;
    return new Calendar({
      now: () => clock.now() - ms,
      monotonic: () => clock.monotonic(),
      sleep: () => Promise.resolve(),
      after: () => clock.after(),
    });
  });
  #calendar = this.#calendars[0]!;
  /** Limits by the number of the config. */
  readonly #configs = [CONFIG];
  readonly #known: Knows[] = Array.from({ length: PROCESSES }, () => ({
    policy: NO_POLICY,
    config: 0,
    counters: [],
  }));

  async run(steps: readonly Step[]): Promise<void> {
    await this.#split(this.#known[0]!, 3);
    for (const move of steps) {
      const mine = 'who' in move ? this.#known[move.who]! : this.#known[0]!;
      if ('reads' in move) this.#read(mine, move.reads);
      this.#calendar = this.#calendars['late' in move && move.late ? 1 : 0]!;
      if (move.do === 'roll') this.#clock.time += DAY_MS;
      if (move.do === 'all read') for (const each of this.#known) this.#read(each, 'all');
      if (move.do === 'order') await this.#order({ day: move.day, total: move.total });
      if (move.do === 'take back') await this.#order({});
      if (move.do === 'deploy')
        this.#configs.push(scope(NAME, budget('day', move.day), budget('total', move.total)));
      if (move.do === 'give') await this.#giveBack(move.pool, move.percent);
      if (move.do === 'split') await this.#split(mine, move.pools ?? undefined);
      if (move.do === 'move') await this.#move(mine, move.of, move.from, move.to, move.percent);
      if (move.do === 'charge') await this.#charge(mine, move.pool, move.percent);
    }
  }

  #read(mine: Knows, what: string): void {
    if (what === 'all') Object.assign(mine, { policy: this.#policy(), config: this.#configs.length - 1 });
    if (what !== 'none') mine.counters = this.#counters();
  }

  #policy(): ScopePolicy {
    return readPolicy(this.#item(policyKey(NAME)));
  }

  #item({ pk, sk }: { pk: string; sk: string }): Item | undefined {
    return this.#store.items.get(`${pk}\n${sk}`);
  }

  #counters(): (Item | undefined)[] {
    return Array.from({ length: 3 }, (_, pool) => this.#item(counterKey(NAME, pool)));
  }

  #account({ policy, config }: Pick<Knows, 'policy' | 'config'>, pool: number): Account {
    return { policy, pool, limits: inForce(this.#configs[config]!, policy, this.#clock.now()) };
  }

  /** As an operator does it: the policy and all counters in one write. */
  async #order(limits: Readonly<Record<string, number>>): Promise<void> {
    const before = this.#policy();
    const version = before.version + 1n;
    const decree = { who: 'ann', why: 'load', at: 0 };
    const overrides = Object.entries(limits).map(([limit, value]) => ({
      ...decree,
      limit,
      value: String(value),
    }));
    const fences = Array.from({ length: before.everPools }, (_, pool) => ({
      key: counterKey(NAME, pool),
      when: [],
      set: [put('cv', version)],
    }));
    const set = policyChanges({ ...before, overrides, version });
    await this.#store.transact([{ key: policyKey(NAME), when: [], set }, ...fences]);
  }

  async #split(mine: Knows, pools: number | undefined): Promise<void> {
    const account = this.#account(mine, 0);
    const counters = mine.counters.slice(0, mine.policy.everPools);
    const targets: Target[] = account.limits.budgets.map((each) => {
      const window = newestWindow(each, mine.policy, counters, this.#calendar.id(each.window));
      const used = usedByPool(each, window, counters);
      return { budget: each, window, shares: spread(each.limit, used, pools ?? mine.policy.pools) };
    });
    await this.#arrange(mine, account, targets, pools ?? mine.policy.pools);
  }

  async #move(mine: Knows, of: typeof DAY, from: number, to: number, percent: number): Promise<void> {
    const account = this.#account(mine, 0);
    if (from === to || Math.max(from, to) >= mine.policy.everPools || isOverdrawn(account)) return;
    const each = account.limits.budgets.find(({ id }) => id === of.id)!;
    const counters = mine.counters.slice(0, mine.policy.everPools);
    const window = newestWindow(each, mine.policy, counters, this.#calendar.id(each.window));
    const shares = [...sharesOf(each.limit, mine.policy, each.id, window)];
    const room = shares[from]! - (usedByPool(each, window, counters)[from] ?? 0n);
    const gift = room <= 0n ? 0n : (room * BigInt(Math.min(percent, 100))) / 100n;
    shares[from]! -= gift;
    shares[to]! += gift;
    await this.#arrange(mine, account, [{ budget: each, window, shares }], undefined);
  }

  async #arrange(
    mine: Knows,
    account: Account,
    targets: readonly Target[],
    pools: number | undefined,
  ): Promise<void> {
    const change = pools === undefined ? {} : { pools };
    const by = { number: mine.config, nowMs: this.#clock.now() };
    const { policy, ops } = rearrange(account, targets, mine.counters, change, by);
    for (const { budget: each } of targets) {
      for (const window of ['2026-11-24', '2026-11-25', '2026-11-26', 'total']) {
        const sum = sharesOf(each.limit, policy, each.id, window).reduce((a, b) => a + b, 0n);
        assert.ok(sum <= each.limit, `shares of ${sum} of ${each.limit}`);
      }
    }
    if ((await this.#store.transact(ops)).type === 'done') mine.policy = policy;
  }

  /** A part of what the process believes to be left. */
  async #charge(mine: Knows, pool: number, percent: number): Promise<void> {
    if (isOverdrawn(this.#account(mine, pool))) await this.#split(mine, undefined);
    const account = this.#account(mine, pool);
    if (pool >= mine.policy.everPools || isOverdrawn(account)) return;
    const rooms = account.limits.budgets.map((each) => {
      const { window, used } = usedNow(each, mine.policy, mine.counters[pool], this.#calendar);
      return shareOf(each.limit, account, each.id, window) - used;
    });
    const x = (rooms.reduce((a, b) => (a < b ? a : b)) * BigInt(percent)) / 100n;
    // More than any limit was refused before; more than a share has to be found out.
    if (x <= 0n || account.limits.budgets.some(({ limit }) => x > limit)) return;
    const take = {
      money: usd(x),
      requests: 1,
      tokens: 0,
      running: false,
      as: 'request',
      number: mine.config,
    } as const;
    const { op, short, windows } = charge(account, take, mine.counters[pool], this.#calendar, new Set());
    if (short.length > 0) return;
    const result = await this.#store.transact([op]);
    mine.counters[pool] = this.#item(op.key);
    if (result.type !== 'done') return;
    // A config counts from the first charge or split under it.
    const config = Math.max(...this.#counters().map((item) => Number(item?.['cn'] ?? 0n)));
    const { limits } = this.#account({ policy: this.#policy(), config }, pool);
    for (const each of limits.budgets) {
      const window = windows.find((pinned) => pinned.budget === each.id)?.id ?? 'total';
      const used = this.#counters().reduce((sum, item) => sum + (usedIn(each, window, item)?.used ?? 0n), 0n);
      assert.ok(used <= each.limit, `${each.id} ${window}: ${used} of ${each.limit}`);
    }
  }

  async #giveBack(pool: number, percent: number): Promise<void> {
    const counter = this.#counters()[pool];
    const id = counter?.['day.id'];
    if (typeof id !== 'string') return;
    const used = (counter?.['day.used'] as bigint) ?? 0n;
    const back = (used * BigInt(Math.min(percent, 100))) / 100n;
    const pin = {
      scope: NAME,
      pool,
      lease: undefined,
      own: undefined,
      running: false,
      tokenNs: 0n,
      windows: [{ budget: 'day', id }],
    };
    const op = adjust(pin, -back, usd(0), counter);
    assert.ok(evaluate(counter, op));
    await this.#store.transact([op]);
  }
}
