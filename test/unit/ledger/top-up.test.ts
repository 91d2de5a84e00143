import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  admitted,
  asks,
  budget,
  cost,
  EAGER,
  LONGEST_MS,
  refused,
  scope,
  usd,
  world,
} from '../../support/ledger-world.ts';

const DAY_MS = 86_400_000;

test('a top-up takes more room and counts itself in the entry', async () => {
  const { store, ledger, admit } = world();
  const reservation = admitted(
    await admit('r1', 10, scope('team:a', budget('day', 100), budget('total', 100))),
  );
  const more = admitted(await ledger.topUp(reservation, usd(30)));
  assert.equal(more, reservation);
  assert.equal(reservation.held, 40n);
  assert.equal(reservation.view.tightest?.remaining, 60n);
  assert.equal(store.entryOf('r1')?.['e'], 40n);
  assert.equal(store.entryOf('r1')?.['n'], 1n);
  assert.equal(store.counter('team:a')?.['day.used'], 40n);
  assert.equal(store.counter('team:a')?.['tu'], 40n);
});

test('a top-up of nothing writes nothing, and a negative one is a bug', async () => {
  const { store, ledger, admit } = world();
  const reservation = admitted(await admit('r1', 10, scope('team:a', budget('day', 100))));
  const writes = store.writes.length;
  admitted(await ledger.topUp(reservation, usd(0)));
  assert.equal(store.writes.length, writes);
  await assert.rejects(ledger.topUp(reservation, usd(-1)), /Bug! A negative top-up/);
});

test('a top-up without room is refused and leaves the hold as it was', async () => {
  const { store, ledger, admit } = world();
  const team = scope('team:a', budget('day', 100));
  const reservation = admitted(await admit('r1', 10, team));
  admitted(await admit('r2', 80, team));
  const refusal = refused(await ledger.topUp(reservation, usd(11)));
  assert.equal(refusal.kind, 'held');
  assert.equal(refusal.estimate, 21n);
  assert.equal(refusal.held, 80n, 'what others hold');
  assert.equal(reservation.held, 10n);
  assert.equal(store.counter('team:a')?.['tu'], 90n);
});

test('a top-up that takes the whole request above a limit never fits', async () => {
  const { ledger, admit } = world();
  const reservation = admitted(await admit('r1', 60, scope('team:a', budget('day', 100))));
  assert.equal(refused(await ledger.topUp(reservation, usd(41))).kind, 'never_fits');
});

test('a top-up after midnight charges the day before, under that day’s limit', async () => {
  const { store, clock, ledger, admit } = world();
  const team = scope('team:a', budget('day', 100));
  const reservation = admitted(await admit('r1', 50, team));
  clock.time += DAY_MS;
  admitted(await admit('r2', 90, team));
  admitted(await ledger.topUp(reservation, usd(50)));
  assert.equal(store.counter('team:a')?.['day.prevUsed'], 100n);
  assert.equal(store.counter('team:a')?.['day.used'], 90n);
  assert.equal(store.counter('team:a')?.['tu'], 190n);
});

test('a top-up of a day that is full is refused although today is empty', async () => {
  const { clock, ledger, admit } = world();
  const team = scope('team:a', budget('day', 100));
  const reservation = admitted(await admit('r1', 50, team));
  admitted(await admit('r2', 50, team));
  clock.time += DAY_MS;
  admitted(await admit('r3', 1, team));
  assert.equal(refused(await ledger.topUp(reservation, usd(1))).kind, 'held');
});

test('a top-up of a window older than both kept ones charges the total alone', async () => {
  const { store, clock, ledger, admit } = world();
  const team = scope('team:a', budget('day', 100), budget('total', 1_000));
  const reservation = admitted(await admit('r1', 50, team));
  for (const id of ['r2', 'r3']) {
    clock.time += DAY_MS;
    admitted(await admit(id, 10, team));
  }
  admitted(await ledger.topUp(reservation, usd(5)));
  const counter = store.counter('team:a');
  assert.equal(counter?.['day.used'], 10n);
  assert.equal(counter?.['day.prevUsed'], 10n);
  assert.equal(counter?.['tu'], 75n);
});

test('a top-up whose answer was lost is found and not repeated', async () => {
  const { store, ledger, admit } = world();
  const reservation = admitted(await admit('r1', 10, scope('team:a', budget('day', 100))));
  store.plan(['lost_answer'], 'E#');
  admitted(await ledger.topUp(reservation, usd(10)));
  assert.equal(reservation.held, 20n);
  assert.equal(store.counter('team:a')?.['tu'], 20n);
});

test('a top-up in doubt is no admission, and a limit met after it is not called a refusal', async () => {
  const { store, ledger, admit } = world();
  const team = scope('team:a', budget('day', 100));
  const reservation = admitted(await admit('r1', 60, team));
  store.plan(Array(8).fill('late'), 'E#');
  assert.equal((await ledger.topUp(reservation, usd(10))).type, 'unavailable');
  assert.equal(reservation.held, 60n);
  const results = await store.deliver();
  assert.deepEqual(
    results.map(({ type }) => type),
    ['done', ...Array(7).fill('refused')],
    'the number of the top-up lets one packet through',
  );
  assert.equal(store.counter('team:a')?.['tu'], 70n);
  const writes = store.writes.length;
  admitted(await ledger.topUp(reservation, usd(10)));
  assert.equal(store.writes.length, writes + 1, 'what arrived late is the very same top-up');
  assert.equal(reservation.held, 70n);
  await ledger.settle(reservation, cost(15));
  assert.equal(store.counter('team:a')?.['tu'], 15n);
});

