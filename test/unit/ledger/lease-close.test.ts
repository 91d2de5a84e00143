import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nanoseconds } from '../../../lambda/ledger/gcra.ts';
import type { Reservation } from '../../../lambda/ledger/ledger.ts';
import {
  admitted,
  asks,
  budget,
  cost,
  EAGER,
  fields,
  journalOf,
  NOON,
  refused,
  scope,
  usd,
  world,
} from '../../support/ledger-world.ts';

const TEAM = scope('team:a', budget('day', 100));
const LEASE_MS = 10_000;
const DAY_MS = 86_400_000;

async function leasing(limits = TEAM, tokens = 0) {
  const w = world();
  await w.store.heat('team:a');
  const ledger = w.another('hot', { heat: { ...EAGER, leastRequests: 4 } });
  const admit = async (id: string, money = 10): Promise<Reservation> =>
    admitted(await ledger.admit(asks(id, money, [limits], { tokens })));
  return { ...w, ledger, admit };
}

test('what an ended lease did not spend goes back when its last request is settled', async () => {
  const { store, clock, ledger, admit } = await leasing();
  const [first, second] = [await admit('r1'), await admit('r2')];
  await ledger.settle(first, cost(4));
  assert.deepEqual(fields(store.counter('team:a'), 'day.used s ol'), [40n, undefined, 1n], 'it still pays');
  clock.time += LEASE_MS;
  await ledger.settle(second, cost(3));
  assert.deepEqual(fields(store.counter('team:a'), 'day.used day.spent tu s ol q'), [7n, 7n, 7n, 7n, 0n, 2n]);
  assert.deepEqual(fields(store.leases()[0], 'st sp'), ['CLOSED', 7n]);
});

test('a lease that has ended is closed only once none of its requests runs', async () => {
  const { store, clock, ledger, admit } = await leasing();
  const [first, second] = [await admit('r1'), await admit('r2')];
  clock.time += LEASE_MS;
  await ledger.settle(first, cost(4));
  assert.equal(store.leases()[0]?.['st'], 'OPEN');
  await ledger.settle(second, cost(3));
  assert.equal(store.leases()[0]?.['st'], 'CLOSED');
});

test('a request that runs past the end of its lease is paid from it, and a new one is not', async () => {
  const { store, clock, ledger, admit } = await leasing();
  const running = await admit('r1');
  clock.time += LEASE_MS;
  admitted(await ledger.topUp(running, usd(20)));
  assert.equal(store.counter('team:a')?.['tu'], 40n, 'the lease had it already');
  await admit('r2');
  assert.doesNotMatch(String(store.entryOf('r2')?.['sc']), /"#lease":1}/);
});

test('what a request pays and does not spend is there for the next ones of the lease', async () => {
  const { store, ledger, admit } = await leasing();
  for (const id of ['r1', 'r2', 'r3', 'r4', 'r5', 'r6']) await ledger.settle(await admit(id), cost(2));
  assert.equal(store.leases().length, 1);
  assert.equal(store.counter('team:a')?.['tu'], 40n);
});

test('a lease closes in the window that it was taken from, which has ended meanwhile', async () => {
  const { store, clock, ledger, admit, another } = await leasing();
  clock.time = Date.UTC(2026, 10, 25) - 1_000;
  const late = await admit('r1');
  clock.time += 2_000;
  admitted(await another('other').admit(asks('r2', 5, [TEAM])));
  const next = await admit('r3');
  assert.match(String(store.entryOf('r3')?.['sc']), /2026-11-24/, 'for its last seconds it pays on');
  await ledger.settle(late, cost(4));
  clock.time += LEASE_MS;
  await ledger.settle(next, cost(1));
  assert.deepEqual(fields(store.counter('team:a'), 'day.id day.used day.prevUsed day.prevSpent tu s'), [
    '2026-11-25',
    5n,
    5n,
    5n,
    10n,
    5n,
  ]);
});

test('a lease older than both kept windows gives back to the total alone', async () => {
  const { store, clock, ledger, admit, another } = await leasing();
  const running = await admit('r1');
  const other = another('other');
  for (const id of ['r2', 'r3']) {
    clock.time += DAY_MS;
    admitted(await other.admit(asks(id, 5, [TEAM])));
  }
  await ledger.settle(running, cost(4));
  assert.deepEqual(fields(store.counter('team:a'), 'day.used day.prevUsed tu s ol'), [5n, 5n, 14n, 4n, 0n]);
});

test('rates that were bought and not used are given back', async () => {
  const rates = {
    requests: { perMinute: 60, burst: 40, mode: 'enforce' as const },
    tokens: { perMinute: 6_000, burst: 4_000, mode: 'enforce' as const },
  };
  const { store, clock, ledger, admit } = await leasing({ ...TEAM, ...rates }, 100);
  const [first, second] = [await admit('r1'), await admit('r2')];
  const at = nanoseconds(NOON);
  assert.deepEqual(fields(store.counter('team:a'), 'rt tt'), [at + 4_000_000_000n, at + 4_000_000_000n]);
  await ledger.settle(first, { ...cost(1), tokens: 30 });
  clock.time += LEASE_MS;
  await ledger.settle(second, cost(1));
  // Two of four requests were made; of 400 tokens 30 were used, and 100 are not known.
  assert.deepEqual(fields(store.counter('team:a'), 'rt tt'), [at + 2_000_000_000n, at + 1_300_000_000n]);
});

