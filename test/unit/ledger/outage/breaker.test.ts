import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GET_MS, guardStore, QUERY_MS, TRANSACT_MS } from '../../../../lambda/ledger/outage/breaker.ts';
import type { LedgerStore, Op, TransactResult } from '../../../../lambda/ports/ledger-store.ts';
import type { TelemetryEvent } from '../../../../lambda/ports/telemetry.ts';
import { SwitchedStore } from '../../../support/switched-store.ts';
import { Dice, VirtualTime, virtualClock } from '../../../support/virtual-clock.ts';

const KEY = { pk: 'J#a.0.0', sk: 'E#000001' };
const entry = (state: string, when: Op['when'] = [{ op: 'absent', attr: 'st' }]): Op[] => [
  { key: KEY, when, set: [{ op: 'put', attr: 'st', value: state }] },
];
const HELD = entry('HELD');
const SETTLE = entry('F', [{ op: 'equals', attr: 'st', value: 'HELD' }]);
const ANY: Op[] = [{ key: { pk: 'x', sk: 'x' }, when: [], set: [{ op: 'put', attr: 'a', value: 1n }] }];

interface Bench {
  readonly time: VirtualTime;
  readonly store: SwitchedStore;
  readonly guarded: LedgerStore;
  readonly events: string[];
  write(ops?: readonly Op[]): Promise<TransactResult>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  /** Fails often and long enough that the breaker opens; the store is down then. */
  fail(): Promise<void>;
}

function bench(): Bench {
  const time = new VirtualTime(0);
  const store = new SwitchedStore(time);
  const events: string[] = [];
  const telemetry = {
    emit: (event: TelemetryEvent) => void events.push(event.type === 'warning' ? event.what : event.type),
  };
  const guarded = guardStore(store, { clock: virtualClock(time), random: new Dice(1), telemetry });
  const write = (ops: readonly Op[] = ANY) => time.finish(guarded.transact(ops));
  const pass = (ms: number) => time.finish(virtualClock(time).sleep(ms));
  const fail = async () => {
    store.mode = 'down';
    for (let n = 0; n < 5; n++) {
      await write();
      await pass(200);
    }
  };
  return { time, store, guarded, events, write, pass, fail };
}

test('a store that works is only passed on: answers, refusals and reads', async () => {
  const { guarded, write, events } = bench();
  assert.deepEqual(await write(), { type: 'done' });
  assert.deepEqual(await guarded.get({ pk: 'x', sk: 'x' }), { a: 1n, pk: 'x', sk: 'x' });
  assert.equal((await guarded.query('x', '')).length, 1);
  assert.deepEqual(await guarded.openJournals('X0', 1), []);
  assert.equal((await write(SETTLE)).type, 'refused');
  assert.deepEqual(events, []);
});

test('a write that hangs ends as unknown in bounded time, never as a promise that nothing was written', async () => {
  const { time, store, write } = bench();
  store.mode = 'hanging';
  assert.equal((await write()).type, 'unknown');
  assert.equal(time.elapsed(), TRANSACT_MS);
});

test('a read that hangs is rejected as unavailable in bounded time', async () => {
  const { time, store, guarded } = bench();
  store.mode = 'hanging';
  await assert.rejects(time.finish(guarded.get(KEY)), { code: 'ledger_unavailable' });
  assert.equal(time.elapsed(), GET_MS);
  await assert.rejects(time.finish(guarded.query('J', 'E')), { code: 'ledger_unavailable' });
  await assert.rejects(time.finish(guarded.openJournals('X0', 1)), { code: 'ledger_unavailable' });
  assert.equal(time.elapsed(), GET_MS + 2 * QUERY_MS);
});

test('an answer that comes after its deadline changes nothing', async () => {
  const { time, store, write } = bench();
  store.mode = TRANSACT_MS + 500;
  assert.equal((await write()).type, 'unknown');
  await time.run();
  assert.equal(store.items.size, 1, 'the write was carried out all the same, which is what unknown means');
});

test('after five failures in a row that lasted a while, calls of that kind are answered at once without being made', async () => {
  const { time, store, guarded, events, write, pass, fail } = bench();
  await fail();
  assert.deepEqual(events, ['ledger_breaker_open']);
  for (let n = 0; n < 5; n++) {
    await assert.rejects(guarded.get(KEY), { message: 'switched off' });
    await pass(130);
  }
  assert.equal(events.length, 2);
  const calls = store.calls;
  const before = time.elapsed();
  const result = await write(HELD);
  assert.equal(result.type, 'unavailable');
  assert.match(result.type === 'unavailable' ? result.reason : '', /^the store has been away for \d+ ms$/);
  await assert.rejects(guarded.get(KEY), { code: 'ledger_unavailable', message: /has been away/ });
  await assert.rejects(guarded.query('J', 'E'), { code: 'ledger_unavailable' });
  await assert.rejects(guarded.openJournals('X0', 1), { code: 'ledger_unavailable' });
  assert.equal(store.calls, calls);
  assert.equal(time.elapsed(), before);
});

test('quick failures of one admission do not open it, nor do failures with a success or a long pause between', async () => {
  const quick = bench();
  quick.store.mode = 'down';
  for (let n = 0; n < 20; n++) await quick.write();
  assert.equal(quick.store.calls, 20);

  const mixed = bench();
  for (let n = 0; n < 20; n++) {
    mixed.store.mode = n % 4 === 3 ? 'up' : 'down';
    await mixed.write();
    await mixed.pass(200);
  }
  assert.equal(mixed.store.calls, 20);

  const rare = bench();
  rare.store.mode = 'down';
  for (let n = 0; n < 20; n++) {
    await rare.write();
    await rare.pass(10_001);
  }
  assert.equal(rare.store.calls, 20);
  assert.deepEqual([...quick.events, ...mixed.events, ...rare.events], []);
});

