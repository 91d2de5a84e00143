import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import type { HeatRules } from '../../../lambda/ledger/heat-rules.ts';
import { admitted, asks, budget, cost, EAGER, NOON, scope, world } from '../../support/ledger-world.ts';

const WIDE = scope('team:a', budget('day', 1_000_000));
const RULES: Partial<HeatRules> = {
  ...EAGER,
  conflicts: 2,
  conflictMs: 2_000,
  stampede: 5,
  settleMs: 3_000,
  poolRoom: 20,
  pools: [1, 1, 3],
  leave: [0, 5, 30],
  lookMs: 30_000,
  lookWithinMs: 0,
  // Nobody leases here, so that each request meets the counter.
  leastRequests: 1_000_000,
};

function busy(rules: Partial<HeatRules> = {}, limits: ScopeLimits = WIDE) {
  const w = world();
  const heat = { ...RULES, ...rules };
  const ledger = w.another('busy', { heat });
  let count = 0;
  const ask = async (money = 1) => {
    count += 1;
    return admitted(await ledger.admit(asks(`r${count}`, money, [limits])));
  };
  /** One admission that meets others so often before it works. */
  const meets = async (times: number) => {
    w.store.plan(Array(times).fill('conflict'), 'E#', 'HELD');
    return ask();
  };
  return { ...w, ask, meets, level: () => w.store.policy('team:a').heat.level, heat };
}

test('a scope where others were in the way again and again becomes hot, for all processes', async () => {
  const { store, ask, meets, level } = busy();
  await meets(1);
  assert.equal(level(), 0, 'once is chance');
  await meets(2);
  await ask();
  assert.equal(level(), 1);
  const { heat, version, pools } = store.policy('team:a');
  assert.deepEqual([version, pools, heat.count], [1n, 1, '1']);
  assert.ok(heat.at >= NOON && heat.until >= heat.at + 30_000);
});

test('conflicts that are long ago make nothing hot', async () => {
  const { clock, ask, meets, level } = busy();
  await meets(1);
  clock.time += 2_001;
  await meets(1);
  await ask();
  assert.equal(level(), 0);
});

test('the next step up waits until the last one had time to work', async () => {
  const { store, clock, ask, meets, level } = busy();
  await meets(2);
  await ask();
  await meets(2);
  await ask();
  assert.equal(level(), 1);
  clock.time += 3_000;
  await meets(2);
  await ask();
  assert.equal(level(), 2);
  assert.deepEqual([store.policy('team:a').pools, store.policy('team:a').basis], [3, { day: '1000000' }]);
});

test('a stampede does not wait', async () => {
  const { ask, meets, level } = busy();
  await meets(2);
  await ask();
  await meets(5);
  await ask();
  assert.equal(level(), 2);
});

test('there is no level above the last', async () => {
  const { clock, ask, meets, level } = busy();
  for (let times = 0; times < 4; times++) {
    await meets(5);
    await ask();
    clock.time += 10_000;
  }
  assert.equal(level(), 2);
});

test('a budget that is small for its calls is neither leased nor split', async () => {
  const small = scope('team:a', budget('day', 59));
  const direct = busy({}, small);
  await direct.meets(5);
  await direct.ask();
  assert.equal(direct.level(), 1, 'room for twenty calls, if not for twenty in each of three pools');
  await direct.meets(5);
  await direct.ask();
  assert.equal(direct.level(), 1);
  const tiny = busy({}, scope('team:a', budget('day', 19)));
  await tiny.meets(5);
  await tiny.ask();
  assert.equal(tiny.level(), 0);
});

test('an observed budget that is small is no reason against it', async () => {
  const observed = { ...budget('day', 5), mode: 'observe' as const };
  const { ask, meets, level } = busy({}, scope('team:a', observed));
  await meets(2);
  await ask();
  assert.equal(level(), 1);
});

test('a scope is not split where its rate would have too small parts', async () => {
  const requests = { perMinute: 59, burst: 1_000, mode: 'enforce' as const };
  const slow = busy({}, { ...WIDE, requests });
  for (let times = 0; times < 2; times++) {
    await slow.meets(5);
    await slow.ask();
  }
  assert.equal(slow.level(), 1);
  const narrow = busy({}, { ...WIDE, requests: { perMinute: 1_000, burst: 59, mode: 'enforce' } });
  for (let times = 0; times < 2; times++) {
    await narrow.meets(5);
    await narrow.ask();
  }
  assert.equal(narrow.level(), 1);
});

