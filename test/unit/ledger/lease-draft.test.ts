import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import { nanoseconds } from '../../../lambda/ledger/gcra.ts';
import type { HeatRules } from '../../../lambda/ledger/heat-rules.ts';
import {
  admitted,
  asks,
  budget,
  cost,
  EAGER,
  fields,
  NOON,
  override,
  refused,
  scope,
  usd,
  world,
} from '../../support/ledger-world.ts';
import { Dice } from '../../support/virtual-clock.ts';

const TEAM = scope('team:a', budget('day', 100));
const USER = scope('user:u', budget('day', 1_000));
const FOUR = { ...EAGER, leastRequests: 4 };
const enforce = 'enforce' as const;

/** A process in whose eyes the scopes are hot: it leases for four requests at least. */
async function hot(rules: Partial<HeatRules> = FOUR, ...names: string[]) {
  const w = world();
  for (const name of ['team:a', ...names]) await w.store.heat(name);
  const ledger = w.another('hot', { heat: rules });
  const admit = (requestId: string, estimate: number, ...scopes: ScopeLimits[]) =>
    ledger.admit(asks(requestId, estimate, scopes));
  return { ...w, ledger, admit };
}

test('a lease takes a part of the budget in advance, as an entry of the journal that it pays for', async () => {
  const { store, admit } = await hot();
  admitted(await admit('r1', 10, TEAM));
  const [lease] = store.leases();
  assert.deepEqual(fields(lease, 'sk st g sc exp'), [
    'E#000001',
    'OPEN',
    40n,
    '{"team:a":{"day":"2026-11-24"}}',
    BigInt(NOON + 10_000),
  ]);
  assert.deepEqual(fields(store.counter('team:a'), 'day.used tu ol q s'), [
    40n,
    40n,
    1n,
    undefined,
    undefined,
  ]);
  const entry = store.entryOf('r1');
  assert.deepEqual(fields(entry, 'sk st e sc'), [
    'E#000002',
    'HELD',
    10n,
    '{"team:a":{"day":"2026-11-24","#lease":1}}',
  ]);
});

test('where everything is leased an admission is one plain write of its own entry', async () => {
  const { store, admit } = await hot(FOUR, 'user:u');
  admitted(await admit('r1', 10, TEAM, USER));
  assert.equal(store.leases().length, 2);
  const before = store.writes.length;
  for (const id of ['r2', 'r3', 'r4']) admitted(await admit(id, 10, TEAM, USER));
  assert.deepEqual(
    store.writes.slice(before).map((ops) => ops.length),
    [1, 1, 1],
  );
  assert.equal(store.counter('team:a')?.['tu'], 40n);
});

test('a scope that is not hot is charged directly beside the lease of another', async () => {
  const { store, admit } = await hot();
  admitted(await admit('r1', 10, TEAM, USER));
  assert.equal(store.leases().length, 1);
  assert.equal(store.counter('user:u')?.['tu'], 10n);
  assert.equal(store.writes.at(-1)?.length, 2, 'the user’s counter and the entry');
});

test('a lease asks for what the process needs until its end', async () => {
  const { store, clock, admit } = await hot({ ...EAGER, leastRequests: 1 });
  const wide = scope('team:a', budget('day', 1_000_000));
  admitted(await admit('r1', 10, wide));
  assert.equal(store.leases()[0]?.['g'], 10n, 'of a process that has just begun nothing is known');
  clock.time += 500;
  admitted(await admit('r2', 10, wide));
  assert.equal(store.leases()[1]?.['g'], 200n, 'two a second for ten seconds');
});

test('a lease takes a fair part of what is left, so that many who ask at once do not strand it among them', async () => {
  const { store, admit, another } = await hot({ ...FOUR, leastRequests: 1 });
  const one = scope('team:a', budget('day', 100));
  admitted(await admit('r1', 10, one));
  admitted(await admit('r2', 10, one));
  // 90 are left and one lease is out, so a quarter of them is asked for.
  assert.equal(store.leases()[1]?.['g'], 22n);
  const other = another('other', { heat: { ...FOUR, leastRequests: 1 } });
  admitted(await other.admit(asks('r3', 10, [one])));
  assert.equal(
    store.leases()[2]?.['g'],
    10n,
    '68 are left and two leases are out, but one call is enough to begin',
  );
});

