import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toNano } from '../../../../lambda/core/money.ts';
import { withAllowance } from '../../../../lambda/ledger/outage/allowance.ts';
import type { TelemetryEvent } from '../../../../lambda/ports/telemetry.ts';
import { AwayLedger } from '../../../support/away-ledger.ts';
import { held, outageBench } from '../../../support/outage-bench.ts';
import { VirtualTime, virtualClock } from '../../../support/virtual-clock.ts';

const refusal = { cost: toNano(0n), outcome: 'refused', facts: { ec: 'ledger_unavailable' } };

test('the row of a refusal takes its own way when the ledger cannot take it, at once while that is known', async () => {
  const { inner, ledger, rows, pass } = outageBench();
  inner.away = true;
  assert.deepEqual(await ledger.record('a', refusal), { type: 'settled' });
  assert.deepEqual(await ledger.record('b', refusal), { type: 'settled' });
  assert.deepEqual(inner.asked, ['record a']);
  await pass(5_000);
  await ledger.record('c', refusal);
  assert.deepEqual(inner.asked, ['record a', 'record c'], 'now and then it is asked again');
  assert.deepEqual(
    rows.map(({ rid, a, e, by, outcome, ec }) => [rid, a, e, by, outcome, ec]),
    ['a', 'b', 'c'].map((rid) => [rid, 0n, 0n, 'self', 'refused', 'ledger_unavailable']),
  );
  inner.away = false;
  await pass(60_000);
  assert.deepEqual(inner.recorded, [], 'one row is enough');
});

test('without a way of its own the row of a refusal waits in memory', async () => {
  const { inner, ledger, pass } = outageBench(false);
  inner.away = true;
  for (const id of ['a', 'b']) {
    const settled = await ledger.record(id, refusal);
    assert.match(settled.type === 'unavailable' ? settled.reason : '', /kept in memory/);
  }
  inner.away = false;
  await pass(5_000);
  assert.deepEqual(inner.recorded, ['a', 'b']);
});

test('an ordinary hold that cannot be settled is tried again before the reaper charges the whole of it', async () => {
  const { inner, admit, settle, pass } = outageBench();
  const reservation = held(await admit('a', 500));
  inner.away = true;
  assert.equal((await settle(reservation, 20)).type, 'unavailable');
  inner.away = false;
  await pass(5_000);
  assert.deepEqual(inner.settled, ['a']);
});

test('an ordinary hold gets no allowance for a further attempt', async () => {
  const { inner, ledger, admit } = outageBench();
  const reservation = held(await admit('a', 5));
  inner.away = true;
  assert.equal((await ledger.topUp(reservation, toNano(1n))).type, 'unavailable');
});

test('a way for rows that fails or hangs stops nobody: the row follows with the charge', async () => {
  for (const rowsAway of [
    () => Promise.reject(new Error('full')),
    () => new Promise<void>(() => undefined),
  ]) {
    const time = new VirtualTime(0);
    const inner = new AwayLedger();
    const events: TelemetryEvent[] = [];
    const telemetry = { emit: (event: TelemetryEvent) => void events.push(event) };
    const ledger = withAllowance(inner, { clock: virtualClock(time), telemetry, rowsAway });
    inner.away = true;
    const settled = await time.finish(ledger.record('a', refusal));
    assert.equal(settled.type, 'unavailable');
    assert.ok(time.elapsed() <= 5_000);
    assert.equal(events[0]?.type === 'warning' ? events[0].what : '', 'audit_row_waits');
    inner.away = false;
    await time.finish(virtualClock(time).sleep(5_000));
    assert.deepEqual(inner.recorded, ['a']);
  }
});

test('too many that wait: the oldest is given up and said to be, with what is lost', async () => {
  const { inner, ledger, events, admit, settle } = outageBench();
  const reservations = await Promise.all(
    Array.from({ length: 1_001 }, async (_, n) => held(await admit(`r${n}`, 1, []))),
  );
  inner.away = true;
  await settle(held(await admit('dear', 90)), 80);
  for (const reservation of reservations) await settle(reservation, 1);
  const lost = events.filter((event) => event.type === 'warning' && event.what === 'ledger_write_lost');
  assert.deepEqual(
    lost.map((event) => [event.requestId, event.detail]),
    [
      ['dear', 'not charged: $0.00000008'],
      ['r0', 'not settled: the reaper charges what was held'],
    ],
  );
  inner.away = false;
  await ledger.close();
  assert.equal(inner.settled.length, 1_000);
  assert.deepEqual(inner.posted, []);
});

test('closing tries once more, then gives up what still waits and says so', async () => {
  const back = outageBench();
  back.inner.away = true;
  await back.settle(held(await back.admit('a', 30)), 20);
  back.inner.away = false;
  await back.ledger.close();
  assert.equal(back.inner.posted.length, 1);
  assert.ok(back.inner.closed);

  const away = outageBench();
  away.inner.away = true;
  for (const id of ['a', 'b']) await away.settle(held(await away.admit(id, 30)), 20);
  await away.ledger.close();
  assert.deepEqual(away.said(), ['ledger_allowance', 'ledger_write_lost', 'ledger_write_lost']);
  assert.ok(away.inner.closed);
  await away.time.run();
  assert.equal(away.inner.asked.filter((what) => what.startsWith('post')).length, 1);
});

test('a write that can never work is given up and does not keep back the next', async () => {
  const { inner, ledger, admit, settle, said } = outageBench();
  inner.away = true;
  for (const id of ['a', 'b']) await settle(held(await admit(id, 30)), 20);
  inner.away = false;
  const post = inner.post.bind(inner);
  inner.post = (posting) =>
    posting.requestId === 'a' ? Promise.reject(new Error('scripted fault')) : post(posting);
  await ledger.close();
  assert.deepEqual(
    inner.posted.map(({ requestId }) => requestId),
    ['b'],
  );
  assert.deepEqual(said().slice(1), ['ledger_write_lost', 'bug']);
});