test('conflicts and refused conditions are answers: they never open it', async () => {
  const { store, write, pass, events } = bench();
  store.transact = async () => ({ type: 'conflict' });
  for (let n = 0; n < 10; n++) {
    await write();
    await pass(200);
  }
  assert.deepEqual(events, []);
});

test('calls that hang count as failures', async () => {
  const { time, store, guarded, write, events } = bench();
  store.mode = 'hanging';
  for (let n = 0; n < 5; n++) await write();
  assert.equal((await write()).type, 'unavailable');
  for (let n = 0; n < 5; n++) await assert.rejects(time.finish(guarded.get(KEY)), /in time/);
  assert.equal(events.length, 2);
  await assert.rejects(guarded.get(KEY), /has been away/);
});

test('a table that is throttled for writes can still be read, and reading it does not close the breaker', async () => {
  const { store, guarded, fail, write } = bench();
  await fail();
  store.mode = 'up';
  assert.equal(await guarded.get(KEY), undefined);
  assert.equal((await write(HELD)).type, 'unavailable');
});

test('after a second or two one call looks, the others are refused meanwhile, and its success closes it', async () => {
  const { time, store, guarded, events, write, pass, fail } = bench();
  await fail();
  await pass(2_000);
  store.mode = 100;
  const calls = store.calls;
  const look = guarded.transact(ANY);
  assert.equal((await guarded.transact(HELD)).type, 'unavailable');
  assert.equal(store.calls, calls + 1);
  assert.deepEqual(await time.finish(look), { type: 'done' });
  assert.deepEqual(events, ['ledger_breaker_open', 'ledger_breaker_closed']);
  store.mode = 'up';
  assert.deepEqual(await write(HELD), { type: 'done' });
});

test('a look in vain doubles the pause, ten seconds at most', async () => {
  const { time, store, write, pass, fail } = bench();
  await fail();
  const looks: number[] = [];
  let calls = store.calls;
  for (let n = 0; n < 600; n++) {
    await write(HELD);
    if (store.calls > calls) looks.push(time.elapsed());
    calls = store.calls;
    await pass(100);
  }
  const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
  assert.ok((pauses[0] ?? 0) >= 2_000 && (pauses[0] ?? 0) <= 4_100);
  assert.ok((pauses[1] ?? 0) >= 4_000 && (pauses[1] ?? 0) <= 8_100);
  for (const pause of pauses.slice(3)) assert.ok(pause >= 10_000 && pause <= 10_100);
});

test('a settlement and a tombstone look at once, one at a time, and others of them wait for that look', async () => {
  for (const ops of [SETTLE, entry('VOID')]) {
    const { time, store, guarded, fail, write } = bench();
    await write(HELD);
    await fail();
    store.mode = 300;
    const calls = store.calls;
    const first = guarded.transact(ops);
    const second = guarded.transact(ANY);
    const third = guarded.transact(ops);
    assert.equal(store.calls, calls + 1);
    assert.equal((await second).type, 'unavailable', 'new work has no turn');
    assert.ok(['done', 'refused'].includes((await time.finish(first)).type));
    assert.equal((await time.finish(third)).type, 'refused', 'it reached the store after the look');
  }
});

test('settlements that look in vain are told so, and do not drive the pause up', async () => {
  const { time, store, guarded, fail, pass, write } = bench();
  await write(HELD);
  await fail();
  const opened = time.elapsed();
  for (let n = 0; n < 30; n++) {
    const [one, two] = [guarded.transact(SETTLE), guarded.transact(SETTLE)];
    assert.equal((await time.finish(one)).type, 'unavailable');
    assert.equal((await time.finish(two)).type, 'unavailable');
    await pass(10);
  }
  store.mode = 'up';
  let answer = await write(ANY);
  while (answer.type !== 'done') {
    await pass(100);
    answer = await write(ANY);
  }
  assert.ok(time.elapsed() - opened <= 2_100);
});

test('a call that was under way when it opened and then succeeds closes it', async () => {
  const { time, store, guarded, events, write, pass } = bench();
  store.mode = 2_400;
  const slow = guarded.transact(HELD);
  store.mode = 'down';
  for (let n = 0; n < 5; n++) {
    await write();
    await pass(200);
  }
  assert.deepEqual(events, ['ledger_breaker_open']);
  assert.deepEqual(await time.finish(slow), { type: 'done' });
  assert.deepEqual(events, ['ledger_breaker_open', 'ledger_breaker_closed']);
});

test('an answer lost while it looks stays unknown', async () => {
  const { store, write, pass, fail } = bench();
  await fail();
  await pass(2_000);
  store.mode = 'mute';
  assert.equal((await write(HELD)).type, 'unknown');
});

test('a fault of the store itself is passed on, and frees the look', async () => {
  const { store, write, pass, fail } = bench();
  await fail();
  await pass(2_000);
  const { transact } = store;
  store.transact = () => Promise.reject(new Error('scripted fault'));
  await assert.rejects(write(), /scripted fault/);
  store.transact = transact;
  store.mode = 'up';
  await pass(10_000);
  assert.deepEqual(await write(), { type: 'done' });
});
