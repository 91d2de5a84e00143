import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  admitted,
  asks,
  budget,
  cost,
  journalOf,
  LONGEST_MS,
  NOON,
  numberOf,
  refused,
  scope,
  world,
} from '../../support/ledger-world.ts';

test('conflicts and throttling are tried again after a pause, at most eight times in all', async () => {
  const { store, clock, admit } = world();
  store.plan(['conflict', 'throttle', 'conflict', 'conflict', 'conflict', 'conflict', 'conflict'], 'E#');
  admitted(await admit('r1', 1, scope('team:a', budget('day', 10))));
  assert.equal(clock.sleeps.length, 7);
  store.plan(Array(8).fill('throttle'), 'E#');
  const admission = await admit('r2', 1, scope('team:a', budget('day', 10)));
  assert.deepEqual(admission, { type: 'unavailable', reason: 'throttled' });
  assert.equal(store.counter('team:a')?.['tu'], 1n);
  admitted(await admit('r3', 1, scope('team:a', budget('day', 10))));
  assert.equal(store.entryOf('r3')?.sk, 'E#000002', 'a number that was surely not written is used again');
});

test('an answer that was lost is found by the next try, and nothing is charged twice', async () => {
  const { store, admit } = world();
  store.plan(['lost_answer'], 'E#');
  const reservation = admitted(await admit('r1', 10, scope('team:a', budget('day', 100))));
  assert.equal(numberOf(reservation), 1);
  assert.equal(store.counter('team:a')?.['tu'], 10n);
  assert.equal(store.entries().length, 1);
});

test('an admission found by a later try keeps the windows that its own try had pinned', async () => {
  const { store, clock, admit, ledger } = world();
  const team = scope('team:a', budget('day', 100));
  admitted(await admit('r0', 1, team));
  store.plan(['lost_answer'], 'E#');
  const midnight = Date.UTC(2026, 10, 25);
  clock.time = midnight - 1;
  clock.sleep = async () => {
    clock.time = midnight + 1;
  };
  const reservation = admitted(await admit('r1', 10, team));
  assert.equal(store.entryOf('r1')?.['sc'], '{"team:a":{"day":"2026-11-24"}}');
  admitted(await admit('r2', 5, team));
  await ledger.settle(reservation, cost(7));
  assert.equal(store.counter('team:a')?.['day.prevUsed'], 8n);
  assert.equal(store.counter('team:a')?.['day.used'], 5n);
});

test('an admission given up in doubt leaves a tombstone that turns its late packet away', async () => {
  const { store, admit } = world();
  const team = scope('team:a', budget('day', 100));
  store.plan(Array(8).fill('late'), 'E#', 'HELD');
  assert.equal((await admit('r1', 10, team)).type, 'unavailable');
  assert.equal(store.entries()[0]?.['st'], 'VOID');
  for (const result of await store.deliver()) assert.equal(result.type, 'refused');
  assert.equal(store.counter('team:a'), undefined);
  admitted(await admit('r2', 10, team));
  assert.equal(store.entryOf('r2')?.sk, 'E#000002');
});

test('an admission given up in doubt that had worked after all is an admission', async () => {
  const { store, admit } = world();
  store.plan(['lost_answer', ...Array(7).fill('lost_request')], 'E#', 'HELD');
  assert.equal(numberOf(admitted(await admit('r1', 10, scope('team:a', budget('day', 100))))), 1);
  assert.equal(store.counter('team:a')?.['tu'], 10n);
});

test('a refusal after a lost try is given only once the lost try can no longer work', async () => {
  const { store, admit, another } = world();
  const team = scope('team:a', budget('day', 100));
  admitted(await admit('r0', 50, team));
  const rival = another('b');
  store.before = async () => {
    admitted(await rival.admit(asks('r1', 45, [team])));
    store.plan(['late'], 'E#', 'HELD');
  };
  refused(await admit('r2', 20, team));
  assert.ok(store.entries().some((entry) => entry['st'] === 'VOID'));
  assert.equal((await store.deliver())[0]?.type, 'refused');
});

test('a number whose fate stays unknown ends its journal, and the next admission opens another', async () => {
  const { store, admit } = world();
  const team = scope('team:a', budget('day', 100));
  store.plan(Array(8).fill('late'), 'E#', 'HELD');
  store.plan(Array(4).fill('lost_request'), 'E#', 'VOID');
  assert.equal((await admit('r1', 10, team)).type, 'unavailable');
  const next = admitted(await admit('r2', 10, team));
  assert.equal(journalOf(next), 'J#env.0.1');
  assert.equal(numberOf(next), 1);
});

test('a process whose journal was fenced goes on in a new one', async () => {
  const { store, admit, another } = world();
  const team = scope('team:a', budget('day', 100));
  const first = admitted(await admit('r1', 10, team));
  await another('reaper').reap(Number.MAX_SAFE_INTEGER);
  const second = admitted(await admit('r2', 10, team));
  assert.notEqual(journalOf(second), journalOf(first));
  assert.equal(store.counter('team:a')?.['tu'], 20n);
});

test('an admission that the reaper has settled before it was known to have worked is no admission', async () => {
  const { store, admit, another } = world();
  const team = scope('team:a', budget('day', 100));
  admitted(await admit('r0', 1, team));
  store.plan(['lost_answer'], 'E#', 'HELD');
  const reaper = another('reaper');
  const transact = store.transact.bind(store);
  let reaped = false;
  store.transact = async (ops) => {
    const result = await transact(ops);
    if (result.type === 'unknown' && !reaped) {
      reaped = true;
      await reaper.reap(Number.MAX_SAFE_INTEGER);
    }
    return result;
  };
  assert.deepEqual(await admit('r1', 10, team), {
    type: 'unavailable',
    reason: 'the reaper was faster',
    inDoubt: true,
  });
  assert.equal(store.entryOf('r1')?.['by'], 'reaper');
});

test('a journal is left in time for its longest request to end before it expires', async () => {
  const { clock, admit } = world();
  const first = admitted(await admit('r1', 0));
  clock.time = NOON + LONGEST_MS + 60_000;
  assert.equal(journalOf(admitted(await admit('r2', 0))), journalOf(first));
  clock.time += 1;
  assert.notEqual(journalOf(admitted(await admit('r3', 0))), journalOf(first));
});

test('two processes that go by one name never write to one journal', async () => {
  const { admit, another } = world();
  const twin = another('env');
  const first = admitted(await admit('r1', 0));
  const second = admitted(await twin.admit(asks('r2', 0, [])));
  assert.notEqual(journalOf(first), journalOf(second));
});

test('a header whose answer was lost is recognised as its own', async () => {
  const { store, admit } = world();
  store.plan(['lost_answer'], '#');
  assert.equal(journalOf(admitted(await admit('r1', 0))), 'J#env.0.0');
});

test('without a journal nothing is admitted', async () => {
  const { store, admit } = world();
  store.plan(Array(20).fill('throttle'), '#');
  assert.deepEqual(await admit('r1', 0), { type: 'unavailable', reason: 'no journal could be opened' });
});
