import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitted, asks, budget, cost, fields, scope, usd, world } from '../../support/ledger-world.ts';

const DAY_MS = 86_400_000;

test('settling replaces the hold by the cost and writes the final entry in one write', async () => {
  const { store, ledger, admit } = world();
  const reservation = admitted(
    await admit('r1', 40, scope('team:a', budget('day', 100)), scope('user:u', budget('month', 100))),
  );
  const settled = await ledger.settle(reservation, {
    cost: usd(25),
    outcome: 'ok',
    facts: { tokens: 7n },
  });
  assert.deepEqual(settled, { type: 'settled' });
  assert.equal(store.writes.at(-1)?.length, 3);
  for (const [name, used] of [
    ['team:a', 'day.used'],
    ['user:u', 'month.used'],
  ] as const) {
    assert.equal(store.counter(name)?.[used], 25n);
    assert.equal(store.counter(name)?.['tu'], 25n);
    assert.equal(store.counter(name)?.['s'], 25n);
  }
  assert.deepEqual(fields(store.entryOf('r1'), 'st a by outcome tokens e overrun'), [
    'F',
    25n,
    'self',
    'ok',
    7n,
    40n,
    undefined,
  ]);
});

test('a settled request makes room for the next one', async () => {
  const { ledger, admit } = world();
  const team = scope('team:a', budget('day', 100));
  await ledger.settle(admitted(await admit('r1', 100, team)), cost(10));
  admitted(await admit('r2', 90, team));
});

test('a cost above the hold is charged in full, flagged in the entry and reported', async () => {
  const { store, ledger, admit, events } = world();
  const team = scope('team:a', budget('day', 100));
  await ledger.settle(admitted(await admit('r1', 90, team)), cost(120));
  assert.equal(store.counter('team:a')?.['day.used'], 120n);
  assert.equal(store.entryOf('r1')?.['overrun'], 1n);
  assert.deepEqual(
    events.map((event) => event.type === 'warning' && [event.what, event.requestId]),
    [['ledger_overrun', 'r1']],
  );
});

test('a request settled after midnight is charged to the day that admitted it', async () => {
  const { store, clock, ledger, admit } = world();
  const team = scope('team:a', budget('day', 100));
  const reservation = admitted(await admit('r1', 50, team));
  clock.time += DAY_MS;
  admitted(await admit('r2', 60, team));
  await ledger.settle(reservation, cost(20));
  const counter = store.counter('team:a');
  assert.equal(counter?.['day.prevUsed'], 20n);
  assert.equal(counter?.['day.used'], 60n);
  assert.equal(counter?.['tu'], 80n);
});

test('a request settled before anyone has begun the new day stays in the current window', async () => {
  const { store, clock, ledger, admit } = world();
  const reservation = admitted(await admit('r1', 50, scope('team:a', budget('day', 100))));
  clock.time += DAY_MS;
  await ledger.settle(reservation, cost(20));
  assert.equal(store.counter('team:a')?.['day.id'], '2026-11-24');
  assert.equal(store.counter('team:a')?.['day.used'], 20n);
});

test('a request older than both kept windows moves only the totals', async () => {
  const { store, clock, ledger, admit } = world();
  const team = scope('team:a', budget('day', 100));
  const reservation = admitted(await admit('r1', 50, team));
  for (const id of ['r2', 'r3']) {
    clock.time += DAY_MS;
    admitted(await admit(id, 10, team));
  }
  await ledger.settle(reservation, cost(20));
  const counter = store.counter('team:a');
  assert.equal(counter?.['day.used'], 10n);
  assert.equal(counter?.['day.prevUsed'], 10n);
  assert.equal(counter?.['tu'], 40n);
  assert.equal(counter?.['s'], 20n);
});

test('a window that another process has rolled is found by the condition, not by the clock', async () => {
  const { store, clock, ledger, admit, another } = world();
  const team = scope('team:a', budget('day', 100));
  const reservation = admitted(await admit('r1', 50, team));
  const ahead = another('ahead');
  clock.time += DAY_MS;
  admitted(await ahead.admit(asks('r2', 5, [team])));
  clock.time -= DAY_MS;
  await ledger.settle(reservation, cost(20));
  assert.equal(store.counter('team:a')?.['day.prevUsed'], 20n);
  assert.equal(store.counter('team:a')?.['day.used'], 5n);
});

