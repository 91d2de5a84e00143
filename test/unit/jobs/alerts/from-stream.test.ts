import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FinalRecord } from '../../../../lambda/core/audit/records.ts';
import { packWide } from '../../../../lambda/core/audit/wide.ts';
import { TollgateError } from '../../../../lambda/core/errors.ts';
import { createStreamAlerts } from '../../../../lambda/jobs/alerts/from-stream.ts';
import type { StreamRecord } from '../../../../lambda/jobs/auditor/stream-rows.ts';
import { configKey, policyKey, put } from '../../../../lambda/ledger/items.ts';
import { NO_POLICY, policyChanges } from '../../../../lambda/ledger/policy.ts';
import type { Item, Key } from '../../../../lambda/ports/ledger-store.ts';
import type { TelemetryEvent } from '../../../../lambda/ports/telemetry.ts';
import { CENT, counter, fakeNotices, NOON, named } from '../../../support/budget-counters.ts';
import { createManualClock } from '../../../support/manual-clock.ts';
import { MemoryStore } from '../../../support/memory-store.ts';

function world() {
  const store = new MemoryStore();
  const notices = fakeNotices();
  const events: TelemetryEvent[] = [];
  const reads: string[] = [];
  const get = store.get.bind(store);
  store.get = async (key: Key) => {
    reads.push(`${key.pk} ${key.sk}`);
    return await get(key);
  };
  const take = createStreamAlerts({
    store,
    notices,
    clock: createManualClock(NOON),
    telemetry: { emit: (event) => events.push(event) },
  });
  const write = async (item: Item) => {
    const { pk, sk, ...rest } = item;
    const key = { pk: String(pk), sk: String(sk) };
    await store.transact([
      { key, when: [], set: Object.entries(rest).map(([attr, value]) => put(attr, value)) },
    ]);
  };
  const split = (pools: number, version: bigint) =>
    store.transact([
      {
        key: policyKey('team:search'),
        when: [],
        set: policyChanges({ ...NO_POLICY, version, pools, everPools: pools }),
      },
    ]);
  return { store, notices, events, reads, take, write, split, sent: () => notices.sent.map(named) };
}

let id = 0;
function change(before: Item | undefined, after: Item | undefined): StreamRecord {
  id += 1;
  return { id: String(id), before, after };
}

function refused(): Item {
  const refusedBy = {
    scope: 'team:search',
    budget: 'day',
    reason: 'exceeded',
    limit_usd: '1',
    spent_usd: '0.98',
    resets_at: '2026-11-25T00:00:00.000Z',
  };
  const w = packWide({ attempts: [], warnings: [], refusedBy } as unknown as FinalRecord);
  return { pk: 'J#e.0.1', sk: 'E#000001', st: 'F', ec: 'budget_exceeded', ...(w === undefined ? {} : { w }) };
}

