import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledger } from '../../../lambda/ledger/ledger.ts';
import {
  admitted,
  asks,
  budget,
  cost,
  EAGER,
  NOON,
  override,
  refused,
  scope,
  usd,
  type World,
  world,
} from '../../support/ledger-world.ts';

const TEAM = scope('team:a', budget('day', 100));

function used({ store }: World): bigint {
  const { everPools } = store.policy('team:a');
  return Array.from(
    { length: everPools },
    (_, pool) => (store.counter('team:a', pool)?.['day.used'] as bigint) ?? 0n,
  ).reduce((sum, each) => sum + each, 0n);
}

test('a limit that was lowered is strict at once, also for a process that has not heard of it', async () => {
  const w = world();
  admitted(await w.admit('r1', 40, TEAM));
  await w.store.setPolicy('team:a', { overrides: [override('day', 50)] });
  const refusal = refused(await w.admit('r2', 11, TEAM));
  assert.deepEqual([refusal.limit, refusal.held], [50n, 40n]);
  admitted(await w.admit('r3', 10, TEAM));
  assert.equal(w.store.counter('team:a')?.['cv'], 1n);
});

test('a limit that was raised is used at once where the old one would refuse', async () => {
  const w = world();
  admitted(await w.admit('r1', 90, TEAM));
  await w.store.setPolicy('team:a', { overrides: [override('day', 200)] });
  admitted(await w.admit('r2', 110, TEAM));
  admitted(await world().admit('r3', 100, TEAM));
});

test('a call above the config’s limit fits under a raised one that this process has not heard of', async () => {
  const w = world();
  admitted(await w.admit('r1', 1, TEAM));
  await w.store.setPolicy('team:a', { overrides: [override('day', 500)] });
  admitted(await w.admit('r2', 150, TEAM));
});

test('a raised limit of a scope whose counter nobody has marked is known by the operator’s word', async () => {
  const w = world();
  await w.store.setPolicy('team:a', { overrides: [override('day', 500)] });
  w.store.items.delete('S#team:a\nC');
  const told = w.another('told', { policyVersion: (name) => (name === 'team:a' ? 1n : 0n) });
  admitted(await told.admit(asks('r1', 150, [TEAM])));
  assert.equal(w.store.counter('team:a')?.['cv'], 1n, 'and the next charge marks it');
});

test('an override ends by itself, and the config’s limit counts again', async () => {
  const w = world();
  await w.store.setPolicy('team:a', { overrides: [override('day', 500, NOON + 60_000)] });
  admitted(await w.admit('r1', 90, TEAM));
  w.clock.time = NOON + 59_999;
  admitted(await w.admit('r2', 110, TEAM));
  w.clock.time = NOON + 60_000;
  assert.equal(refused(await w.admit('r3', 1, TEAM)).limit, 100n);
});

test('a top-up asks for the limit in force now', async () => {
  const w = world();
  const reservation = admitted(await w.admit('r1', 40, TEAM));
  await w.store.setPolicy('team:a', { overrides: [override('day', 50)] });
  assert.equal(refused(await w.ledger.topUp(reservation, usd(11))).limit, 50n);
  admitted(await w.ledger.topUp(reservation, usd(10)));
  await w.store.setPolicy('team:a', { overrides: [override('day', 200)] });
  admitted(await w.ledger.topUp(reservation, usd(100)));
});

test('a settled request of before a lowered limit gives back as ever', async () => {
  const w = world();
  const reservation = admitted(await w.admit('r1', 80, TEAM));
  await w.store.setPolicy('team:a', { overrides: [override('day', 20)] });
  await w.ledger.settle(reservation, cost(5));
  admitted(await w.admit('r2', 15, TEAM));
  refused(await w.admit('r3', 1, TEAM));
});

