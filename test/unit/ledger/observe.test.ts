import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mode, ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import {
  admitted,
  asks,
  budget,
  cost,
  fields,
  refused,
  scope,
  usd,
  world,
} from '../../support/ledger-world.ts';

const observe: Mode = 'observe';
const DAY = { ...budget('day', 100), mode: observe };
const TEAM = scope('team:a', DAY);

function observing(limits: ScopeLimits = TEAM) {
  const w = world();
  const ask = (id: string, estimate: number, tokens = 0) =>
    w.ledger.admit(asks(id, estimate, [limits], { tokens }));
  return { ...w, ask };
}

test('an observed budget is counted above its limit, and the entry and the answer tell that it would have refused', async () => {
  const { store, ask } = observing();
  assert.deepEqual(admitted(await ask('r1', 80)).wouldRefuse, []);
  assert.equal(store.entryOf('r1')?.['wr'], undefined);
  assert.deepEqual(admitted(await ask('r2', 30)).wouldRefuse, ['team:a day']);
  assert.equal(store.entryOf('r2')?.['wr'], '["team:a day"]');
  assert.equal(store.counter('team:a')?.['day.used'], 110n);
});

test('a call that alone is above an observed limit passes too', async () => {
  const { store, ask } = observing();
  assert.deepEqual(admitted(await ask('r1', 150)).wouldRefuse, ['team:a day']);
  assert.equal(store.counter('team:a')?.['day.used'], 150n);
});

test('an observed limit has no say where an enforced one refuses', async () => {
  const { ask } = observing(scope('team:a', DAY, budget('total', 120)));
  admitted(await ask('r1', 110));
  const refusal = refused(await ask('r2', 20));
  assert.deepEqual([refusal.budgetId, refusal.spent, refusal.held], ['total', 0n, 110n]);
});

test('an observed total is counted above its limit', async () => {
  const { store, ask } = observing(scope('team:a', { ...budget('total', 10), mode: observe }));
  admitted(await ask('r1', 8));
  assert.deepEqual(admitted(await ask('r2', 8)).wouldRefuse, ['team:a total']);
  assert.equal(store.counter('team:a')?.['tu'], 16n);
});

test('an observed rate that is full is not charged: a refused call would not have been either', async () => {
  const requests = { perMinute: 60, burst: 1, mode: observe };
  const tokens = { perMinute: 60, burst: 100, mode: observe };
  const { store, ask } = observing({ ...scope('team:a'), requests, tokens });
  admitted(await ask('r1', 1, 10));
  const before = fields(store.counter('team:a'), 'rt tt');
  assert.deepEqual(admitted(await ask('r2', 1, 95)).wouldRefuse, ['team:a requests', 'team:a tokens']);
  assert.deepEqual(fields(store.counter('team:a'), 'rt tt'), before);
  assert.deepEqual(admitted(await ask('r3', 1, 101)).wouldRefuse, ['team:a tokens', 'team:a requests']);
});

test('observed parallel requests are counted above their limit, and counted down again', async () => {
  const { store, ledger, ask } = observing({ ...scope('team:a'), parallel: { limit: 1, mode: observe } });
  const first = admitted(await ask('r1', 1));
  const second = admitted(await ask('r2', 1));
  assert.deepEqual(second.wouldRefuse, ['team:a parallel']);
  assert.equal(store.counter('team:a')?.['pl'], 2n);
  for (const each of [first, second]) await ledger.settle(each, cost(1));
  assert.equal(store.counter('team:a')?.['pl'], 0n);
});

test('a top-up above an observed limit passes, and the entry tells it from then on', async () => {
  const { store, ledger, ask } = observing();
  const reservation = admitted(await ask('r1', 60));
  const more = admitted(await ledger.topUp(reservation, usd(60)));
  assert.deepEqual(more.wouldRefuse, ['team:a day']);
  assert.equal(store.entryOf('r1')?.['wr'], '["team:a day"]');
  assert.equal(store.counter('team:a')?.['day.used'], 120n);
});

test('an admission found by a later try tells what its own try had written', async () => {
  const { store, ask } = observing();
  admitted(await ask('r1', 90));
  store.plan(['lost_answer'], 'E#');
  assert.deepEqual(admitted(await ask('r2', 20)).wouldRefuse, ['team:a day']);
  assert.equal(store.counter('team:a')?.['day.used'], 110n);
});

test('an observed limit of a split scope that is passed is no reason to look at all pools', async () => {
  const { store, ask } = observing();
  await store.split('team:a', 2, { day: 100 });
  for (const [id, estimate] of [
    ['r1', 45],
    ['r2', 45],
    ['r3', 45],
    ['r4', 120],
  ] as const)
    admitted(await ask(id, estimate));
  assert.deepEqual(store.entryOf('r4')?.['wr'], '["team:a day"]');
  const used = [0, 1].map((pool) => (store.counter('team:a', pool)?.['tu'] as bigint | undefined) ?? 0n);
  assert.equal(used[0]! + used[1]!, 255n);
});