test('a scope with a limit on parallel requests stays cold', async () => {
  const { ask, meets, level } = busy({}, { ...WIDE, parallel: { limit: 100, mode: 'enforce' } });
  await meets(5);
  await ask();
  assert.equal(level(), 0);
});

test('a scope cools down by its measured rate, one level at a time', async () => {
  const { clock, store, ask, meets, level } = busy();
  await meets(5);
  await meets(5);
  await ask();
  assert.equal(level(), 2);
  clock.time += 60_000;
  await ask();
  assert.equal(level(), 1);
  assert.equal(store.policy('team:a').pools, 1);
  clock.time += 60_000;
  await ask();
  assert.equal(level(), 0);
});

test('a scope that is as busy as before stays hot, although nobody meets anybody any more', async () => {
  const { clock, store, ask, meets, level } = busy();
  await meets(2);
  await ask();
  for (let count = 0; count < 250; count++) {
    clock.time += 100;
    await ask();
  }
  clock.time += 20_000;
  await ask();
  assert.equal(level(), 1, 'more than five a second');
  assert.ok(Number(store.policy('team:a').heat.count) > 250, 'the next look counts from here');
});

test('a split scope stays hot when its requests are charged on any of its pools', async () => {
  for (const name of ['a', 'b', 'c', 'd']) {
    const { store, clock, another, heat } = busy();
    await store.split('team:a', 3, { day: 1_000_000 });
    await store.setPolicy('team:a', { heat: { level: 2, until: NOON + 20_000, at: NOON, count: '0' } });
    const ledger = another(name, { heat });
    for (let count = 0; count < 900; count++) {
      clock.time += 25;
      admitted(await ledger.admit(asks(`r${count}`, 1, [WIDE])));
    }
    assert.equal(store.policy('team:a').heat.level, 2, `forty a second of ${name}`);
    assert.ok(store.policy('team:a').heat.at > NOON, 'it was looked at');
  }
});

test('a look that somebody else has had is not had again', async () => {
  const { clock, store, ask, meets, another, heat } = busy();
  await meets(2);
  await ask();
  const other = another('other', { heat });
  admitted(await other.admit(asks('o1', 1, [WIDE])));
  clock.time += 60_000;
  await ask();
  const { version } = store.policy('team:a');
  admitted(await other.admit(asks('o2', 1, [WIDE])));
  assert.equal(store.policy('team:a').version, version);
});

test('a process learns of the heat that others have found by reading the policy again now and then', async () => {
  const { store, clock, another, heat } = busy();
  await store.setPolicy('team:a', { heat: { level: 1, until: NOON + 3_600_000, at: NOON, count: '0' } });
  const ledger = another('old', { heat: { ...heat, rereadMs: 10_000 } });
  const ask = async (id: string) => admitted(await ledger.admit(asks(id, 1, [WIDE])));
  await ask('o1');
  // Heat alone marks no counter.
  const policy = store.items.get('P#team:a\nP')!;
  const d = String(policy['d']).replace('"level":1', '"level":2');
  store.items.set('P#team:a\nP', { ...policy, d, cv: (policy['cv'] as bigint) + 1n });
  let reads = 0;
  const get = store.get.bind(store);
  store.get = (key) => {
    if (key.pk === 'P#team:a') reads += 1;
    return get(key);
  };
  await ask('o2');
  assert.equal(reads, 0);
  clock.time += 10_000;
  await ask('o3');
  await ask('o4');
  assert.equal(reads, 1);
});

test('a request in doubt changes nobody’s heat', async () => {
  const { store, ask, level } = busy();
  store.plan(['lost_request', 'conflict', 'conflict', 'conflict'], 'E#', 'HELD');
  const reservation = await ask();
  assert.equal(level(), 0);
  assert.equal(reservation.held, cost(1).cost);
  await ask();
  assert.equal(level(), 1, 'the next one does');
});
