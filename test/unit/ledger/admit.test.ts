import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  admitted,
  asks,
  budget,
  cost,
  journalOf,
  NOON,
  refused,
  scope,
  world,
} from '../../support/ledger-world.ts';

const DAY_MS = 86_400_000;

test('an admission charges every scope and writes the held entry in one write', async () => {
  const { store, ledger } = world();
  const scopes = [
    scope('team:search', budget('day', 100), budget('total', 1_000)),
    scope('user:alice', budget('month', 50)),
  ];
  const facts = { model: 'fast', principal: 'local' };
  const admission = await ledger.admit(asks('r1', 40, scopes, { facts, number: 7 }));
  const reservation = admitted(admission);
  assert.equal(store.writes.length, 2, 'the journal header and the admission');
  assert.equal(store.writes[1]?.length, 3);
  assert.deepEqual(store.counter('team:search'), {
    pk: 'S#team:search',
    sk: 'C',
    'day.id': '2026-11-24',
    'day.used': 40n,
    'day.spent': 0n,
    'day.lim': 100n,
    'total.lim': 1_000n,
    tu: 40n,
    q: 1n,
    cn: 7n,
    v: 2n,
  });
  assert.equal(store.counter('user:alice')?.['month.id'], '2026-11');
  assert.deepEqual(store.entryOf('r1'), {
    pk: journalOf(reservation),
    sk: 'E#000001',
    st: 'HELD',
    v: 2n,
    rid: 'r1',
    e: 40n,
    n: 0n,
    ttl: BigInt(NOON / 1_000 + 14 * 86_400),
    model: 'fast',
    principal: 'local',
    sc: '{"team:search":{"day":"2026-11-24"},"user:alice":{"month":"2026-11"}}',
  });
  assert.equal(reservation.held, 40n);
});

test('the tightest budget after the admission is reported with its reset', async () => {
  const { admit } = world();
  const admission = await admit('r1', 40, scope('team:a', budget('day', 100), budget('total', 70)));
  assert.deepEqual(admitted(admission).view.tightest, {
    scope: 'team:a',
    budgetId: 'total',
    limit: 70n,
    used: 40n,
    remaining: 30n,
    resetsAt: undefined,
  });
  const next = admitted(await admit('r2', 1, scope('team:b', budget('day', 5))));
  assert.equal(next.view.tightest?.resetsAt, Date.UTC(2026, 10, 25));
});

test('without scopes only the entry is put', async () => {
  const { store, admit } = world();
  const reservation = admitted(await admit('r1', 0));
  assert.equal(reservation.view.tightest, undefined);
  assert.equal(store.writes[1]?.length, 1);
  assert.equal(store.items.size, 2);
});

test('a budget is spent to the last nano-dollar and not beyond', async () => {
  const { admit } = world();
  const team = scope('team:a', budget('day', 100));
  admitted(await admit('r1', 60, team));
  admitted(await admit('r2', 40, team));
  refused(await admit('r3', 1, team));
});

test('a call that alone is above a limit never fits, and no entry or counter is written', async () => {
  const { store, admit } = world();
  const team = scope('team:a', budget('month', 500), budget('day', 100));
  const refusal = refused(await admit('r1', 101, team));
  assert.equal(refusal.kind, 'never_fits');
  assert.equal(refusal.budgetId, 'day');
  assert.equal(refusal.estimate, 101n);
  assert.equal(store.writes.length, 1, 'the journal, in which the next call is written');
  refused(await admit('r2', 101, team));
  assert.equal(store.writes.length, 1);
});

test('a refusal says held while only running calls take the room, and names the copy of the counter it saw', async () => {
  const { admit, ledger } = world();
  const team = scope('team:a', budget('day', 100));
  const first = admitted(await admit('r1', 50, team));
  await ledger.settle(first, cost(30));
  admitted(await admit('r2', 60, team));
  assert.deepEqual(refused(await admit('r3', 20, team)), {
    type: 'budget',
    kind: 'held',
    scope: 'team:a',
    budgetId: 'day',
    limit: 100n,
    estimate: 20n,
    spent: 30n,
    held: 60n,
    resetsAt: Date.UTC(2026, 10, 25),
  });
});

