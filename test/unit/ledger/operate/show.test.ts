import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { holdReports } from '../../../../lambda/ledger/operate/holds.ts';
import { openWork } from '../../../../lambda/ledger/operate/open-work.ts';
import { setLimit } from '../../../../lambda/ledger/operate/overrides.ts';
import { showScope } from '../../../../lambda/ledger/operate/show.ts';
import { LIMITS, NOON, type OperatorWorld, operatorWorld } from '../../../support/operator.ts';

const BERLIN = 'month@Europe/Berlin';

async function show({ store }: OperatorWorld, scope: string, nowMs = NOON) {
  const report = await showScope(store, LIMITS, scope, nowMs, await openWork(store));
  assert.ok(report !== undefined);
  return report;
}

describe('showing a scope', () => {
  test('that was never charged shows its whole limits', async () => {
    const report = await show(operatorWorld(), 'team:search');
    assert.deepEqual(
      report.budgets.map(({ id, limit, spent, held, leased, remaining, window }) => [
        id,
        window,
        limit,
        spent,
        held,
        leased,
        remaining,
      ]),
      [
        [BERLIN, '2026-11', 50_000_000_000n, 0n, 0n, 0n, 50_000_000_000n],
        ['day', '2026-11-24', 10_000_000_000n, 0n, 0n, 0n, 10_000_000_000n],
      ],
    );
    assert.deepEqual(
      report.rates.map(({ of, limit, remaining }) => [of, limit, remaining]),
      [
        ['requests', 600, 600],
        ['tokens', 60_000, 60_000],
        ['parallel', 20, 20],
      ],
    );
    assert.equal(report.budgets[1]!.resetsAt, Date.UTC(2026, 10, 25));
    assert.equal(report.running, 0);
  });

  test('adds up all pools it ever had, each in the window of the clock', async () => {
    const world = operatorWorld();
    await world.policy('team:search', { pools: 2, everPools: 3 });
    const today = { 'day.id': '2026-11-24', [`${BERLIN}.id`]: '2026-11' };
    await world.counter('team:search', 0, {
      ...today,
      'day.used': 5n,
      'day.spent': 3n,
      [`${BERLIN}.used`]: 50n,
      pl: 2n,
    });
    await world.counter('team:search', 1, {
      ...today,
      'day.used': 7n,
      'day.spent': 7n,
      [`${BERLIN}.used`]: 70n,
      pl: 1n,
    });
    await world.counter('team:search', 2, { 'day.id': '2026-11-23', 'day.used': 900n, 'day.spent': 900n });
    await world.counter('team:search', 3, { ...today, 'day.used': 5_000n });
    const report = await show(world, 'team:search');
    const day = report.budgets.find(({ id }) => id === 'day')!;
    assert.deepEqual([day.spent, day.held, day.remaining], [10n, 2n, 10_000_000_000n - 12n]);
    assert.equal(report.budgets.find(({ id }) => id === BERLIN)!.remaining, 50_000_000_000n - 120n);
    assert.deepEqual([report.running, report.pools], [3, 2]);
    assert.equal(report.rates.find(({ of }) => of === 'parallel')!.remaining, 17);
  });

  test('counts the window of a counter whose clock is ahead, and what other pools have of it', async () => {
    const world = operatorWorld();
    await world.policy('team:ads', { pools: 2, everPools: 2 });
    await world.counter('team:ads', 0, { 'day.id': '2026-11-25', 'day.used': 4n, 'day.spent': 4n });
    await world.counter('team:ads', 1, { 'day.id': '2026-11-24', 'day.used': 100n, 'day.spent': 100n });
    const [day] = (await show(world, 'team:ads')).budgets;
    assert.deepEqual([day!.window, day!.spent], ['2026-11-25', 4n]);
  });

  test('of a total counts what was ever used', async () => {
    const world = operatorWorld();
    await world.counter('account', 0, { tu: 90n, s: 60n });
    const [total] = (await show(world, 'account')).budgets;
    assert.deepEqual([total!.spent, total!.held, total!.resetsAt], [60n, 30n, undefined]);
  });

  test('shows an override with its limit, its author and its end, and the config after it', async () => {
    const world = operatorWorld();
    const order = { scope: 'team:ads', who: 'alice', why: 'launch', until: NOON + 60_000 };
    await setLimit(world.ports, LIMITS, { ...order, limit: 'day', value: '0.5' });
    await world.counter('team:ads', 0, {
      'day.id': '2026-11-24',
      'day.used': 800_000_000n,
      'day.spent': 800_000_000n,
    });
    const [day] = (await show(world, 'team:ads')).budgets;
    assert.deepEqual([day!.limit, day!.remaining], [500_000_000n, -300_000_000n]);
    assert.deepEqual([day!.override?.who, day!.override?.until], ['alice', NOON + 60_000]);
    const [later] = (await show(world, 'team:ads', NOON + 60_000)).budgets;
    assert.deepEqual([later!.limit, later!.override], [10_000_000_000n, undefined]);
  });

  test('tells leased from held by the open leases of that window', async () => {
    const world = operatorWorld();
    await world.counter('team:ads', 0, {
      'day.id': '2026-11-24',
      'day.used': 100n,
      'day.spent': 10n,
      ol: 2n,
    });
    const lease = (day: string, g: bigint) => ({
      st: 'OPEN',
      rid: `l${g}`,
      g,
      exp: BigInt(NOON + 5),
      sc: JSON.stringify({ 'team:ads': { day } }),
    });
    await world.journal('J#a.0.0', [
      lease('2026-11-24', 60n),
      lease('2026-11-23', 7n),
      { ...lease('2026-11-24', 9n), st: 'CLOSED' },
      { st: 'HELD', rid: 'r1', e: 30n, sc: JSON.stringify({ 'team:ads': { day: '2026-11-24' } }) },
    ]);
    const [day] = (await show(world, 'team:ads')).budgets;
    assert.deepEqual([day!.spent, day!.held, day!.leased], [10n, 30n, 60n]);
    const unknown = await showScope(world.store, LIMITS, 'team:ads', NOON, undefined);
    assert.deepEqual([unknown!.budgets[0]!.held, unknown!.budgets[0]!.leased], [90n, undefined]);
    assert.equal(unknown!.running, undefined);
  });

  test('has what is left of a rate from the pools that share it now', async () => {
    const world = operatorWorld();
    await world.policy('team:search', { pools: 2, everPools: 4 });
    // 300 requests a minute each; half a minute of bucket is 150 requests.
    await world.counter('team:search', 0, { rt: BigInt(NOON + 30_000) * 1_000_000n });
    const requests = (await show(world, 'team:search')).rates.find(({ of }) => of === 'requests')!;
    assert.equal(requests.remaining, 450);
  });

  test('that the config does not limit is undefined', async () => {
    assert.equal(await showScope(operatorWorld().store, LIMITS, 'user:bob', NOON, undefined), undefined);
  });
});

