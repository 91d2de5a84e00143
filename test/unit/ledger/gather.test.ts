import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import type { Ledger } from '../../../lambda/ledger/ledger.ts';
import {
  admitted,
  asks,
  budget,
  cost,
  rateRefused,
  refused,
  scope,
  type World,
  world,
} from '../../support/ledger-world.ts';

const TEAM = scope('team:a', budget('day', 40));

/** Four pools whose shares were cut while 18 of 40 were used: five each are left, and two fell between them. */
const CUT = {
  pools: 4,
  everPools: 4,
  basis: { day: '40' },
  shifts: { day: { window: '2026-11-24', by: ['13', '-5', '-5', '-5'] } },
};

test('what equal parts have left over is found by the call that needs it', async () => {
  const { store, admit } = world();
  admitted(await admit('r1', 18, TEAM));
  await store.setPolicy('team:a', CUT);
  admitted(await admit('r2', 22, TEAM));
  assert.equal(refused(await admit('r3', 1, TEAM)).kind, 'held');
});

test('a window that was overdrawn when it was split is used again as soon as there is room, and not beyond', async () => {
  const { store, admit } = world();
  admitted(await admit('r1', 18, TEAM));
  // Nobody had anything, because more than the limit was used.
  const by = ['-10', '-10', '-10', '-10'];
  await store.setPolicy('team:a', { ...CUT, shifts: { day: { window: '2026-11-24', by } } });
  admitted(await admit('r2', 20, TEAM));
  admitted(await admit('r3', 2, TEAM));
  assert.equal(refused(await admit('r4', 1, TEAM)).kind, 'held');
});

const RATED = {
  ...scope('team:a', budget('day', 40)),
  requests: { perMinute: 120, burst: 2, mode: 'enforce' as const },
};

/** The process whose home is a pool of two. */
async function homes(world: World, limits: ScopeLimits): Promise<readonly [Ledger, Ledger]> {
  const found = new Map<number, Ledger>();
  for (const name of 'abcdefgh') {
    if (found.size === 2) break;
    const ledger = world.another(name);
    admitted(await ledger.admit(asks(`home-${name}`, 0, [limits])));
    const pool = Number(String(world.store.entryOf(`home-${name}`)?.['sc']).includes('"#pool":1'));
    if (!found.has(pool)) found.set(pool, ledger);
  }
  return [found.get(0)!, found.get(1)!];
}

test('a call goes to a pool that has room, although its own has none', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 40 });
  const [zero] = await homes(w, TEAM);
  admitted(await zero.admit(asks('r1', 20, [TEAM])));
  admitted(await zero.admit(asks('r2', 15, [TEAM])));
  assert.equal(w.store.counter('team:a', 0)?.['day.used'], 20n);
  assert.equal(w.store.counter('team:a', 1)?.['day.used'], 15n);
  assert.equal(w.store.policy('team:a').version, 1n, 'nothing had to be moved');
});

test('what is scattered over the pools is moved to where the call is', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 40 });
  const [zero, one] = await homes(w, TEAM);
  admitted(await zero.admit(asks('r1', 10, [TEAM])));
  admitted(await one.admit(asks('r2', 10, [TEAM])));
  admitted(await zero.admit(asks('r3', 20, [TEAM])));
  const { shifts } = w.store.policy('team:a');
  assert.equal(shifts['day']?.window, '2026-11-24');
  assert.equal(sumOf(w), 40n);
});

test('a call without room in all pools together is refused with their sums', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 40 });
  const [zero, one] = await homes(w, TEAM);
  const first = admitted(await zero.admit(asks('r1', 20, [TEAM])));
  admitted(await one.admit(asks('r2', 15, [TEAM])));
  await zero.settle(first, cost(12));
  assert.deepEqual(refused(await zero.admit(asks('r3', 14, [TEAM]))), {
    type: 'budget',
    kind: 'held',
    scope: 'team:a',
    budgetId: 'day',
    limit: 40n,
    estimate: 14n,
    spent: 12n,
    held: 15n,
    resetsAt: Date.UTC(2026, 10, 25),
  });
  admitted(await one.admit(asks('r4', 13, [TEAM])));
  assert.equal(sumOf(w), 40n, 'the last nano-dollar is found wherever it lies');
});

test('money goes to a pool whose rate has room, because that cannot be moved', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 40 });
  const [zero, one] = await homes(w, { ...RATED, requests: { ...RATED.requests, burst: 20 } });
  w.clock.time += 60_000;
  admitted(await one.admit(asks('r1', 20, [RATED])));
  w.clock.time += 60_000;
  admitted(await zero.admit(asks('r2', 1, [RATED])));
  // Pool 0 has money and no further request for a second, pool 1 has requests and no money.
  admitted(await one.admit(asks('r3', 10, [RATED])));
  assert.equal(w.store.counter('team:a', 1)?.['day.used'], 30n);
  const refusal = rateRefused(await zero.admit(asks('r4', 1, [RATED])));
  assert.equal(refusal.of, 'requests');
  assert.ok(refusal.waitMs > 900 && refusal.waitMs <= 1_000, 'until the first pool has room for one');
});

test('two that move shares at once do not give the same money twice', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 40 });
  const [zero, one] = await homes(w, TEAM);
  admitted(await zero.admit(asks('r1', 10, [TEAM])));
  admitted(await one.admit(asks('r2', 10, [TEAM])));
  const answers = await Promise.all([zero.admit(asks('r3', 15, [TEAM])), one.admit(asks('r4', 15, [TEAM]))]);
  assert.equal(answers.filter(({ type }) => type === 'admitted').length, 1);
  assert.equal(sumOf(w), 35n);
});

function sumOf({ store }: World): bigint {
  return [0, 1].reduce(
    (sum, pool) => sum + ((store.counter('team:a', pool)?.['day.used'] as bigint) ?? 0n),
    0n,
  );
}
