import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowOf } from '../../../../lambda/core/audit/entry.ts';
import { toNano } from '../../../../lambda/core/money.ts';
import type { ScopeLimits } from '../../../../lambda/core/scope-limits.ts';
import { allowing, held, outageBench, TEAM } from '../../../support/outage-bench.ts';

const nano = (value: number) => toNano(BigInt(value));

test('while the ledger works every move is its own, and nothing is said', async () => {
  const { ledger, inner, rows, events, admit, settle } = outageBench();
  const reservation = held(await admit('a', 500));
  await ledger.topUp(reservation, nano(5));
  await settle(reservation, 400);
  await ledger.record('b', { cost: nano(0), outcome: 'refused', facts: {} });
  await ledger.post({ requestId: 'c', scopes: [], cost: nano(1), outcome: 'ok', facts: {} });
  assert.equal((await ledger.reap(0)).journals, 7);
  await ledger.close();
  assert.deepEqual(inner.asked, ['admit a', 'topUp a', 'settle a', 'record b', 'post c']);
  assert.ok(inner.closed);
  assert.deepEqual([...rows, ...events], []);
});

test('with the ledger away calls pass while the allowance has room for them, and not one beyond', async () => {
  const { inner, admit } = outageBench();
  inner.away = true;
  const first = held(await admit('a', 60));
  assert.equal(first.held, 60n);
  assert.deepEqual(first.view, { tightest: undefined, requests: undefined, tokens: undefined, soft: [] });
  assert.equal((await admit('b', 41)).type, 'unavailable');
  assert.equal((await admit('c', 40)).type, 'admitted');
  assert.equal((await admit('d', 1)).type, 'unavailable');
});

test('what a call did not use of its hold is there for the next', async () => {
  const { inner, admit, settle } = outageBench();
  inner.away = true;
  await settle(held(await admit('a', 100)), 30);
  assert.equal((await admit('b', 71)).type, 'unavailable');
  assert.equal((await admit('c', 70)).type, 'admitted');
});

test('without an allowance in every enforced budget, or without any such budget, nothing passes', async () => {
  const scope = (...budgets: ScopeLimits['budgets'][number][]): ScopeLimits => ({ scope: 'team:a', budgets });
  const observed = allowing(undefined, { id: 'month', mode: 'observe' });
  const cases: [boolean, readonly ScopeLimits[]][] = [
    [true, [scope(allowing(100))]],
    [true, [scope(allowing(100), observed)]],
    [false, [scope(allowing(undefined))]],
    [false, [scope(allowing(100), allowing(undefined, { id: 'month' }))]],
    [false, [TEAM, { scope: 'user:u', budgets: [allowing(undefined)] }]],
    [false, [scope(observed)]],
    [false, [scope(allowing(100, { mode: 'observe' }))]],
    [false, [{ scope: 'team:a', budgets: [], requests: { perMinute: 1, burst: 1, mode: 'enforce' } }]],
    [false, []],
    [false, [scope(allowing(100, { limit: nano(0) }))]],
  ];
  for (const [passes, scopes] of cases) {
    const { inner, admit } = outageBench();
    inner.away = true;
    assert.equal((await admit('a', 10, scopes)).type, passes ? 'admitted' : 'unavailable');
  }
});

test('the scarcest of several budgets decides, and a refusal takes nothing of the others', async () => {
  const { inner, admit } = outageBench();
  inner.away = true;
  const user: ScopeLimits = { scope: 'user:u', budgets: [allowing(20), allowing(50, { id: 'month' })] };
  assert.equal((await admit('a', 30, [TEAM, user])).type, 'unavailable');
  assert.equal((await admit('b', 20, [TEAM, user])).type, 'admitted');
  assert.equal((await admit('c', 1, [TEAM, user])).type, 'unavailable');
  assert.equal((await admit('d', 80, [TEAM])).type, 'admitted');
});

test('rates and parallel limits let pass whoever has allowance left', async () => {
  const { inner, admit } = outageBench();
  inner.away = true;
  const limited: ScopeLimits = {
    ...TEAM,
    requests: { perMinute: 1, burst: 1, mode: 'enforce' },
    parallel: { limit: 1, mode: 'enforce' },
  };
  for (const id of ['a', 'b', 'c']) assert.equal((await admit(id, 10, [limited])).type, 'admitted');
});

test('a scope with an own hold is held and charged its own amount', async () => {
  const { inner, admit, settle, ledger } = outageBench();
  inner.away = true;
  const provider: ScopeLimits = { scope: 'provider:p', budgets: [allowing(10)] };
  const own = (amount: number) => new Map([['provider:p', nano(amount)]]);
  const reservation = held(await admit('a', 50, [TEAM, provider], own(10)));
  assert.equal((await admit('b', 50, [TEAM, provider], own(1))).type, 'unavailable');
  await settle(reservation, 50, own(4));
  assert.equal((await admit('c', 50, [TEAM, provider], own(7))).type, 'unavailable');
  const last = held(await admit('d', 40, [TEAM, provider], own(5)));
  assert.equal((await ledger.topUp(last, nano(10), own(2))).type, 'unavailable');
  assert.equal((await ledger.topUp(last, nano(10), own(1))).type, 'admitted');
});

