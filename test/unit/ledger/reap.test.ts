import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TollgateError } from '../../../lambda/core/errors.ts';
import {
  admitted,
  asks,
  budget,
  cost,
  fields,
  JOURNAL_MS,
  journalOf,
  NOON,
  scope,
  usd,
  world,
} from '../../support/ledger-world.ts';

const team = scope('team:a', budget('day', 100));

test('a request that a crash left is charged its hold and marked as an estimate', async () => {
  const { store, clock, admit, another, events } = world();
  admitted(await admit('r1', 40, team));
  clock.time += JOURNAL_MS + 1;
  assert.deepEqual(await another('sweeper').reap(clock.now()), { journals: 1, abandoned: 1 });
  assert.deepEqual(fields(store.entryOf('r1'), 'st a by outcome basis'), [
    'F',
    40n,
    'reaper',
    'abandoned',
    'estimate',
  ]);
  assert.equal(store.counter('team:a')?.['s'], 40n);
  assert.equal(store.counter('team:a')?.['tu'], 40n);
  assert.ok(events.some((event) => event.type === 'warning' && event.what === 'ledger_abandoned'));
});

test('a topped-up request is charged all that it held', async () => {
  const { store, clock, ledger, admit, another } = world();
  await ledger.topUp(admitted(await admit('r1', 40, team)), usd(20));
  clock.time += JOURNAL_MS + 1;
  await another('sweeper').reap(clock.now());
  assert.equal(store.entryOf('r1')?.['a'], 60n);
  assert.equal(store.counter('team:a')?.['s'], 60n);
});

test('a journal that has not expired is left alone, unless the reaper is told to take all', async () => {
  const { clock, admit, another } = world();
  admitted(await admit('r1', 40, team));
  const sweeper = another('sweeper');
  assert.deepEqual(await sweeper.reap(clock.now()), { journals: 0, abandoned: 0 });
  assert.deepEqual(await sweeper.reap(Number.MAX_SAFE_INTEGER), { journals: 1, abandoned: 1 });
});

test('a reaped journal is fenced, closed and out of the index', async () => {
  const { store, admit, ledger, another } = world();
  const reservation = admitted(await admit('r1', 40, team));
  await ledger.settle(reservation, cost(10));
  await another('sweeper').reap(Number.MAX_SAFE_INTEGER);
  const header = store.items.get(`${journalOf(reservation)}\n#`);
  assert.equal(header?.['st'], 'CLOSED');
  assert.equal(header?.['gx'], undefined);
  assert.equal(header?.['ttl'], BigInt((NOON + JOURNAL_MS) / 1_000 + 14 * 86_400));
  assert.equal(store.items.get(`${journalOf(reservation)}\nE#000002`)?.['st'], 'FENCE');
  assert.deepEqual(await another('later').reap(Number.MAX_SAFE_INTEGER), { journals: 0, abandoned: 0 });
});

test('a reaper leaves the open journals of its own process alone, also when told to take all', async () => {
  const { clock, admit, ledger, store } = world();
  const reservation = admitted(await admit('r1', 40, team));
  assert.deepEqual(await ledger.reap(Number.MAX_SAFE_INTEGER), { journals: 0, abandoned: 0 });
  await ledger.settle(reservation, cost(10));
  clock.time += JOURNAL_MS + 1;
  assert.deepEqual(
    await ledger.reap(clock.now()),
    { journals: 1, abandoned: 0 },
    'an expired one has no more writer',
  );
  assert.equal(store.counter('team:a')?.['s'], 10n);
});

test('an entry that slips in before the fence is reaped too', async () => {
  const { store, admit, another } = world();
  admitted(await admit('r1', 40, team));
  const query = store.query.bind(store);
  let calls = 0;
  store.query = async (pk, from) => {
    const entries = await query(pk, from);
    calls += 1;
    if (calls === 1) admitted(await admit('r2', 30, team));
    return entries;
  };
  assert.deepEqual(await another('sweeper').reap(Number.MAX_SAFE_INTEGER), { journals: 1, abandoned: 2 });
  assert.equal(store.counter('team:a')?.['s'], 70n);
});

test('a number that was never written is fenced, so that its late packet is turned away', async () => {
  const { store, admit, another } = world();
  admitted(await admit('r1', 40, team));
  store.plan(Array(8).fill('late'), 'E#', 'HELD');
  store.plan(Array(4).fill('lost_request'), 'E#', 'VOID');
  assert.equal((await admit('r2', 10, team)).type, 'unavailable');
  await another('sweeper').reap(Number.MAX_SAFE_INTEGER);
  for (const result of await store.deliver()) assert.equal(result.type, 'refused');
  assert.equal(store.counter('team:a')?.['tu'], 40n);
});

test('two reapers at once charge every request once', async () => {
  const { store, admit, another } = world();
  for (const id of ['r1', 'r2', 'r3']) admitted(await admit(id, 10, team));
  const reports = await Promise.all(['a', 'b'].map((name) => another(name).reap(Number.MAX_SAFE_INTEGER)));
  assert.equal(
    reports.reduce((sum, { journals }) => sum + journals, 0),
    1,
  );
  assert.equal(store.counter('team:a')?.['s'], 30n);
  assert.equal(store.counter('team:a')?.['tu'], 30n);
});

test('a reaper gets through lost answers, conflicts and throttling', async () => {
  const { store, admit, another } = world();
  admitted(await admit('r1', 40, team));
  const sweeper = another('sweeper');
  store.plan(['lost_answer', 'throttle', 'conflict'], 'E#', 'FENCE');
  store.plan(['lost_answer'], 'E#', 'F');
  store.plan(['throttle', 'lost_answer'], '#', 'CLOSED');
  const report = await sweeper.reap(Number.MAX_SAFE_INTEGER);
  assert.equal(report.abandoned, 1);
  assert.equal(store.counter('team:a')?.['s'], 40n);
  assert.deepEqual(await sweeper.reap(Number.MAX_SAFE_INTEGER), { journals: 0, abandoned: 0 });
});

test('a journal that cannot be read is reported and does not hold up the others', async () => {
  const { store, admit, another, events } = world();
  const first = admitted(await admit('r1', 40, team));
  admitted(await another('b').admit(asks('r2', 0, [])));
  const query = store.query.bind(store);
  store.query = async (pk, from) => {
    if (pk === journalOf(first)) throw new TollgateError('ledger_unavailable', 'away');
    return query(pk, from);
  };
  const report = await another('sweeper').reap(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(report, { journals: 1, abandoned: 1 });
  assert.ok(events.some((event) => event.type === 'warning' && event.what === 'ledger_reap_failed'));
});

test('closing ends the own journals at once and admits no more', async () => {
  const { store, ledger, admit, another } = world();
  await ledger.settle(admitted(await admit('r1', 40, team)), cost(10));
  admitted(await admit('r2', 40, team));
  await ledger.close();
  assert.equal(store.entryOf('r2')?.['outcome'], 'abandoned');
  assert.equal(store.counter('team:a')?.['s'], 50n);
  assert.deepEqual(await another('next').reap(Number.MAX_SAFE_INTEGER), { journals: 0, abandoned: 0 });
  assert.deepEqual(await admit('r3', 1, team), {
    type: 'unavailable',
    reason: 'no journal became free in time',
  });
});