test('a top-up that arrived late counts towards the next one', async () => {
  const { store, ledger, admit } = world();
  const reservation = admitted(await admit('r1', 10, scope('team:a', budget('day', 100))));
  store.plan(Array(8).fill('late'), 'E#');
  await ledger.topUp(reservation, usd(10));
  await store.deliver();
  admitted(await ledger.topUp(reservation, usd(15)));
  assert.equal(reservation.held, 25n);
  assert.equal(store.entryOf('r1')?.['n'], 2n);
  assert.equal(store.counter('team:a')?.['tu'], 25n);
});

test('a request that the reaper has settled gets no more room', async () => {
  const { clock, ledger, admit, another } = world();
  const reservation = admitted(await admit('r1', 10, scope('team:a', budget('day', 100))));
  clock.time += 3 * LONGEST_MS;
  await another('reaper').reap(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(await ledger.topUp(reservation, usd(5)), {
    type: 'unavailable',
    reason: 'the request was settled by the reaper',
  });
});

/** A process that leases for four calls of 10, with one of them running. */
async function leased() {
  const w = world();
  await w.store.heat('team:a');
  const ledger = w.another('hot', { heat: { ...EAGER, leastRequests: 4 } });
  const reservation = admitted(await ledger.admit(asks('r1', 10, [scope('team:a', budget('day', 100))])));
  return { ...w, ledger, reservation };
}

test('a top-up of a leased request is paid from its lease, and only the entry is written', async () => {
  const { store, ledger, reservation } = await leased();
  const before = store.counter('team:a');
  admitted(await ledger.topUp(reservation, usd(30)));
  assert.deepEqual(store.counter('team:a'), before);
  assert.equal(store.writes.at(-1)?.length, 1);
  assert.deepEqual([store.entryOf('r1')?.['e'], store.entryOf('r1')?.['n']], [40n, 1n]);
});

test('a top-up above what the lease has is not had, although the budget has room', async () => {
  const { store, ledger, reservation } = await leased();
  assert.deepEqual(await ledger.topUp(reservation, usd(31)), {
    type: 'unavailable',
    reason: 'the lease that pays for the request has no room',
  });
  assert.equal(store.entryOf('r1')?.['e'], 10n);
  admitted(await ledger.topUp(reservation, usd(30)));
});

test('what a lease has paid for a top-up that did not come about is there again when the request settles', async () => {
  const { store, clock, ledger, reservation } = await leased();
  store.plan(Array(8).fill('throttle'), 'E#');
  assert.equal((await ledger.topUp(reservation, usd(30))).type, 'unavailable');
  await ledger.settle(reservation, cost(5));
  const team = scope('team:a', budget('day', 100));
  for (const id of ['r2', 'r3', 'r4']) admitted(await ledger.admit(asks(id, 10, [team])));
  assert.equal(store.leases().length, 1);
  clock.time += 10_000;
  assert.equal(store.counter('team:a')?.['tu'], 40n);
});

test('a top-up that is tried again after it was in doubt takes from the lease once', async () => {
  const { store, ledger, reservation } = await leased();
  store.plan(Array(8).fill('late'), 'E#');
  assert.equal((await ledger.topUp(reservation, usd(10))).type, 'unavailable');
  await store.deliver();
  admitted(await ledger.topUp(reservation, usd(10)));
  assert.equal(reservation.held, 20n);
  admitted(await ledger.topUp(reservation, usd(20)));
  assert.equal((await ledger.topUp(reservation, usd(1))).type, 'unavailable', 'forty in all');
});

test('in a journal that somebody else settles no lease pays any more', async () => {
  const { ledger, reservation, another } = await leased();
  await another('reaper').reap(Number.MAX_SAFE_INTEGER);
  assert.equal((await ledger.topUp(reservation, usd(10))).type, 'unavailable');
  await ledger.settle(reservation, cost(1));
  assert.equal((await ledger.topUp(reservation, usd(10))).type, 'unavailable');
});

test('a top-up of a request that is leased in one scope and not in another charges the other', async () => {
  const w = world();
  await w.store.heat('team:a');
  const ledger = w.another('hot', { heat: { ...EAGER, leastRequests: 4 } });
  const scopes = [scope('team:a', budget('day', 100)), scope('user:u', budget('day', 25))];
  const reservation = admitted(await ledger.admit(asks('r1', 10, scopes)));
  admitted(await ledger.topUp(reservation, usd(10)));
  assert.deepEqual([w.store.counter('team:a')?.['tu'], w.store.counter('user:u')?.['tu']], [40n, 20n]);
  const refusal = await ledger.topUp(reservation, usd(6));
  assert.equal(refused(refusal).scope, 'user:u');
  await ledger.settle(reservation, cost(12));
  w.clock.time += 10_000;
  await ledger.record('r2', cost(0, 'refused'));
  assert.deepEqual([w.store.counter('team:a')?.['tu'], w.store.counter('user:u')?.['tu']], [12n, 12n]);
});
