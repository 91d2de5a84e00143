import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  admitted,
  asks,
  budget,
  cost,
  fields,
  JOURNAL_MS,
  refused,
  scope,
  usd,
  world,
} from '../../support/ledger-world.ts';

const TEAM = scope('team:a', budget('day', 1_000));
const FIRST = scope('provider:p', budget('day', 100));
const SECOND = scope('provider:q', budget('day', 100));
const SCOPES = [TEAM, FIRST, SECOND];

function own(p: number, q: number) {
  return new Map([
    ['provider:p', usd(p)],
    ['provider:q', usd(q)],
  ]);
}

test('a scope with an amount of its own holds that, and the entry says so', async () => {
  const { store, ledger } = world();
  const reservation = admitted(await ledger.admit(asks('r1', 40, SCOPES, { own: own(40, 0) })));
  assert.equal(reservation.held, 40n);
  assert.deepEqual(
    SCOPES.map((each) => store.counter(each.scope)?.['tu']),
    [40n, 40n, 0n],
  );
  assert.equal(
    store.entryOf('r1')?.['sc'],
    '{"team:a":{"day":"2026-11-24"},"provider:p":{"day":"2026-11-24","#own":"40"},"provider:q":{"day":"2026-11-24","#own":"0"}}',
  );
});

test('only the own amount has to fit', async () => {
  const { ledger } = world();
  admitted(await ledger.admit(asks('r1', 200, SCOPES, { own: own(90, 0) })));
  const refusal = refused(await ledger.admit(asks('r2', 11, SCOPES, { own: own(11, 0) })));
  assert.deepEqual([refusal.scope, refusal.estimate, refusal.held], ['provider:p', 11n, 90n]);
  assert.equal(refused(await ledger.admit(asks('r3', 200, SCOPES, { own: own(101, 0) }))).kind, 'never_fits');
});

test('a further attempt tops up the scope of its provider beside the whole', async () => {
  const { store, ledger } = world();
  const reservation = admitted(await ledger.admit(asks('r1', 40, SCOPES, { own: own(40, 0) })));
  admitted(await ledger.topUp(reservation, usd(30), new Map([['provider:q', usd(30)]])));
  assert.deepEqual(
    SCOPES.map((each) => store.counter(each.scope)?.['tu']),
    [70n, 40n, 30n],
  );
  assert.deepEqual(fields(store.entryOf('r1'), 'e n'), [70n, 1n]);
  assert.match(String(store.entryOf('r1')?.['sc']), /"provider:q":{"day":"2026-11-24","#own":"30"}/);
});

test('an attempt that takes on what another one held tops up its provider alone', async () => {
  const { store, ledger } = world();
  const reservation = admitted(await ledger.admit(asks('r1', 40, SCOPES, { own: own(40, 0) })));
  admitted(await ledger.topUp(reservation, usd(0), new Map([['provider:q', usd(40)]])));
  assert.deepEqual(
    SCOPES.map((each) => store.counter(each.scope)?.['tu']),
    [40n, 40n, 40n],
  );
  assert.equal(reservation.held, 40n);
});

test('a top-up without room in a provider’s scope takes nothing of the others', async () => {
  const { store, ledger } = world();
  const reservation = admitted(await ledger.admit(asks('r1', 40, SCOPES, { own: own(40, 0) })));
  admitted(await ledger.admit(asks('r2', 80, [SECOND])));
  const refusal = refused(await ledger.topUp(reservation, usd(30), new Map([['provider:q', usd(30)]])));
  assert.deepEqual([refusal.scope, refusal.estimate, refusal.held], ['provider:q', 30n, 80n]);
  assert.equal(store.counter('team:a')?.['tu'], 40n);
});

test('a settle charges each provider what it cost there, and writes what differs from the whole', async () => {
  const { store, ledger } = world();
  const reservation = admitted(await ledger.admit(asks('r1', 70, SCOPES, { own: own(40, 30) })));
  await ledger.settle(reservation, { ...cost(25), own: own(5, 20) });
  assert.deepEqual(
    SCOPES.map((each) => fields(store.counter(each.scope), 'day.used tu s')),
    [
      [25n, 25n, 25n],
      [5n, 5n, 5n],
      [20n, 20n, 20n],
    ],
  );
  assert.deepEqual(fields(store.entryOf('r1'), 'a oc overrun'), [
    25n,
    '{"provider:p":"5","provider:q":"20"}',
    undefined,
  ]);
});

test('a scope that a settle does not name bears the whole', async () => {
  const { store, ledger } = world();
  const reservation = admitted(await ledger.admit(asks('r1', 70, SCOPES, { own: own(40, 30) })));
  await ledger.settle(reservation, { ...cost(25), own: new Map([['provider:q', usd(0)]]) });
  assert.deepEqual(
    SCOPES.map((each) => store.counter(each.scope)?.['s']),
    [25n, 25n, 0n],
  );
});

test('a cost above an own hold is an overrun, also where the whole is not', async () => {
  const { store, ledger } = world();
  const reservation = admitted(await ledger.admit(asks('r1', 70, SCOPES, { own: own(40, 5) })));
  await ledger.settle(reservation, { ...cost(25), own: own(5, 20) });
  assert.equal(store.entryOf('r1')?.['overrun'], 1n);
});

test('after a crash each scope is charged what it held', async () => {
  const { store, ledger, clock, another } = world();
  const reservation = admitted(await ledger.admit(asks('r1', 40, SCOPES, { own: own(40, 0) })));
  admitted(await ledger.topUp(reservation, usd(30), new Map([['provider:q', usd(30)]])));
  clock.time += JOURNAL_MS + 1;
  await another('reaper').reap(clock.now());
  assert.deepEqual(
    SCOPES.map((each) => store.counter(each.scope)?.['s']),
    [70n, 40n, 30n],
  );
  assert.deepEqual(fields(store.entryOf('r1'), 'a oc'), [70n, '{"provider:p":"40","provider:q":"30"}']);
});

test('a settle that meets a top-up in doubt takes the difference to what each scope really holds', async () => {
  const { store, ledger } = world();
  const reservation = admitted(await ledger.admit(asks('r1', 40, SCOPES, { own: own(40, 0) })));
  store.plan(['lost_answer', ...Array(7).fill('lost_request')], 'E#');
  const more = await ledger.topUp(reservation, usd(30), new Map([['provider:q', usd(30)]]));
  assert.equal(more.type, 'unavailable');
  await ledger.settle(reservation, { ...cost(12), own: own(4, 8) });
  assert.deepEqual(
    SCOPES.map((each) => fields(store.counter(each.scope), 'tu s')),
    [
      [12n, 12n],
      [4n, 4n],
      [8n, 8n],
    ],
  );
});

test('a posting charges each provider its own part', async () => {
  const { store, ledger } = world();
  await ledger.post({ ...cost(50), own: own(20, 30), requestId: 'r1', scopes: SCOPES });
  assert.deepEqual(
    SCOPES.map((each) => fields(store.counter(each.scope), 'day.used day.spent tu s')),
    [50n, 20n, 30n].map((each) => [each, each, each, each]),
  );
  assert.equal(store.entryOf('r1')?.['oc'], '{"provider:p":"20","provider:q":"30"}');
});