describe('alerts from the change stream', () => {
  it('tell of each mark that a batch has crossed, and read nothing for a scope that is one counter', async () => {
    const { take, sent, reads } = world();
    const steps = [0, 30, 55, 70, 85].map((spent) => counter({ spent }));
    const records = steps.slice(1).map((after, place) => change(steps[place], after));
    assert.equal(await take(records), undefined);
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50', 'team:search day 2026-11-24 80']);
    assert.deepEqual(reads, []);
  });

  it('tell nothing twice when the stream brings a batch again', async () => {
    const { take, sent } = world();
    const records = [change(counter(), counter({ spent: 60 }))];
    await take(records);
    await take(records);
    assert.equal(sent().length, 1);
  });

  it('tell of the first refusal of a window, not of those behind it', async () => {
    const { take, notices } = world();
    assert.equal(await take(Array.from({ length: 50 }, () => change(undefined, refused()))), undefined);
    await take([change(undefined, refused())]);
    await take([change(counter({ spent: 99 }), counter({ spent: 100 }))]);
    assert.equal(notices.sent.length, 1);
    assert.equal(notices.sent[0]?.refused, true);
    assert.equal(notices.sent[0]?.spent, 98n * CENT);
  });

  it('pass over deletions, expiries of refusals and items of other kinds', async () => {
    const { take, sent } = world();
    const records = [
      change(counter({ spent: 90 }), undefined),
      change(refused(), refused()),
      change(undefined, { pk: 'J#e.0.1', sk: '#', st: 'OPEN' }),
      change(undefined, {}),
    ];
    assert.equal(await take(records), undefined);
    assert.deepEqual(sent(), []);
  });

  it('ask for the first change again whose notice was not taken, and tell the others', async () => {
    const { take, notices, sent } = world();
    notices.fail = ({ scope }) => (scope === 'team:b' ? new Error('throttled') : undefined);
    const records = ['team:a', 'team:b', 'team:c'].map((scope) =>
      change(counter({ scope }), counter({ scope, spent: 60 })),
    );
    assert.equal(await take(records), records[1]?.id);
    assert.deepEqual(sent(), ['team:a day 2026-11-24 50', 'team:c day 2026-11-24 50']);
    notices.fail = () => undefined;
    assert.equal(await take(records.slice(1)), undefined);
    assert.deepEqual(sent().slice(2), ['team:b day 2026-11-24 50']);
  });

  it('ask for the first of several changes again that show the same', async () => {
    const { take, notices } = world();
    notices.fail = () => new Error('throttled');
    const records = [
      change(counter(), counter({ spent: 1 })),
      ...[1, 2, 3].map(() => change(undefined, refused())),
    ];
    assert.equal(await take(records), records[1]?.id);
  });

  it('count a counter that no policy knows of', async () => {
    const { take, write, sent } = world();
    await write(counter({ spent: 30 }));
    await write(counter({ pool: 1, spent: 25 }));
    await take([change(undefined, counter({ pool: 1, spent: 25 }))]);
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50']);
  });

  it('count a split scope over all its counters, also for a change far below its own share', async () => {
    const { take, write, split, sent } = world();
    await split(4, 1n);
    const more = { cv: 1n };
    await write(counter({ spent: 40, more }));
    await write(counter({ pool: 1, spent: 8, more }));
    await take([change(counter({ spent: 30, more }), counter({ spent: 40, more }))]);
    assert.deepEqual(sent(), []);
    await write(counter({ pool: 3, spent: 2, more }));
    await take([change(undefined, counter({ pool: 3, spent: 2, more }))]);
    assert.deepEqual(sent(), ['team:search day 2026-11-24 50']);
  });

  it('read the counters of a split scope once in a batch, and its policy once in a version', async () => {
    const { take, write, split, reads } = world();
    await split(3, 1n);
    const more = { cv: 1n };
    await write(counter({ spent: 10, more }));
    const records = Array.from({ length: 40 }, (_, n) =>
      change(counter({ pool: n % 3, more }), counter({ pool: n % 3, spent: 1, more })),
    );
    await take(records);
    await take(records);
    assert.equal(reads.filter((read) => read === 'S#team:search C').length, 2);
    assert.equal(reads.filter((read) => read === 'P#team:search P').length, 1);
    await split(16, 2n);
    await take([change(counter({ more }), counter({ more: { cv: 2n } }))]);
    assert.ok(reads.includes('S15#team:search C'));
  });

  it('take soft limits from the config that a counter names', async () => {
    const { store, take, notices, sent } = world();
    const budgets = [
      { scope: 'team:*', limit_usd: '1', soft_usd: '0.3', window: 'day' },
      { scope: 'team:quiet', limit_usd: '1', window: 'day' },
    ];
    await store.transact([{ key: configKey(7), when: [], set: [put('d', JSON.stringify({ budgets }))] }]);
    const more = { cn: 7n };
    await take([
      change(counter({ more }), counter({ spent: 31, more })),
      change(counter({ scope: 'team:quiet', more }), counter({ scope: 'team:quiet', spent: 31, more })),
    ]);
    assert.deepEqual(sent(), ['team:search day 2026-11-24 soft']);
    assert.equal(notices.sent[0]?.soft, 30n * CENT);
  });

  it('follow the soft limits of a newer config', async () => {
    const { store, take, sent } = world();
    const config = (number: number, soft_usd: string) => {
      const budgets = [{ scope: 'team:search', limit_usd: '1', soft_usd, window: 'day' }];
      return store.transact([
        { key: configKey(number), when: [], set: [put('d', JSON.stringify({ budgets }))] },
      ]);
    };
    await config(7, '0.4');
    await config(8, '0.2');
    const at = (spent: number, cn: bigint) => counter({ spent, more: { cn } });
    await take([change(at(0, 7n), at(30, 7n))]);
    assert.deepEqual(sent(), []);
    await take([change(at(10, 8n), at(31, 8n))]);
    assert.deepEqual(sent(), ['team:search day 2026-11-24 soft']);
  });

  it('ask for the changes again that need a read which fails', async () => {
    const { store, take, sent, events } = world();
    store.get = async () => {
      throw new TollgateError('ledger_unavailable', 'away');
    };
    const records = [
      change(counter({ scope: 'team:a' }), counter({ scope: 'team:a', spent: 60 })),
      change(counter({ pool: 1 }), counter({ pool: 1, spent: 60 })),
    ];
    assert.equal(await take(records), records[1]?.id);
    assert.deepEqual(sent(), ['team:a day 2026-11-24 50']);
    assert.match(JSON.stringify(events), /alert_unread/);
  });
});