describe('listing holds', () => {
  const HELD = {
    st: 'HELD',
    rid: 'r1',
    e: 500n,
    t: BigInt(NOON - 60_000),
    tm: 'search',
    ap: 'web',
    pr: 'arn:x',
    ma: 'gpt-5.2',
    sc: JSON.stringify({
      account: {},
      'team:search': { day: '2026-11-24' },
      'provider:openai': { day: '2026-11-24', '#own': '200' },
    }),
  };

  async function holds(filter: Parameters<typeof holdReports>[1]) {
    const world = operatorWorld();
    await world.journal('J#a.0.0', [
      { ...HELD, rid: 'young', t: BigInt(NOON - 1_000), sc: '{}' },
      HELD,
      { ...HELD, rid: 'settled', st: 'F' },
      { st: 'VOID' },
    ]);
    await world.journal('J#b.0.0', [
      {
        st: 'OPEN',
        rid: 'lease',
        g: 900n,
        exp: BigInt(NOON + 5_000),
        sc: '{"team:search":{"day":"2026-11-24"}}',
      },
    ]);
    return holdReports(await openWork(world.store), filter);
  }

  test('shows running requests, the oldest first, then leases', async () => {
    const all = await holds({});
    assert.deepEqual(
      all.map(({ kind, id, held, journal }) => [kind, id, held, journal]),
      [
        ['request', 'r1', 500n, 'J#a.0.0'],
        ['request', 'young', 500n, 'J#a.0.0'],
        ['lease', 'lease', 900n, 'J#b.0.0'],
      ],
    );
    assert.deepEqual(
      [all[0]!.team, all[0]!.app, all[0]!.model, all[0]!.since],
      ['search', 'web', 'gpt-5.2', NOON - 60_000],
    );
    assert.deepEqual(all[0]!.scopes, ['account', 'team:search', 'provider:openai']);
    assert.equal(all[2]!.ends, NOON + 5_000);
  });

  test('of one scope shows what is held there', async () => {
    assert.deepEqual(
      (await holds({ scope: 'provider:openai' })).map(({ id, held }) => [id, held]),
      [['r1', 200n]],
    );
    assert.deepEqual(
      (await holds({ scope: 'team:search' })).map(({ id }) => id),
      ['r1', 'lease'],
    );
    assert.deepEqual(await holds({ scope: 'team:ads' }), []);
  });

  test('can leave out the young ones, and with them leases, whose age nobody knows', async () => {
    assert.deepEqual(
      (await holds({ before: NOON - 30_000 })).map(({ id }) => id),
      ['r1'],
    );
  });

  test('says when it did not look everywhere', async () => {
    const world = operatorWorld();
    for (const name of ['a', 'b', 'c']) await world.journal(`J#${name}`, [{ ...HELD, rid: name }]);
    const work = await openWork(world.store, 2);
    assert.deepEqual([work.complete, work.holds.length], [false, 2]);
    assert.equal((await openWork(world.store, 3)).complete, true);
  });
});