test('a process that rarely asks, or a budget that is nearly spent, is not worth a lease', async () => {
  const rare = await hot({ ...FOUR, leastRequests: 4 });
  admitted(await rare.admit('r1', 1, TEAM));
  rare.clock.time += 20_000;
  admitted(await rare.admit('r2', 1, TEAM));
  assert.equal(rare.store.leases().length, 1, 'one in 20 seconds is less than four in ten');
  const tight = await hot({ ...FOUR, leastRoom: 11 });
  admitted(await tight.admit('r1', 10, TEAM));
  assert.equal(tight.store.leases().length, 0);
  admitted(await tight.admit('r2', 9, TEAM));
  assert.equal(tight.store.leases().length, 0, '90 are room for ten calls of 9, not for eleven');
});

test('a call that costs nothing needs no lease', async () => {
  const { store, admit } = await hot();
  admitted(await admit('r1', 0, TEAM));
  assert.equal(store.leases().length, 0);
});

test('a scope with a limit on parallel requests is never leased', async () => {
  const { store, admit } = await hot();
  admitted(await admit('r1', 10, { ...TEAM, parallel: { limit: 9, mode: enforce } }));
  assert.equal(store.leases().length, 0);
  assert.equal(store.counter('team:a')?.['pl'], 1n);
});

test('a lease buys its part of the rates, and a request of it asks for none', async () => {
  const { store, ledger } = await hot();
  const limits = {
    ...scope('team:a', budget('day', 1_000)),
    requests: { perMinute: 60, burst: 40, mode: enforce },
    tokens: { perMinute: 6_000, burst: 4_000, mode: enforce },
  };
  const admit = (id: string) => ledger.admit(asks(id, 10, [limits], { tokens: 100 }));
  admitted(await admit('r1'));
  assert.equal(store.counter('team:a')?.['rt'], nanoseconds(NOON) + 4_000_000_000n);
  assert.equal(store.counter('team:a')?.['tt'], nanoseconds(NOON) + 4_000_000_000n);
  const before = store.counter('team:a');
  for (const id of ['r2', 'r3', 'r4']) admitted(await admit(id));
  assert.deepEqual(store.counter('team:a'), before);
  assert.equal(store.leases().length, 1);
  admitted(await admit('r5'));
  assert.notDeepEqual(store.counter('team:a'), before, 'four requests were bought, and this is the fifth');
});

test('a lease that fits an observed limit no more is not taken: the entry has to tell who passes it', async () => {
  const { store, admit } = await hot();
  const observed = { ...budget('day', 30), mode: 'observe' as const };
  admitted(await admit('r1', 10, scope('team:a', observed)));
  const passing = admitted(await admit('r2', 25, scope('team:a', observed)));
  assert.deepEqual(passing.wouldRefuse, ['team:a day']);
  assert.equal(store.leases().length, 0);
});

test('a lease whose answer was lost is found and pays', async () => {
  const { store, admit } = await hot();
  store.plan(['lost_answer'], 'E#', 'OPEN');
  admitted(await admit('r1', 10, TEAM));
  assert.equal(store.leases().length, 1);
  assert.equal(store.counter('team:a')?.['tu'], 40n);
  assert.match(String(store.entryOf('r1')?.['sc']), /"#lease":1/);
});

test('a lease that is found has what its own try had asked for', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const w = world();
    await w.store.heat('team:a');
    const ledger = w.another('hot', { heat: { ...FOUR, jitter: 0.5 }, random: new Dice(seed) });
    w.store.plan(['lost_answer'], 'E#', 'OPEN');
    const wide = scope('team:a', budget('day', 1_000));
    for (let count = 0; count < 8; count++) admitted(await ledger.admit(asks(`r${count}`, 10, [wide])));
    const paid = w.store.entries().filter(({ sc }) => String(sc).includes('"#lease":1}')).length;
    const granted = w.store.leases()[0]?.['g'];
    assert.equal(granted, BigInt(paid * 10), `seed ${seed}`);
  }
});

