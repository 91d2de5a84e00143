import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FinalRecord } from '../../../../lambda/core/audit/records.ts';
import { packWide } from '../../../../lambda/core/audit/wide.ts';
import { watchBudgets } from '../../../../lambda/jobs/alerts/watch.ts';
import { absent, add, counterKey, policyKey, put } from '../../../../lambda/ledger/items.ts';
import { NO_POLICY, policyChanges } from '../../../../lambda/ledger/policy.ts';
import type { Op } from '../../../../lambda/ports/ledger-store.ts';
import type { TelemetryEvent } from '../../../../lambda/ports/telemetry.ts';
import { CENT, fakeNotices, NOON, named } from '../../../support/budget-counters.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { MemoryStore } from '../../../support/memory-store.ts';

function world() {
  const store = new MemoryStore();
  const notices = fakeNotices();
  const clock = createManualClock(NOON);
  const events: TelemetryEvent[] = [];
  const start = () =>
    watchBudgets({ store, notices, clock, telemetry: { emit: (event) => events.push(event) } });
  return { store, notices, clock, events, start, sent: () => notices.sent.map(named) };
}

/** What an admission and its settlement write to a counter, amounts in cents. */
function settled(cents: number, { pool = 0, more = [] as Op['set'] } = {}): Op {
  const cost = BigInt(cents) * CENT;
  return {
    key: counterKey('team:search', pool),
    when: [],
    set: [
      put('day.id', '2026-11-24'),
      put('day.lim', 100n * CENT),
      add('day.spent', cost),
      add('s', cost),
      ...more,
    ],
  };
}

function admitted(): Op {
  return { key: counterKey('team:search'), when: [], set: [add('day.used', 5n), add('tu', 5n)] };
}

function refusal(): Op {
  const refusedBy = {
    scope: 'team:search',
    budget: 'day',
    reason: 'exceeded',
    limit_usd: '1',
    spent_usd: '0.97',
    resets_at: '2026-11-25T00:00:00.000Z',
  };
  const w = packWide({ attempts: [], warnings: [], refusedBy } as unknown as FinalRecord);
  const set = [put('st', 'F'), put('ec', 'budget_exceeded'), ...(w === undefined ? [] : [put('w', w)])];
  return { key: { pk: 'J#e.0.1', sk: 'E#000001' }, when: [absent('st')], set };
}

describe('the watch over budgets of one process', () => {
  it('tells of a mark a moment after the write that reached it, once', async () => {
    const { clock, start, sent, notices } = world();
    const { store } = start();
    await store.transact([settled(81)]);
    assert.deepEqual(sent(), []);
    await clock.step();
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50', 'team:search day 2026-11-24 80']);
    assert.equal(notices.sent[0]?.resetsAt, Date.UTC(2026, 10, 25));
    await store.transact([settled(1)]);
    await clock.step();
    assert.equal(sent().length, 2);
  });

  it('sets one timer for many writes, and none where nothing is settled', async () => {
    const { clock, start } = world();
    const { store } = start();
    await store.transact([admitted()]);
    assert.equal(await clock.step(), false);
    for (let n = 0; n < 10; n++) await store.transact([settled(1)]);
    assert.equal(await clock.step(), true);
    assert.equal(await clock.step(), false);
  });

  it('hands on what the store answers, and looks at nothing that was refused', async () => {
    const { clock, start } = world();
    const { store } = start();
    await store.transact([settled(60)]);
    assert.equal((await store.get(counterKey('team:search')))?.['day.spent'], 60n * CENT);
    assert.equal((await store.query('S#team:search', '')).length, 1);
    assert.deepEqual(await store.openJournals('X0', 0), []);
    await clock.step();
    const result = await store.transact([{ ...settled(60), when: [absent('day.id')] }]);
    assert.equal(result.type, 'refused');
    assert.equal(await clock.step(), false);
  });

  it('tells after a restart what the last process reached and left pending', async () => {
    const { clock, notices, start, sent } = world();
    notices.fail = () => new Error('closed');
    const first = start();
    await first.store.transact([settled(85)]);
    await first.stop();
    assert.deepEqual(sent(), []);
    notices.fail = () => undefined;
    await start().store.transact([settled(1)]);
    await clock.step();
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50', 'team:search day 2026-11-24 80']);
  });

  it('asks again for a notice that was not taken, without a further write', async () => {
    const { clock, notices, start, sent } = world();
    notices.fail = () => new Error('busy');
    await start().store.transact([settled(60)]);
    await clock.step();
    notices.fail = () => undefined;
    await clock.step();
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50']);
    assert.equal(await clock.step(), false);
  });

  it('tells of the first refusal, and asks again for it where it was not taken', async () => {
    const { clock, notices, start, sent } = world();
    notices.fail = () => new Error('busy');
    await start().store.transact([refusal()]);
    await clock.step();
    notices.fail = () => undefined;
    await clock.step();
    assert.deepEqual(sent(), ['team:search day 2026-11-24 100']);
    assert.equal(notices.sent[0]?.refused, true);
  });

  it('counts a split scope over all its counters', async () => {
    const { store: inner, clock, start, sent } = world();
    const { store } = start();
    const policy = { ...NO_POLICY, version: 3n, pools: 4, everPools: 4 };
    await inner.transact([{ key: policyKey('team:search'), when: [], set: policyChanges(policy) }]);
    await store.transact([settled(30, { more: [put('cv', 3n)] })]);
    await clock.step();
    await store.transact([settled(21, { pool: 2 })]);
    await clock.step();
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50']);
  });

  it('counts a counter that was added since it last looked', async () => {
    const { store: inner, clock, start, sent } = world();
    const { store } = start();
    const split = (pools: number, version: bigint) =>
      inner.transact([
        {
          key: policyKey('team:search'),
          when: [],
          set: policyChanges({ ...NO_POLICY, version, pools, everPools: pools }),
        },
      ]);
    await split(2, 3n);
    await store.transact([settled(30, { more: [put('cv', 3n)] })]);
    await clock.step();
    await split(4, 4n);
    await store.transact([settled(21, { pool: 3 })]);
    await clock.step();
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50']);
  });

  it('does not end before a notice on its way is told', async () => {
    const { notices, start, sent } = world();
    const watch = start();
    await watch.store.transact([settled(50)]);
    const { promise: taken, resolve: take } = Promise.withResolvers<void>();
    const publish = notices.publish;
    notices.publish = async (notice) => {
      await taken;
      await publish(notice);
    };
    void watch.look();
    let ended = false;
    const stop = watch.stop().then(() => {
      ended = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(ended, false);
    take();
    await stop;
    assert.equal(sent().length, 1);
  });

  it('that was stopped before any write starts no timer', async () => {
    const { clock, start } = world();
    const watch = start();
    await watch.stop();
    await watch.store.transact([settled(60)]);
    assert.equal(await clock.step(), false);
  });

  it('looks a last time when it is stopped, and never again', async () => {
    const { clock, start, sent } = world();
    const watch = start();
    await watch.store.transact([settled(50)]);
    await watch.stop();
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50']);
    await watch.store.transact([settled(40)]);
    assert.equal(await clock.step(), false);
  });

  it('says that counters cannot be read, and looks again', async () => {
    const { store: inner, clock, events, start, sent } = world();
    const { store } = start();
    await store.transact([settled(60)]);
    const get = inner.get.bind(inner);
    inner.get = async () => {
      throw new Error('disk');
    };
    await clock.step();
    assert.match(JSON.stringify(events), /alert_unread.*disk/);
    inner.get = get;
    await clock.step();
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50']);
  });
});