test('what a lease has taken is spent under the limit that it was taken under, and no more', async () => {
  const w = world();
  await w.store.heat('team:a');
  const ledger = w.another('hot', { heat: { ...EAGER, leastRequests: 4 } });
  admitted(await ledger.admit(asks('r1', 10, [TEAM])));
  await w.store.setPolicy('team:a', { overrides: [override('day', 20)] });
  for (const id of ['r2', 'r3', 'r4']) admitted(await ledger.admit(asks(id, 10, [TEAM])));
  const refusal = refused(await ledger.admit(asks('r5', 10, [TEAM])));
  assert.deepEqual([refusal.limit, refusal.held], [20n, 40n]);
});

/** Processes enough to have one at home in each of two pools. */
async function crowd(w: World): Promise<readonly Ledger[]> {
  const ledgers = [...'abcdefgh'].map((name) => w.another(name));
  for (const [index, ledger] of ledgers.entries())
    admitted(await ledger.admit(asks(`home-${index}`, 1, [TEAM])));
  return ledgers;
}

/** Everybody asks for one after the other until nobody gets any more. */
async function drain(ledgers: readonly Ledger[], tag: string, estimate = 3): Promise<void> {
  let count = 0;
  for (let misses = 0; misses < 2 * ledgers.length; count++) {
    const answer = await ledgers[count % ledgers.length]!.admit(asks(`${tag}-${count}`, estimate, [TEAM]));
    misses = answer.type === 'admitted' ? 0 : misses + 1;
  }
}

test('a split scope is spent to its limit and not beyond', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 100 });
  await drain(await crowd(w), 'x', 1);
  assert.equal(used(w), 100n);
});

test('a split scope whose limit was raised and lowered again never passes the lower one', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 100 });
  const ledgers = await crowd(w);
  await w.store.setPolicy('team:a', { overrides: [override('day', 200)] });
  admitted(await ledgers[0]!.admit(asks('r1', 95, [TEAM])));
  await w.store.setPolicy('team:a', { overrides: [override('day', 120)] });
  await drain(ledgers, 'x');
  assert.ok(used(w) <= 120n && used(w) > 117n, `${used(w)}`);
});

test('a split scope whose override ends never passes the config’s limit', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 100 });
  const ledgers = await crowd(w);
  await w.store.setPolicy('team:a', { overrides: [override('day', 180, NOON + 60_000)] });
  admitted(await ledgers[0]!.admit(asks('r1', 85, [TEAM])));
  w.clock.time = NOON + 60_000;
  await drain(ledgers, 'x');
  assert.ok(used(w) <= 100n && used(w) > 97n, `${used(w)}`);
});

test('a split scope whose limit is lowered below what is used refuses, and goes on when enough was given back', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 100 });
  const ledgers = await crowd(w);
  const running = await Promise.all(
    ledgers.map(
      async (ledger, index) => [ledger, admitted(await ledger.admit(asks(`r${index}`, 8, [TEAM])))] as const,
    ),
  );
  await w.store.setPolicy('team:a', { overrides: [override('day', 40)] });
  const refusal = refused(await ledgers[0]!.admit(asks('x', 5, [TEAM])));
  assert.deepEqual([refusal.limit, refusal.held, refusal.kind], [40n, 72n, 'held']);
  for (const [ledger, reservation] of running) await ledger.settle(reservation, cost(2));
  w.clock.time += 5_000;
  await drain(ledgers, 'y', 1);
  assert.equal(used(w), 40n);
});

test('a top-up in a split scope whose limit has changed waits for the new shares', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 100 });
  const ledgers = await crowd(w);
  const [one, reservation] = [ledgers[0]!, admitted(await ledgers[0]!.admit(asks('r1', 2, [TEAM])))];
  await w.store.setPolicy('team:a', { overrides: [override('day', 60)] });
  const answer = await one.topUp(reservation, usd(5));
  assert.equal(answer.type, 'unavailable');
  admitted(await one.admit(asks('r2', 1, [TEAM])));
  admitted(await one.topUp(reservation, usd(10)));
});
