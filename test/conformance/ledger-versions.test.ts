import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openSqliteLedger } from '../../lambda/adapters/local/sqlite-store.ts';
import { rowOf } from '../../lambda/core/audit/entry.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import { counterKey, policyKey } from '../../lambda/ledger/items.ts';
import { NO_POLICY, policyChanges } from '../../lambda/ledger/policy.ts';
import { addUp, checkAtRest } from '../support/ledger-books.ts';
import { createOld, Mixed, type Step, type Version } from '../support/ledger-versions.ts';
import {
  admitted,
  budget,
  cost,
  LONGEST_MS,
  ManualClock,
  NOON,
  scope,
  usd,
} from '../support/ledger-world.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { CountingIds, Dice } from '../support/virtual-clock.ts';

/** Schedules of one run; a nightly run sets more. */
const RUNS = Number(process.env['TOLLGATE_RUNS'] ?? 200);
const SEED = 20_261_124;

const SCOPES = [
  scope('team:a', budget('day', 100), budget('total', 600)),
  scope('app:a/b', budget('day', 60, 'day@Europe/Berlin', 'Europe/Berlin')),
  scope('user:u', budget('week', 150)),
];

const by: fc.Arbitrary<Version> = fc.constantFrom('old', 'new');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('admit' as const),
      by,
      scopes: fc.subarray([0, 1, 2]),
      estimate: fc.integer({ min: 0, max: 40 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('topUp' as const), pick: fc.nat(), extra: fc.nat(20) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('settle' as const), pick: fc.nat(), percent: fc.nat(100) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reap' as const), by, early: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), by }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1_000, 700_000, 40_000_000),
    }),
  },
);
/** What happens at once, over and over. */
const schedule = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 25 });

const sums: Record<string, number> = {};

