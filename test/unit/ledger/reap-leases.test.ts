import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  admitted,
  asks,
  budget,
  cost,
  EAGER,
  fields,
  JOURNAL_MS,
  scope,
  usd,
  world,
} from '../../support/ledger-world.ts';

const TEAM = scope('team:a', budget('day', 100));
const PROVIDER = scope('provider:p', budget('day', 100));

async function crashed() {
  const w = world();
  for (const name of ['team:a', 'provider:p']) await w.store.heat(name);
  const ledger = w.another('hot', { heat: { ...EAGER, leastRequests: 4 } });
  const reap = async () => {
    w.clock.time += JOURNAL_MS + 1;
    return w.another('reaper').reap(w.clock.now());
  };
  return { ...w, ledger, reap };
}

test('after a crash a lease is closed with the sum of the requests that it paid for', async () => {
  const { store, ledger, reap } = await crashed();
  const settled = admitted(await ledger.admit(asks('r1', 10, [TEAM])));
  await ledger.settle(settled, cost(3));
  admitted(await ledger.admit(asks('r2', 10, [TEAM])));
  assert.deepEqual(await reap(), { journals: 1, abandoned: 1 });
  assert.deepEqual(fields(store.counter('team:a'), 'day.used day.spent tu s ol q'), [
    13n,
    13n,
    13n,
    13n,
    0n,
    2n,
  ]);
  assert.deepEqual(fields(store.leases()[0], 'st sp'), ['CLOSED', 13n]);
});

test('what was topped up from a lease is part of the hold that the reaper charges', async () => {
  const { store, ledger, reap } = await crashed();
  await ledger.topUp(admitted(await ledger.admit(asks('r1', 10, [TEAM]))), usd(15));
  await reap();
  assert.deepEqual(fields(store.counter('team:a'), 'tu s'), [25n, 25n]);
});

test('scopes with amounts of their own are charged those, each in its own lease', async () => {
  const { store, ledger, reap } = await crashed();
  const own = new Map([['provider:p', usd(5)]]);
  const first = admitted(await ledger.admit(asks('r1', 10, [TEAM, PROVIDER], { own })));
  await ledger.settle(first, { ...cost(8), own: new Map([['provider:p', usd(2)]]) });
  admitted(await ledger.admit(asks('r2', 10, [TEAM, PROVIDER], { own })));
  await reap();
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [18n, 18n, 0n]);
  assert.deepEqual(fields(store.counter('provider:p'), 'tu s ol'), [7n, 7n, 0n]);
  assert.equal(store.entryOf('r2')?.['oc'], '{"provider:p":"5"}');
});

test('a lease from which nothing was paid gives back all', async () => {
  const { store, ledger, reap } = await crashed();
  store.plan(Array(8).fill('throttle'), 'E#', 'HELD');
  assert.equal((await ledger.admit(asks('r1', 10, [TEAM]))).type, 'unavailable');
  assert.equal(store.counter('team:a')?.['tu'], 40n);
  await reap();
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [0n, 0n, 0n]);
});

test('a lease of a pool is closed there', async () => {
  const { store, ledger, reap } = await crashed();
  const { heat } = store.policy('team:a');
  await store.setPolicy('team:a', { pools: 2, everPools: 2, basis: { day: '100' }, heat });
  admitted(await ledger.admit(asks('r1', 5, [TEAM])));
  const pool = String(store.leases()[0]?.['sc']).includes('"#pool":1') ? 1 : 0;
  assert.equal(store.counter('team:a', pool)?.['ol'], 1n);
  await reap();
  assert.deepEqual(fields(store.counter('team:a', pool), 'day.used tu s ol'), [5n, 5n, 5n, 0n]);
});

test('a lease that was taken before the night is closed in the day that it was taken from', async () => {
  const { store, ledger, clock, another, reap } = await crashed();
  clock.time = Date.UTC(2026, 10, 24, 23, 59, 59);
  admitted(await ledger.admit(asks('r1', 10, [TEAM])));
  clock.time += 60_000;
  admitted(await another('other').admit(asks('r2', 7, [TEAM])));
  await reap();
  assert.deepEqual(fields(store.counter('team:a'), 'day.prevUsed day.prevSpent s'), [10n, 10n, 17n]);
});

test('two reapers at once close a lease once', async () => {
  const { store, ledger, clock, another } = await crashed();
  admitted(await ledger.admit(asks('r1', 10, [TEAM])));
  clock.time += JOURNAL_MS + 1;
  await Promise.all(['a', 'b'].map((name) => another(name).reap(clock.now())));
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [10n, 10n, 0n]);
});

test('a reaper whose answers are lost closes a lease once', async () => {
  const { store, ledger, reap } = await crashed();
  admitted(await ledger.admit(asks('r1', 10, [TEAM])));
  store.plan(['lost_answer', 'conflict'], 'E#', 'CLOSED');
  await reap();
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [10n, 10n, 0n]);
});

test('a process that closes down gives back what its leases still have', async () => {
  const { store, ledger } = await crashed();
  await ledger.settle(admitted(await ledger.admit(asks('r1', 10, [TEAM]))), cost(3));
  await ledger.close();
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [3n, 3n, 0n]);
});