test('a refusal says exceeded when even the settled cost leaves no room', async () => {
  const { admit, ledger } = world();
  const team = scope('team:a', budget('total', 100));
  const first = admitted(await admit('r1', 50, team));
  await ledger.settle(first, cost(90));
  const refusal = refused(await admit('r2', 20, team));
  assert.equal(refusal.kind, 'exceeded');
  assert.equal(refusal.spent, 90n);
  assert.equal(refusal.held, 0n);
  assert.equal(refusal.resetsAt, undefined);
});

test('a refusal in one scope leaves the other scopes and the journal untouched', async () => {
  const { store, admit } = world();
  const open = scope('team:open', budget('day', 1_000));
  const tight = scope('user:tight', budget('day', 10));
  admitted(await admit('r1', 10, open, tight));
  assert.equal(refused(await admit('r2', 5, open, tight)).scope, 'user:tight');
  assert.equal(store.counter('team:open')?.['day.used'], 10n);
  assert.equal(store.entries().length, 1);
});

test('a new window starts empty and keeps the one before it', async () => {
  const { store, clock, admit } = world();
  const team = scope('team:a', budget('day', 100));
  admitted(await admit('r1', 90, team));
  clock.time += DAY_MS;
  admitted(await admit('r2', 80, team));
  const counter = store.counter('team:a');
  assert.equal(counter?.['day.id'], '2026-11-25');
  assert.equal(counter?.['day.used'], 80n);
  assert.equal(counter?.['day.prev'], '2026-11-24');
  assert.equal(counter?.['day.prevUsed'], 90n);
  assert.equal(counter?.['tu'], 170n);
});

test('a clock that is behind charges the window that another clock has begun', async () => {
  const { store, clock, admit, another } = world();
  const team = scope('team:a', budget('day', 100));
  clock.time += DAY_MS;
  admitted(await another('ahead').admit(asks('r1', 90, [team])));
  clock.time -= DAY_MS;
  assert.equal(refused(await admit('r2', 20, team)).kind, 'held');
  admitted(await admit('r3', 10, team));
  assert.equal(store.counter('team:a')?.['day.id'], '2026-11-25');
  assert.equal(store.counter('team:a')?.['day.used'], 100n);
});

test('a counter that another process has moved is read from the refusal and the admission tried again', async () => {
  const { clock, store, admit, another } = world();
  const team = scope('team:a', budget('day', 100));
  admitted(await admit('r1', 10, team));
  clock.time += DAY_MS;
  admitted(await another('b').admit(asks('r2', 20, [team])));
  admitted(await admit('r3', 30, team));
  assert.equal(store.counter('team:a')?.['day.used'], 50n);
  assert.equal(clock.sleeps.length, 0, 'a refusal that taught something is not waited after');
});

test('a total created in the middle of a budget refuses a race on its first charge', async () => {
  const { store, admit, another } = world();
  const team = scope('team:a', budget('total', 100));
  const rival = another('b');
  admitted(await admit('r0', 1, scope('team:other', budget('day', 10))));
  store.before = async () => {
    admitted(await rival.admit(asks('r1', 80, [team])));
  };
  assert.equal(refused(await admit('r2', 80, team)).kind, 'held');
  assert.equal(store.counter('team:a')?.['tu'], 80n);
});

test('a fact may not take the name of a ledger attribute, and an estimate may not be negative', async () => {
  const { ledger, admit } = world();
  await assert.rejects(ledger.admit(asks('r1', 0, [], { facts: { a: 1n } })), /Bug! The fact a /);
  await assert.rejects(admit('r2', -1), /Bug! A negative estimate/);
});
