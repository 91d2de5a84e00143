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
import { sharesOf, shiftTo } from '../../lambda/ledger/shares.ts';
import { usedIn } from '../../lambda/ledger/used.ts';
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
  counters: (Item | undefined)[];
}

const PROCESSES = 3;
const who = fc.nat(PROCESSES - 1);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('charge' as const), who, pool: fc.nat(3), x: fc.nat(60) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('look' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('give' as const), pool: fc.nat(3), percent: fc.nat(100) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('limit' as const), day: fc.nat(150), total: fc.nat(400) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('split' as const),
      who,
      pools: fc.option(fc.integer({ min: 1, max: 4 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      who,
      from: fc.nat(3),
      to: fc.nat(3),
      percent: fc.nat(100),
      of: fc.constantFrom(DAY, TOTAL),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('roll' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('no order of charges, splits, moves and new limits, by processes that know old things, passes a limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), (steps) => new Pooled().run(steps)),
    { numRuns: RUNS },
  );
});

class Pooled {
  readonly #store = new MemoryStore();
  readonly #clock = new ManualClock(NOON);
  readonly #calendar = new Calendar(this.#clock);
  readonly #known: Knows[] = Array.from({ length: PROCESSES }, () => ({ policy: NO_POLICY, counters: [] }));

  async run(steps: readonly Step[]): Promise<void> {
    for (const move of steps) {
      const mine = 'who' in move ? this.#known[move.who]! : this.#known[0]!;
      if (move.do === 'roll') this.#clock.time += DAY_MS;
      if (move.do === 'look') mine.policy = this.#policy();
      if (move.do === 'read') mine.counters = this.#counters();
      if (move.do === 'limit') await this.#order(move.day, move.total);
      if (move.do === 'give') await this.#giveBack(move.pool, move.percent);
      if (move.do === 'split') await this.#split(mine, move.pools ?? undefined);
      if (move.do === 'move') await this.#move(mine, move.of, move.from, move.to, move.percent);
      if (move.do === 'charge') await this.#charge(mine, move.pool, BigInt(move.x));
    }
  }

  #policy(): ScopePolicy {
    return readPolicy(this.#item(policyKey(NAME)));
  }

  #item({ pk, sk }: { pk: string; sk: string }): Item | undefined {
    return this.#store.items.get(`${pk}\n${sk}`);
  }

  #counters(): (Item | undefined)[] {
    return Array.from({ length: 4 }, (_, pool) => this.#item(counterKey(NAME, pool)));
  }

  #account(policy: ScopePolicy, pool: number): Account {
    return { policy, pool, limits: inForce(CONFIG, policy, this.#clock.now()) };
  }

  /** As an operator does it: the policy and all counters in one write. */
  async #order(day: number, total: number): Promise<void> {
    const before = this.#policy();
    const version = before.version + 1n;
    const decree = { who: 'ann', why: 'load', at: 0 };
    const overrides = [
      { ...decree, limit: 'day', value: String(day) },
      { ...decree, limit: 'total', value: String(total) },
    ];
    const fences = Array.from({ length: before.everPools }, (_, pool) => ({
      key: counterKey(NAME, pool),
      when: [],
      set: [put('cv', version)],
    }));
    const set = policyChanges({ ...before, overrides, version });
    await this.#store.transact([{ key: policyKey(NAME), when: [], set }, ...fences]);
  }

  async #split(mine: Knows, pools: number | undefined): Promise<void> {
    const account = this.#account(mine.policy, 0);
    const counters = mine.counters.slice(0, mine.policy.everPools);
    const targets: Target[] = account.limits.budgets.map((each) => {
      const window = newestWindow(each, mine.policy, counters, this.#calendar.id(each.window));
      const used = usedByPool(each, window, counters);
      return { budget: each, window, shares: spread(each.limit, used, pools ?? mine.policy.pools) };
    });
    await this.#arrange(mine, account, targets, pools);
  }

  async #move(mine: Knows, of: typeof DAY, from: number, to: number, percent: number): Promise<void> {
    const account = this.#account(mine.policy, 0);
    if (from === to || Math.max(from, to) >= mine.policy.everPools || isOverdrawn(account)) return;
    const each = account.limits.budgets.find(({ id }) => id === of.id)!;
    const counters = mine.counters.slice(0, mine.policy.everPools);
    const window = newestWindow(each, mine.policy, counters, this.#calendar.id(each.window));
    const shares = [...sharesOf(each.limit, mine.policy, each.id, window)];
    const room = shares[from]! - (usedByPool(each, window, counters)[from] ?? 0n);
    const gift = room <= 0n ? 0n : (room * BigInt(percent)) / 100n;
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
    const by = { number: 0, nowMs: this.#clock.now() };
    const { policy, ops } = rearrange(account, targets, mine.counters, change, by);
    for (const { budget: each } of targets) {
      for (const window of ['2026-11-24', '2026-11-25', '2026-11-26', 'total']) {
        const sum = sharesOf(each.limit, policy, each.id, window).reduce((a, b) => a + b, 0n);
        assert.ok(sum <= each.limit, `shares of ${sum} of ${each.limit}`);
      }
    }
    if ((await this.#store.transact(ops)).type === 'done') mine.policy = policy;
  }

  async #charge(mine: Knows, pool: number, x: bigint): Promise<void> {
    const account = this.#account(mine.policy, pool);
    if (pool >= mine.policy.everPools || isOverdrawn(account)) return;
    if (account.limits.budgets.some(({ limit }) => x > limit)) return;
    const take = { money: usd(x), requests: 1, tokens: 0, running: false, as: 'request', number: 0 } as const;
    const { op, short, windows } = charge(account, take, mine.counters[pool], this.#calendar, new Set());
    if (short.length > 0) return;
    const result = await this.#store.transact([op]);
    mine.counters[pool] = this.#item(op.key);
    if (result.type !== 'done') return;
    const { limits } = this.#account(this.#policy(), pool);
    for (const each of limits.budgets) {
      const window = windows.find((pinned) => pinned.budget === each.id)?.id ?? 'total';
      const used = this.#counters().reduce((sum, item) => sum + (usedIn(each, window, item)?.used ?? 0n), 0n);
      assert.ok(x === 0n || used <= each.limit, `${each.id} ${window}: ${used} of ${each.limit}`);
    }
  }

  async #giveBack(pool: number, percent: number): Promise<void> {
    const counter = this.#counters()[pool];
    const id = counter?.['day.id'];
    if (typeof id !== 'string') return;
    const used = (counter?.['day.used'] as bigint) ?? 0n;
    const back = (used * BigInt(percent)) / 100n;
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