test('a further attempt takes more of the allowance or must not be made', async () => {
  const { inner, ledger, admit, settle } = outageBench();
  inner.away = true;
  const reservation = held(await admit('a', 60));
  assert.equal((await ledger.topUp(reservation, nano(41))).type, 'unavailable');
  assert.equal((await ledger.topUp(reservation, nano(40))).type, 'admitted');
  assert.equal(reservation.held, 100n);
  await settle(reservation, 0);
  assert.equal((await admit('b', 100)).type, 'admitted', 'the top-up came back as well');
});

test('an admission in doubt is not let pass: the reaper may charge it', async () => {
  const { inner, admit } = outageBench();
  inner.away = true;
  inner.inDoubt = true;
  assert.equal((await admit('a', 10)).type, 'unavailable');
});

test('what was spent on allowance is charged once, in order, when an admission works again', async () => {
  const { inner, rows, admit, settle, pass } = outageBench();
  inner.away = true;
  const [a, b] = [held(await admit('a', 30)), held(await admit('b', 30))];
  assert.deepEqual(await settle(b, 20), { type: 'settled' });
  assert.deepEqual(await settle(a, 10), { type: 'settled' });
  assert.deepEqual(inner.posted, []);
  assert.deepEqual(
    rows.map(({ rid }) => rid),
    ['b', 'a'],
    'the rows do not wait',
  );
  inner.away = false;
  await admit('c', 1);
  await pass(0);
  const posted = inner.posted.map(({ requestId, cost, facts, scopes }) => [requestId, cost, facts, scopes]);
  const facts = { pr: 'local', hs: 200n };
  assert.deepEqual(posted, [
    ['b', 20n, facts, [TEAM]],
    ['a', 10n, facts, [TEAM]],
  ]);
  await pass(100_000);
  assert.equal(inner.posted.length, 2);
});

test('its row shows that nothing was held: an overrun with a hold of 0', async () => {
  const { inner, rows, admit, settle } = outageBench();
  inner.away = true;
  await settle(held(await admit('a', 30)), 20);
  const row = rowOf(rows[0] ?? {});
  assert.equal(row.request_id, 'a');
  assert.equal(row.outcome, 'ok');
  assert.equal(row.status, 200);
  assert.equal(row.principal, 'local');
  assert.deepEqual([row.cost_nano_usd, row.held_nano_usd, row.overrun], [20n, 0n, true]);
});

test('without traffic a timer finds that the ledger is back', async () => {
  const { inner, admit, settle, pass } = outageBench();
  inner.away = true;
  await settle(held(await admit('a', 30)), 20);
  await pass(20_000);
  assert.deepEqual(inner.posted, []);
  inner.away = false;
  await pass(5_000);
  assert.equal(inner.posted.length, 1);
});

test('a call on allowance that ends after the outage is charged at once, with no row beside it', async () => {
  const { inner, rows, admit, settle } = outageBench();
  inner.away = true;
  const reservation = held(await admit('a', 30));
  inner.away = false;
  await admit('b', 1);
  assert.deepEqual(await settle(reservation, 20), { type: 'settled' });
  assert.equal(inner.posted.length, 1);
  assert.deepEqual(rows, []);
});

test('settling twice charges once', async () => {
  const { inner, ledger, admit, settle } = outageBench();
  inner.away = true;
  const reservation = held(await admit('a', 30));
  await settle(reservation, 20);
  await settle(reservation, 20);
  inner.away = false;
  await ledger.close();
  assert.equal(inner.posted.length, 1);
});

test('an outage is said once, however many calls pass, and its end once', async () => {
  const { inner, admit, said, pass } = outageBench();
  for (let outage = 0; outage < 2; outage++) {
    inner.away = true;
    for (let n = 0; n < 5; n++) await admit('a', 1);
    inner.away = false;
    await admit('b', 1);
    inner.away = true;
    await admit('c', 1);
    inner.away = false;
    await pass(61_000);
    await admit('d', 1);
    await admit('e', 1);
  }
  const outage = ['ledger_allowance', 'ledger_allowance_over'];
  assert.deepEqual(said(), [...outage, ...outage]);
});

test('an allowance is whole again when the ledger admits a call of that scope, but for what is not charged yet', async () => {
  const { inner, admit, settle } = outageBench();
  inner.away = true;
  const running = held(await admit('a', 40));
  await settle(held(await admit('b', 60)), 60);
  inner.away = false;
  inner.pause = async () => {
    inner.away = inner.asked.at(-1)?.startsWith('post') === true;
  };
  await admit('c', 1);
  await new Promise((resolve) => setImmediate(resolve));
  inner.pause = async () => undefined;
  inner.away = true;
  assert.equal((await admit('d', 1)).type, 'unavailable', 'b is still owed and a still runs');
  await settle(running, 0);
  assert.equal((await admit('e', 40)).type, 'admitted');
});

test('a ledger that comes and goes does not renew the allowance of scopes that it never admits', async () => {
  const { inner, admit, settle } = outageBench();
  const other: ScopeLimits = { scope: 'team:b', budgets: [allowing(100)] };
  inner.away = true;
  await settle(held(await admit('a', 100)), 100);
  for (let n = 0; n < 3; n++) {
    inner.away = false;
    await admit('b', 1, [other]);
    inner.away = true;
    assert.equal((await admit('c', 1)).type, 'unavailable');
  }
});

test('a long quiet time ends the outage for every scope', async () => {
  const { inner, admit, settle, pass } = outageBench();
  inner.away = true;
  await settle(held(await admit('a', 100)), 100);
  inner.away = false;
  await pass(61_000);
  await admit('b', 1, []);
  inner.away = true;
  assert.equal((await admit('c', 100)).type, 'admitted');
});