test('a call of no tokens takes none from its lease, whatever it used', async () => {
  const tokens = { perMinute: 6_000, burst: 4_000, mode: 'enforce' as const };
  const { store, clock, ledger, admit } = await leasing({ ...TEAM, tokens });
  const running = await admit('r1');
  clock.time += LEASE_MS;
  await ledger.settle(running, { ...cost(1), tokens: 30 });
  assert.equal(store.counter('team:a')?.['tt'], undefined);
});

test('a request that is settled twice is settled once, in its lease too', async () => {
  const { store, clock, ledger, admit } = await leasing();
  const [first, second] = [await admit('r1'), await admit('r2')];
  await ledger.settle(first, cost(4));
  assert.deepEqual(await ledger.settle(first, cost(4)), { type: 'settled' });
  clock.time += LEASE_MS;
  assert.equal(store.leases()[0]?.['st'], 'OPEN', 'the other one runs');
  await ledger.settle(second, cost(3));
  assert.deepEqual(fields(store.counter('team:a'), 'tu s'), [7n, 7n]);
});

test('a close whose answer was lost is found, and gives back once', async () => {
  const { store, clock, ledger, admit } = await leasing();
  const running = await admit('r1');
  clock.time += LEASE_MS;
  store.plan(['lost_answer'], 'E#', 'CLOSED');
  await ledger.settle(running, cost(4));
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [4n, 4n, 0n]);
});

test('a close that never gets through is left to the reaper, which comes to the same sum', async () => {
  const { store, clock, ledger, admit, events, another } = await leasing();
  const running = await admit('r1');
  clock.time += LEASE_MS;
  store.plan(Array(16).fill('conflict'), 'E#', 'CLOSED');
  assert.deepEqual(await ledger.settle(running, cost(4)), { type: 'settled' });
  assert.deepEqual(
    events.map((event) => event.type === 'warning' && event.what),
    ['ledger_lease_open'],
  );
  await another('reaper').reap(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [4n, 4n, 0n]);
});

test('a settle that is late leaves the leases of its journal to the reaper', async () => {
  const { store, clock, ledger, admit, another } = await leasing();
  const [first, second] = [await admit('r1'), await admit('r2')];
  await another('reaper').reap(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(await ledger.settle(first, cost(4)), { type: 'late' });
  clock.time += LEASE_MS;
  assert.deepEqual(await ledger.settle(second, cost(4)), { type: 'late' });
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [20n, 20n, 0n], 'both at their hold, once');
});

test('a settle that is given up keeps its lease from being closed with a wrong sum', async () => {
  const { store, clock, ledger, admit, another } = await leasing();
  const [first, second] = [await admit('r1'), await admit('r2')];
  store.plan(['lost_answer', ...Array(15).fill('lost_request')], 'E#', 'F');
  assert.equal((await ledger.settle(first, cost(4))).type, 'unavailable');
  const next = await admit('r3');
  clock.time += LEASE_MS;
  await ledger.settle(second, cost(3));
  assert.equal(store.leases()[0]?.['st'], 'OPEN');
  assert.notEqual(journalOf(next), journalOf(first), 'what the lease has left is not known any more');
  assert.deepEqual(await ledger.settle(first, cost(4)), { type: 'settled' }, 'tried again it is found');
  await ledger.settle(next, cost(0));
  await another('reaper').reap(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [7n, 7n, 0n]);
});

test('a request in doubt that is found after its lease has ended was paid by it all the same', async () => {
  const { store, clock, ledger, admit } = await leasing();
  await ledger.settle(await admit('r1'), cost(1));
  clock.time = NOON + LEASE_MS - 1;
  store.plan(['lost_answer'], 'E#', 'HELD');
  clock.sleep = async () => {
    clock.time += 2;
  };
  const found = await admit('r2');
  assert.match(String(store.entryOf('r2')?.['sc']), /"#lease":1}/);
  await ledger.record('r3', cost(0, 'refused'));
  assert.equal(store.leases()[0]?.['st'], 'OPEN', 'its request runs');
  await ledger.settle(found, cost(4));
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol q'), [5n, 5n, 0n, 2n]);
});

test('a request that was not admitted puts back what its lease had paid', async () => {
  const { store, clock, ledger } = await leasing();
  const tight = scope('user:u', budget('day', 10));
  const both = (id: string) => ledger.admit(asks(id, 10, [TEAM, tight]));
  const running = admitted(await both('r1'));
  refused(await both('r2'));
  refused(await both('r3'));
  for (const id of ['r4', 'r5', 'r6']) {
    admitted(await ledger.admit(asks(id, 10, [TEAM])));
    assert.match(String(store.entryOf(id)?.['sc']), /"#lease":1}/, 'it still had room for three');
  }
  await ledger.settle(running, cost(10));
  clock.time += LEASE_MS;
  assert.equal(store.leases()[0]?.['st'], 'OPEN', 'three run');
});

test('a record closes what is due too, because where every call is refused none is settled', async () => {
  const { store, clock, ledger, admit } = await leasing();
  await ledger.settle(await admit('r1'), cost(4));
  clock.time += LEASE_MS;
  await ledger.record('r2', cost(0, 'refused'));
  assert.equal(store.leases()[0]?.['st'], 'CLOSED');
});