test(`old and new ledgers on one table keep limits and lose nothing: ${RUNS} schedules in memory`, async () => {
  const property = fc.asyncProperty(schedule, by, async (batches, last) => {
    await run(new Mixed({ store: new MemoryStore(), scopes: SCOPES, start: NOON }), batches, last);
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
  for (const name of ['oldAdmitted', 'newAdmitted', 'refused', 'oldReapedNew', 'newReapedOld', 'toppedUp'])
    assert.ok((sums[name] ?? 0) > 0, `the schedules never had ${name}: ${JSON.stringify(sums)}`);
});

test(`the same on SQLite: ${Math.ceil(RUNS / 10)} schedules`, async () => {
  const property = fc.asyncProperty(schedule, by, async (batches, last) => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-versions-'));
    const sqlite = openSqliteLedger(folder);
    try {
      await run(new Mixed({ store: sqlite.store, scopes: SCOPES, start: NOON }), batches, last);
    } finally {
      sqlite.close();
      rmSync(folder, { recursive: true });
    }
  });
  await fc.assert(property, { numRuns: Math.ceil(RUNS / 10), seed: SEED });
});

for (const [dead, other] of [
  ['old', 'new'],
  ['new', 'old'],
] as const) {
  test(`the ${other} ledger posts what the ${dead} one left held, and its row can be read`, async () => {
    const mixed = new Mixed({ store: new MemoryStore(), scopes: SCOPES, start: NOON });
    await mixed.take({ do: 'admit', by: dead, scopes: [0, 1, 2], estimate: 40 });
    await mixed.take({ do: 'admit', by: other, scopes: [0], estimate: 20 });
    await mixed.take({ do: 'settle', pick: 1, percent: 50 });
    await mixed.take({ do: 'kill', by: dead });
    await mixed.take({ do: 'wait', ms: 1_300_000 });
    await mixed.take({ do: 'reap', by: other, early: false });
    const rows = (await mixed.items()).filter((item) => item['st'] === 'F').map(rowOf);
    assert.deepEqual(
      rows.map((row) => [row.request_id, row.outcome, row.cost_nano_usd, row.held_nano_usd, row.model_asked]),
      [
        ['r0', 'abandoned', 40n, 40n, 'm'],
        ['r1', 'ok', 10n, 20n, 'm'],
      ],
    );
    await mixed.finish(other);
  });
}

test('a window that one ledger has begun is rolled by the other, and a hold of the day before is settled in it', async () => {
  for (const [first, second] of [
    ['old', 'new'],
    ['new', 'old'],
  ] as const) {
    const store = new MemoryStore();
    const mixed = new Mixed({ store, scopes: SCOPES, start: NOON });
    await mixed.take({ do: 'admit', by: first, scopes: [0], estimate: 40 });
    await mixed.take({ do: 'wait', ms: 13 * 3_600_000 });
    await mixed.take({ do: 'admit', by: second, scopes: [0], estimate: 30 });
    await mixed.take({ do: 'settle', pick: 0, percent: 50 });
    const counter = store.items.get('S#team:a\nC');
    assert.deepEqual(
      ['day.id', 'day.used', 'day.prev', 'day.prevUsed', 'tu', 's'].map((name) => counter?.[name]),
      ['2026-11-25', 30n, '2026-11-24', 20n, 50n, 20n],
    );
    await mixed.finish(second);
  }
});

for (const crash of ['with a request running', 'with nothing running'] as const) {
  test(`the old reaper loses no lease of a new process that died ${crash}`, async () => {
    const store = new MemoryStore();
    const clock = new ManualClock(NOON);
    const ids = new CountingIds();
    const deps = (environment: string) => ({
      store,
      clock,
      ids,
      random: new Dice(1),
      environment,
      admitMs: 2_000,
      longestRequestMs: LONGEST_MS,
    });
    const hot = scope('team:a', budget('day', 100_000));
    await heat(store, hot.scope);
    const ledger = createLedger({ ...deps('new'), heat: { leastRequests: 0, leastRoom: 1 } });
    for (let index = 0; index < 5; index++) {
      const requestId = `r${index}`;
      const request = { requestId, scopes: [hot], number: 0, estimate: usd(10), tokens: 0, facts: {} };
      const reservation = admitted(await ledger.admit(request));
      if (index < 4 || crash === 'with nothing running') await ledger.settle(reservation, cost(5));
      clock.time += 100;
    }
    const leased = [...store.items.values()].filter(({ st, g }) => st === 'OPEN' && Number(g ?? 0n) > 0);
    assert.ok(leased.length > 0, 'something was leased');

    clock.time += 2_000_000;
    await createOld(deps('old')).reap(clock.now());
    await createLedger(deps('next')).reap(clock.now());
    const books = addUp([...store.items.values()]);
    checkAtRest(books);
    const used = crash === 'with nothing running' ? 25n : 30n;
    assert.equal(books.counters.get(hot.scope)?.used, used);
  });
}

/** Makes a scope one that is paid from leases. */
async function heat(store: MemoryStore, name: string): Promise<void> {
  const policy = {
    ...NO_POLICY,
    version: 1n,
    heat: { level: 1, until: NOON + 3_600_000, at: NOON, count: '0' },
  };
  await store.transact([
    { key: policyKey(name), when: [], set: policyChanges(policy) },
    { key: counterKey(name), when: [], set: [{ op: 'put', attr: 'cv', value: policy.version }] },
  ]);
}

async function run(mixed: Mixed, batches: readonly (readonly Step[])[], last: Version): Promise<void> {
  for (const batch of batches) {
    await Promise.all(batch.filter((each) => each.do !== 'wait').map((each) => mixed.take(each)));
    // Time passes between the moves: a clock that jumps within one would end its retries.
    for (const each of batch) if (each.do === 'wait') await mixed.take(each);
    await mixed.checkLimits();
  }
  await mixed.finish(last);
  for (const [name, count] of Object.entries(mixed.counts)) sums[name] = (sums[name] ?? 0) + count;
}