test('a cost equal to the hold leaves what is used as it is, and counts as spent', async () => {
  const { store, ledger, admit } = world();
  const reservation = admitted(await admit('r1', 50, scope('team:a', budget('day', 100))));
  await ledger.settle(reservation, cost(50));
  assert.deepEqual(store.writes.at(-1)?.[0]?.set, [
    { op: 'add', attr: 'day.spent', value: 50n },
    { op: 'add', attr: 's', value: 50n },
  ]);
});

test('a settle whose answer was lost is found and not repeated', async () => {
  const { store, ledger, admit } = world();
  const reservation = admitted(await admit('r1', 50, scope('team:a', budget('day', 100))));
  store.plan(['lost_answer'], 'E#');
  assert.deepEqual(await ledger.settle(reservation, cost(20)), { type: 'settled' });
  assert.equal(store.counter('team:a')?.['s'], 20n);
  assert.equal(store.counter('team:a')?.['tu'], 20n);
});

test('settling twice is settled once', async () => {
  const { store, ledger, admit } = world();
  const reservation = admitted(await admit('r1', 50, scope('team:a', budget('day', 100))));
  await ledger.settle(reservation, cost(20));
  assert.deepEqual(await ledger.settle(reservation, cost(30)), { type: 'settled' });
  assert.equal(store.counter('team:a')?.['s'], 20n);
  assert.equal(store.entryOf('r1')?.['a'], 20n);
});

test('a settle is tried sixteen times, and then the hold is left to the reaper', async () => {
  const { store, ledger, admit, events, clock } = world();
  const reservation = admitted(await admit('r1', 50, scope('team:a', budget('day', 100))));
  store.plan(['conflict', 'throttle', 'lost_request', ...Array(12).fill('conflict')], 'E#');
  assert.deepEqual(await ledger.settle(reservation, cost(20)), { type: 'settled' });
  assert.equal(clock.sleeps.length, 15);
  const second = admitted(await admit('r2', 50, scope('team:a', budget('day', 100))));
  store.plan(Array(16).fill('throttle'), 'E#');
  assert.deepEqual(await ledger.settle(second, cost(20)), { type: 'unavailable', reason: 'throttled' });
  assert.equal(store.entryOf('r2')?.['st'], 'HELD');
  assert.equal(events.length, 1);
});

test('a settle after the reaper is late: its charge stands', async () => {
  const { store, ledger, admit, another, events } = world();
  const reservation = admitted(await admit('r1', 50, scope('team:a', budget('day', 100))));
  await another('reaper').reap(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(await ledger.settle(reservation, cost(20)), { type: 'late' });
  assert.equal(store.counter('team:a')?.['s'], 50n);
  assert.equal(store.entryOf('r1')?.['outcome'], 'abandoned');
  assert.ok(events.some((event) => event.type === 'warning' && event.what === 'ledger_late'));
});

test('a settle that meets a top-up in doubt takes the difference to what is really held', async () => {
  const { store, ledger, admit } = world();
  const reservation = admitted(await admit('r1', 10, scope('team:a', budget('day', 100))));
  store.plan(['lost_answer', ...Array(7).fill('lost_request')], 'E#');
  assert.equal((await ledger.topUp(reservation, usd(30))).type, 'unavailable');
  assert.equal(store.counter('team:a')?.['tu'], 40n);
  assert.deepEqual(await ledger.settle(reservation, cost(35)), { type: 'settled' });
  assert.equal(store.counter('team:a')?.['tu'], 35n);
  assert.equal(store.entryOf('r1')?.['overrun'], undefined);
});

test('a record is final at once and charges nothing', async () => {
  const { store, ledger } = world();
  const settled = await ledger.record('r1', { cost: usd(0), outcome: 'refused', facts: { rule: 'x' } });
  assert.deepEqual(settled, { type: 'settled' });
  assert.deepEqual(fields(store.entryOf('r1'), 'st a by outcome rule sc'), [
    'F',
    0n,
    'self',
    'refused',
    'x',
    '{}',
  ]);
  await assert.rejects(ledger.record('r2', cost(1)), /Bug! A cost without an admission/);
});

test('a record whose answer was lost is written once', async () => {
  const { store, ledger } = world();
  store.plan(['lost_answer'], 'E#');
  assert.deepEqual(await ledger.record('r1', cost(0, 'refused')), { type: 'settled' });
  assert.equal(store.entries().length, 1);
});

test('a reservation that this ledger has not made is a bug', async () => {
  const { ledger } = world();
  const view = { tightest: undefined, requests: undefined, tokens: undefined, soft: [] };
  const forged = { requestId: 'r', held: usd(1), view, wouldRefuse: [] };
  assert.throws(() => ledger.settle(forged, cost(1)), /Bug! A reservation/);
});
