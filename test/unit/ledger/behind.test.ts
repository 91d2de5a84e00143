import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import {
  admitted,
  asks,
  budget,
  cost,
  EAGER,
  fields,
  refused,
  scope,
  usd,
  world,
} from '../../support/ledger-world.ts';

const TEAM = scope('team:a', budget('day', 100));
const LESS = scope('team:a', budget('day', 50));

function deployed() {
  const w = world();
  const ask = (id: string, estimate: number, number: number, limits: ScopeLimits = TEAM, ledger = w.ledger) =>
    ledger.admit(asks(id, estimate, [limits], { number }));
  return { ...w, ask };
}

test('the counter knows the newest config that charged it, and an older one is told to read the limits anew', async () => {
  const { store, ask } = deployed();
  admitted(await ask('r1', 10, 1));
  admitted(await ask('r2', 10, 2, LESS));
  assert.deepEqual(await ask('r3', 10, 1), { type: 'behind', number: 2 });
  assert.deepEqual(fields(store.counter('team:a'), 'cn tu'), [2n, 20n]);
});

test('a process that has not seen the newer config’s charge fails on the counter and is told so', async () => {
  const { store, ask, another } = deployed();
  admitted(await ask('r1', 10, 1));
  admitted(await ask('r2', 10, 2, LESS, another('new')));
  const writes = store.writes.length;
  assert.deepEqual(await ask('r3', 10, 1), { type: 'behind', number: 2 });
  assert.equal(store.writes.length, writes + 1, 'its own write was refused by the counter');
});

test('nobody is refused by limits that are no longer in force', async () => {
  const { ask, another } = deployed();
  admitted(await ask('r1', 50, 1, LESS));
  admitted(await ask('r2', 10, 2, TEAM, another('new')));
  assert.equal((await ask('r3', 10, 1, LESS)).type, 'behind');
  assert.equal((await ask('r4', 60, 1, LESS)).type, 'behind', 'also where it could never fit');
});

test('a limit that a deploy lowers binds from its first call on', async () => {
  const { ask, another } = deployed();
  admitted(await ask('r1', 30, 1));
  const fresh = another('new');
  admitted(await ask('r2', 20, 2, LESS, fresh));
  assert.equal(refused(await ask('r3', 1, 2, LESS, fresh)).limit, 50n);
  assert.equal((await ask('r4', 1, 1)).type, 'behind');
});

test('an admission in doubt that turns out to be behind leaves nothing held', async () => {
  const { store, ask, another } = deployed();
  admitted(await ask('r1', 10, 1));
  const newer = another('new');
  store.before = async () => {
    admitted(await ask('r2', 5, 2, LESS, newer));
    store.plan(['late'], 'E#', 'HELD');
  };
  assert.deepEqual(await ask('r3', 10, 1), { type: 'behind', number: 2 });
  const results = await store.deliver();
  assert.deepEqual(
    results.map(({ type }) => type),
    ['refused'],
  );
  assert.equal(store.counter('team:a')?.['tu'], 15n);
});

test('a running request of an older config may not grow, and is settled as ever', async () => {
  const { store, ask, ledger } = deployed();
  const old = admitted(await ask('r1', 10, 1));
  admitted(await ask('r2', 10, 2, LESS));
  const answer = await ledger.topUp(old, usd(5));
  assert.equal(answer.type, 'unavailable');
  assert.deepEqual(await ledger.settle(old, cost(4)), { type: 'settled' });
  assert.equal(store.counter('team:a')?.['tu'], 14n);
});

test('a running request is not refused more by limits that it does not know to be old', async () => {
  const { ask, ledger, another } = deployed();
  const old = admitted(await ask('r1', 45, 1, LESS));
  admitted(await ask('r2', 10, 2, TEAM, another('new')));
  assert.equal((await ledger.topUp(old, usd(5))).type, 'unavailable', 'full under the old one');
  assert.equal((await ledger.topUp(old, usd(20))).type, 'unavailable', 'never fitting under the old one');
});

test('what an older config has leased is spent all the same', async () => {
  const { store, ask, another } = deployed();
  await store.heat('team:a');
  const hot = another('hot', { heat: { ...EAGER, leastRequests: 4 } });
  admitted(await ask('r1', 10, 1, TEAM, hot));
  admitted(await ask('r2', 5, 2, LESS, another('new')));
  for (const id of ['r3', 'r4', 'r5']) admitted(await ask(id, 10, 1, TEAM, hot));
  assert.equal((await ask('r6', 10, 1, TEAM, hot)).type, 'behind');
});

test('in a split scope no pool is charged by an older config once a newer one has lowered the limit', async () => {
  const { store, another } = deployed();
  await store.split('team:a', 2, { day: 100 });
  const ledgers = [...'abcdefgh'].map((name) => another(name));
  for (const [index, ledger] of ledgers.entries())
    admitted(await ledger.admit(asks(`r${index}`, 1, [TEAM], { number: 1 })));
  admitted(await another('new').admit(asks('n1', 1, [LESS], { number: 2 })));
  for (const [index, ledger] of ledgers.entries()) {
    const answer = await ledger.admit(asks(`s${index}`, 1, [TEAM], { number: 1 }));
    assert.deepEqual(answer, { type: 'behind', number: 2 });
  }
});

test('in a split scope no pool is charged by an older config once a newer one has a further budget', async () => {
  const { store, another } = deployed();
  await store.split('team:a', 2, { day: 100 });
  const ledgers = [...'abcdefgh'].map((name) => another(name));
  for (const [index, ledger] of ledgers.entries())
    admitted(await ledger.admit(asks(`r${index}`, 1, [TEAM], { number: 1 })));
  const both = scope('team:a', budget('day', 100), budget('month', 500));
  admitted(await another('new').admit(asks('n1', 1, [both], { number: 2 })));
  for (const [index, ledger] of ledgers.entries()) {
    assert.equal((await ledger.admit(asks(`s${index}`, 1, [TEAM], { number: 1 }))).type, 'behind');
  }
});