test('a lease whose every answer was lost is found by the tombstone that cannot be written', async () => {
  const { store, admit } = await hot();
  store.plan(['lost_answer', 'lost_request', 'lost_request', 'lost_request'], 'E#', 'OPEN');
  admitted(await admit('r1', 10, TEAM));
  assert.equal(store.counter('team:a')?.['tu'], 40n);
  assert.match(String(store.entryOf('r1')?.['sc']), /"#lease":1/);
});

test('a lease that cannot be had leaves its number as a tombstone, and the request pays for itself', async () => {
  const { store, admit } = await hot();
  store.plan(Array(4).fill('late'), 'E#', 'OPEN');
  admitted(await admit('r1', 10, TEAM));
  assert.equal(store.entries()[0]?.['st'], 'VOID');
  assert.deepEqual(fields(store.entryOf('r1'), 'sk sc'), ['E#000002', '{"team:a":{"day":"2026-11-24"}}']);
  for (const { type } of await store.deliver()) assert.equal(type, 'refused');
  assert.equal(store.counter('team:a')?.['tu'], 10n);
});

test('a lease whose fate stays unknown costs the journal, and the reaper gives back what it holds', async () => {
  const { store, admit, another, ledger } = await hot();
  store.plan(['lost_answer', ...Array(3).fill('lost_request')], 'E#', 'OPEN');
  store.plan(Array(4).fill('lost_request'), 'E#', 'VOID');
  const reservation = admitted(await admit('r1', 10, TEAM));
  const pks = new Set(store.entries().map(({ pk }) => pk));
  assert.equal(pks.size, 2, 'the lease in one journal, the request in the next');
  await ledger.settle(reservation, cost(3));
  await another('reaper').reap(Number.MAX_SAFE_INTEGER);
  assert.deepEqual(fields(store.counter('team:a'), 'tu s ol'), [3n, 3n, 0n]);
});

test('a lease in a journal that was fenced is not had, and the request goes on in the next journal', async () => {
  const { store, admit, another, ledger } = await hot();
  admitted(await admit('r0', 0));
  await another('reaper').reap(Number.MAX_SAFE_INTEGER);
  const reservation = admitted(await admit('r1', 10, TEAM));
  const [lease] = store.leases();
  assert.equal(lease?.pk, store.entryOf('r1')?.pk);
  await ledger.settle(reservation, cost(3));
});

test('a lease is not taken under a policy that is known to be old', async () => {
  const { store, admit } = await hot();
  admitted(await admit('r1', 40, TEAM));
  assert.equal(store.leases().length, 0, '40 for each of four is more than there is');
  await store.setPolicy('team:a', { overrides: [override('day', 45)] });
  assert.equal(refused(await admit('r2', 6, TEAM)).limit, 45n);
  admitted(await admit('r3', 5, TEAM));
  assert.equal(store.counter('team:a')?.['tu'], 45n);
});

test('a lease is taken under the config of its request, and fails where a newer one is known', async () => {
  const { store, ledger, another } = await hot();
  await ledger.admit(asks('r1', 10, [TEAM], { number: 3 }));
  assert.equal(store.counter('team:a')?.['cn'], 3n);
  const late = another('late', { heat: FOUR });
  assert.deepEqual(await late.admit(asks('r2', 10, [TEAM], { number: 2 })), { type: 'behind', number: 3 });
});

test('own amounts are paid from a lease of their own size', async () => {
  const { store, ledger } = await hot();
  const own = new Map([['team:a', usd(5)]]);
  admitted(await ledger.admit(asks('r1', 20, [TEAM], { own })));
  assert.equal(store.leases()[0]?.['g'], 20n, 'four of 5');
  assert.equal(store.entryOf('r1')?.['sc'], '{"team:a":{"day":"2026-11-24","#lease":1,"#own":"5"}}');
});
