import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toNano } from '../../../../lambda/core/money.ts';
import { createRaise } from '../../../../lambda/jobs/alerts/raise.ts';
import { alertKey, put } from '../../../../lambda/ledger/items.ts';
import type { Crossing } from '../../../../lambda/ports/notices.ts';
import type { TelemetryEvent } from '../../../../lambda/ports/telemetry.ts';
import { CENT, fakeNotices, NOON } from '../../../support/budget-counters.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { MemoryStore } from '../../../support/memory-store.ts';

const CROSSING: Crossing = {
  scope: 'team:search',
  budgetId: 'day',
  window: '2026-11-24',
  mark: 80,
  spent: toNano(81n * CENT),
  limit: toNano(100n * CENT),
  soft: undefined,
  refused: false,
};
const KEY = alertKey('team:search', '2026-11-24', 'day', 80);
const DAY_S = 86_400n;

function world() {
  const store = new MemoryStore();
  const notices = fakeNotices();
  const clock = createManualClock(NOON);
  const events: TelemetryEvent[] = [];
  const process = () =>
    createRaise({ store, notices, clock, telemetry: { emit: (event) => events.push(event) } });
  return { store, notices, clock, events, process };
}

describe('raising a mark', () => {
  it('publishes once, whoever asks how often', async () => {
    const { store, notices, process } = world();
    const raise = process();
    assert.equal(await raise(CROSSING), true);
    assert.equal(await raise(CROSSING), true);
    assert.equal(await process()({ ...CROSSING, limit: toNano(500n * CENT) }), true);
    assert.equal(notices.sent.length, 1);
    assert.equal((await store.get(KEY))?.['st'], 'SENT');
  });

  it('tells when the window ends, and keeps the mark past it', async () => {
    const { store, notices, process } = world();
    await process()(CROSSING);
    const end = Date.UTC(2026, 10, 25);
    assert.equal(notices.sent[0]?.resetsAt, end);
    const ttl = (await store.get(KEY))?.['ttl'];
    assert.ok(typeof ttl === 'bigint' && ttl >= BigInt(end / 1000) + 14n * DAY_S);
  });

  it('keeps the mark of a month for the whole month, and that of a total for ever', async () => {
    const { store, process } = world();
    await process()({ ...CROSSING, budgetId: 'month@Europe/Berlin', window: '2026-11' });
    const month = await store.get(alertKey('team:search', '2026-11', 'month@Europe/Berlin', 80));
    assert.ok((month?.['ttl'] as bigint) > BigInt(Date.UTC(2026, 10, 30, 23) / 1000));
    await process()({ ...CROSSING, budgetId: 'total', window: 'total' });
    const total = await store.get(alertKey('team:search', 'total', 'total', 80));
    assert.equal(total?.['st'], 'SENT');
    assert.equal(total?.['ttl'], undefined);
  });

  it('names no end of a window that is over', async () => {
    const { notices, process } = world();
    await process()({ ...CROSSING, window: '2026-11-23' });
    assert.equal(notices.sent[0]?.resetsAt, undefined);
  });

  it('repeats a notice that was not taken at its next sighting, and says so', async () => {
    const { store, notices, events, process } = world();
    notices.fail = () => new Error('topic away');
    const raise = process();
    assert.equal(await raise(CROSSING), false);
    assert.equal((await store.get(KEY))?.['st'], 'PENDING');
    assert.match(JSON.stringify(events), /alert_unpublished.*topic away/);
    notices.fail = () => undefined;
    assert.equal(await raise(CROSSING), true);
    assert.equal(notices.sent.length, 1);
  });

  it('that a crash left pending waits for the lease of the crashed one, then publishes', async () => {
    const { store, notices, clock, process } = world();
    const dead: typeof store.transact = async (ops) => {
      const result = await store.transact(ops);
      return result.type === 'done' ? new Promise(() => undefined) : result;
    };
    const crashing = createRaise({
      store: {
        transact: dead,
        get: (key) => store.get(key),
        query: (pk, from) => store.query(pk, from),
        openJournals: (shard, before) => store.openJournals(shard, before),
      },
      notices,
      clock,
      telemetry: { emit() {} },
    });
    void crashing(CROSSING);
    await clock.run(clock.sleep(29_000));
    assert.equal(await process()(CROSSING), false);
    assert.equal(notices.sent.length, 0);
    await clock.run(clock.sleep(1_000));
    assert.equal(await process()(CROSSING), true);
    assert.equal(notices.sent.length, 1);
  });

  it('is published by one of many that ask at once', async () => {
    const { notices, process } = world();
    await Promise.all(Array.from({ length: 20 }, () => process()(CROSSING)));
    assert.equal(notices.sent.length, 1);
  });

  it('that a crash left pending is published by one of many that find it', async () => {
    const { store, notices, process } = world();
    await store.transact([
      { key: KEY, when: [], set: [put('st', 'PENDING'), put('at', BigInt(NOON) - 60_000n)] },
    ]);
    await Promise.all(Array.from({ length: 20 }, () => process()(CROSSING)));
    assert.equal(notices.sent.length, 1);
  });

  it('waits while the store is away', async () => {
    const { notices, clock } = world();
    const store = new MemoryStore();
    store.transact = async () => ({ type: 'unavailable', reason: 'throttled' });
    const raise = createRaise({ store, notices, clock, telemetry: { emit() {} } });
    assert.equal(await raise(CROSSING), false);
    assert.equal(notices.sent.length, 0);
  });

  it('notes a sent notice again where the first note was lost', async () => {
    const { notices, clock } = world();
    const store = new MemoryStore();
    const real = store.transact.bind(store);
    let writes = 0;
    store.transact = async (ops) => {
      writes += 1;
      return writes === 2 ? { type: 'unavailable', reason: 'throttled' } : await real(ops);
    };
    assert.equal(await createRaise({ store, notices, clock, telemetry: { emit() {} } })(CROSSING), true);
    assert.equal((await store.get(KEY))?.['st'], 'SENT');
  });
});
