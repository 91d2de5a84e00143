import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ledger } from '../../../lambda/ledger/ledger.ts';
import { admitted, asks, budget, cost, scope, type World, world } from '../../support/ledger-world.ts';

const TEAM = scope('team:a', budget('day', 900));

async function poolOf(w: World, ledger: Ledger, id: string, estimate = 1): Promise<number> {
  admitted(await ledger.admit(asks(id, estimate, [TEAM])));
  const pool = /"#pool":(\d+)/.exec(String(w.store.entryOf(id)?.['sc']));
  return Number(pool?.[1] ?? 0);
}

async function inThree(): Promise<World> {
  const w = world();
  await w.store.split('team:a', 3, { day: 900 });
  return w;
}

test('a process charges the same pool each time, and many processes spread over all', async () => {
  const w = await inThree();
  const pools = new Set<number>();
  for (const name of 'abcdefghijkl') {
    const ledger = w.another(name);
    const pool = await poolOf(w, ledger, `${name}1`);
    assert.equal(await poolOf(w, ledger, `${name}2`), pool);
    pools.add(pool);
  }
  assert.equal(pools.size, 3);
});

test('a process whose pool is full goes to another and stays there', async () => {
  const w = await inThree();
  const ledger = w.another('a');
  const home = await poolOf(w, ledger, 'r1', 300);
  const next = await poolOf(w, ledger, 'r2');
  assert.notEqual(next, home);
  const reads: string[] = [];
  const get = w.store.get.bind(w.store);
  w.store.get = (key) => {
    reads.push(key.pk);
    return get(key);
  };
  assert.equal(await poolOf(w, ledger, 'r3'), next);
  assert.deepEqual(reads, [], 'nothing has to be looked at for that');
});

test('a process leaves a pool that is no longer in use, and what it holds there is settled there', async () => {
  const w = await inThree();
  const names = [...'abcdefgh'];
  const running = [];
  for (const name of names) {
    const ledger = w.another(name);
    running.push([ledger, admitted(await ledger.admit(asks(`${name}1`, 10, [TEAM])))] as const);
  }
  await w.store.setPolicy('team:a', { pools: 1 });
  for (const [index, [ledger, reservation]] of running.entries()) {
    assert.equal(await poolOf(w, ledger, `later-${index}`), 0);
    await ledger.settle(reservation, cost(4));
  }
  const used = [0, 1, 2].map((pool) => (w.store.counter('team:a', pool)?.['tu'] as bigint | undefined) ?? 0n);
  assert.equal(
    used.reduce((a, b) => a + b, 0n),
    BigInt(4 * names.length + names.length),
  );
});

test('an admission in doubt that is tried again on another pool is charged once', async () => {
  const w = await inThree();
  const ledger = w.another('a');
  const home = await poolOf(w, ledger, 'r1', 100);
  w.store.plan(['lost_answer'], 'E#', 'HELD');
  // The pool is full by the time of the second try, which goes elsewhere and finds what the first has written.
  admitted(await ledger.admit(asks('r2', 200, [TEAM])));
  const used = [0, 1, 2].map((pool) => (w.store.counter('team:a', pool)?.['tu'] as bigint | undefined) ?? 0n);
  assert.equal(used[home], 300n);
  assert.equal(
    used.reduce((a, b) => a + b, 0n),
    300n,
  );
});

test('a late packet of a try on one pool does nothing once another pool was charged', async () => {
  const w = await inThree();
  const ledger = w.another('a');
  const home = await poolOf(w, ledger, 'r1', 100);
  w.store.plan(['late'], 'E#', 'HELD');
  const sleep = w.clock.sleep.bind(w.clock);
  w.clock.sleep = async (ms) => {
    w.clock.sleep = sleep;
    // Meanwhile somebody fills the pool of the first try.
    const { pk, sk } = { pk: home === 0 ? 'S#team:a' : `S${home}#team:a`, sk: 'C' };
    const counter = w.store.items.get(`${pk}\n${sk}`)!;
    w.store.items.set(`${pk}\n${sk}`, { ...counter, 'day.used': 300n });
    await sleep(ms);
  };
  admitted(await ledger.admit(asks('r2', 200, [TEAM])));
  for (const { type } of await w.store.deliver()) assert.equal(type, 'refused');
  const used = [0, 1, 2].map((pool) => (w.store.counter('team:a', pool)?.['tu'] as bigint | undefined) ?? 0n);
  assert.equal(
    used.reduce((a, b) => a + b, 0n),
    300n,
  );
});
