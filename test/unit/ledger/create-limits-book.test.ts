import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LimitsConfig } from '../../../lambda/core/config/schema.ts';
import { createLimitsBook } from '../../../lambda/ledger/create-limits-book.ts';
import { type Head, headChanges, readHead } from '../../../lambda/ledger/head.ts';
import { HEAD_KEY } from '../../../lambda/ledger/items.ts';
import type { Key } from '../../../lambda/ports/ledger-store.ts';
import type { TelemetryEvent } from '../../../lambda/ports/telemetry.ts';
import { ManualClock, NOON } from '../../support/ledger-world.ts';
import { SwitchedStore } from '../../support/switched-store.ts';

const REFRESH_MS = 5_000;

class CountingStore extends SwitchedStore {
  heads = 0;

  #held: Promise<void> | undefined;

  /** Keeps back the answer of the next read of the head, with the head as it was when it was asked for. */
  holdHead(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  override async get(key: Key) {
    if (key === HEAD_KEY) this.heads += 1;
    const held = key === HEAD_KEY ? this.#held : undefined;
    if (held !== undefined) this.#held = undefined;
    const item = await super.get(key);
    await held;
    return item;
  }

  /** As an operator does it. */
  async changeHead(change: Partial<Head>): Promise<void> {
    const before = readHead(await super.get(HEAD_KEY));
    const next = { ...before, ...change, version: before.version + 1n };
    await this.transact([{ key: HEAD_KEY, when: [], set: headChanges(next) }]);
  }
}

function limits(usd: number): LimitsConfig {
  return {
    budgets: [{ scope: 'account', limit_usd: String(usd), window: 'day', mode: 'enforce' }],
    rates: [],
  } as unknown as LimitsConfig;
}

function shelf() {
  const store = new CountingStore();
  const clock = new ManualClock(NOON);
  const events: TelemetryEvent[] = [];
  const book = (usd: number, count: number) =>
    createLimitsBook({
      store,
      clock,
      telemetry: { emit: (event) => events.push(event) },
      own: { limits: limits(usd), hash: `hash-${usd}`, line: 'gateway', count },
      refreshMs: REFRESH_MS,
    });
  return { store, clock, events, book };
}

test('a book proposes its own limits at its first refresh and works under them', async () => {
  const { book } = shelf();
  const mine = book(10, 7);
  assert.equal(mine.number, 0, 'nothing is known before');
  await mine.refresh();
  assert.equal(mine.number, 1);
  assert.deepEqual(mine.limits, limits(10));
});

test('limits that are in force stay the same object while nothing changes', async () => {
  const { book, clock } = shelf();
  const mine = book(10, 7);
  await mine.refresh();
  const before = mine.limits;
  clock.time += REFRESH_MS;
  await mine.refresh();
  assert.equal(mine.limits, before);
});

test('a process that is older works under the newer limits, with their number', async () => {
  const { book } = shelf();
  const newer = book(20, 8);
  await newer.refresh();
  const older = book(10, 7);
  await older.refresh();
  assert.deepEqual([older.number, older.limits], [newer.number, limits(20)]);
});

test('newer limits are taken over when the head is read again', async () => {
  const { book, clock } = shelf();
  const older = book(10, 7);
  await older.refresh();
  await book(20, 8).refresh();
  await older.refresh();
  assert.equal(older.number, 1, 'it was read a moment ago');
  clock.time += REFRESH_MS;
  await older.refresh();
  assert.deepEqual([older.number, older.limits], [2, limits(20)]);
});

test('a request that knows of a newer config has it read at once', async () => {
  const { book } = shelf();
  const older = book(10, 7);
  await older.refresh();
  await book(20, 8).refresh();
  await older.refresh(2);
  assert.deepEqual([older.number, older.limits], [2, limits(20)]);
  await older.refresh(2);
  assert.equal(older.number, 2);
});

test('requests that come together share one read', async () => {
  const { book, store, clock } = shelf();
  const mine = book(10, 7);
  await mine.refresh();
  clock.time += REFRESH_MS;
  const before = store.heads;
  await Promise.all([mine.refresh(), mine.refresh(), mine.refresh()]);
  assert.equal(store.heads, before + 1);
});

test('a request that knows of a newer config is not content with a read that began before', async () => {
  const { book, store, clock } = shelf();
  const mine = book(10, 7);
  await mine.refresh();
  clock.time += REFRESH_MS;
  const answer = store.holdHead();
  const early = mine.refresh();
  await book(20, 8).refresh();
  const before = store.heads;
  const late = [mine.refresh(2), mine.refresh(2)];
  answer();
  await Promise.all([early, ...late]);
  assert.equal(mine.number, 2);
  assert.equal(store.heads, before + 1, 'those that waited share the next read');
});

test('many requests that know of a newer config read it once', async () => {
  const { book, store } = shelf();
  const mine = book(10, 7);
  await mine.refresh();
  await book(20, 8).refresh();
  const before = store.heads;
  await Promise.all([mine.refresh(2), mine.refresh(2), mine.refresh(2)]);
  assert.deepEqual([mine.number, store.heads], [2, before + 1]);
});

test('a book that does not propose again leaves an operator’s config in force', async () => {
  const { book, store, clock } = shelf();
  const mine = book(10, 7);
  const other = book(20, 8);
  await mine.refresh();
  await other.refresh();
  await store.changeHead({ number: 3, hash: 'hash-10' });
  clock.time += REFRESH_MS;
  await mine.refresh();
  assert.deepEqual([mine.number, mine.limits], [3, limits(10)], 'by its hash it is the own one');
  assert.equal(readHead(await store.get(HEAD_KEY)).number, 3);
});

test('while the store is away the last known limits stay, and each failed read says so once', async () => {
  const { book, store, clock, events } = shelf();
  const mine = book(10, 7);
  await mine.refresh();
  store.mode = 'down';
  clock.time += REFRESH_MS;
  await Promise.all([mine.refresh(), mine.refresh()]);
  assert.equal(mine.number, 1);
  assert.deepEqual(
    events.map((event) => event.type === 'warning' && event.what),
    ['limits_unread'],
  );
  await mine.refresh();
  assert.equal(events.length, 1, 'it is not asked by every request');
  clock.time += 1_000;
  await mine.refresh();
  assert.equal(events.length, 2);
  store.mode = 'up';
  clock.time += 1_000;
  await mine.refresh();
  assert.equal(events.length, 2);
});

test('a book that could not propose does so as soon as the store is back', async () => {
  const { book, store, clock, events } = shelf();
  const mine = book(10, 7);
  store.mode = 'down';
  await mine.refresh();
  assert.deepEqual([mine.number, mine.limits, events.length], [0, limits(10), 1]);
  store.mode = 'up';
  clock.time += 1_000;
  await mine.refresh();
  assert.equal(mine.number, 1);
});

test('limits that are missing in the store are not guessed', async () => {
  const { book, store, clock, events } = shelf();
  const mine = book(10, 7);
  await mine.refresh();
  await store.changeHead({ number: 9, hash: 'unknown' });
  clock.time += REFRESH_MS;
  await mine.refresh();
  assert.deepEqual([mine.number, events.length], [1, 1]);
});

test('a stop counts until its end, for its kind and name alone', async () => {
  const { book, store, clock } = shelf();
  const mine = book(10, 7);
  await mine.refresh();
  const stop = {
    kind: 'model' as const,
    name: 'fast',
    who: 'ann',
    why: 'loop',
    at: NOON,
    until: NOON + 60_000,
  };
  await store.changeHead({
    stops: [stop, { ...stop, kind: 'app', name: 'search/web', until: undefined } as never],
  });
  clock.time += REFRESH_MS;
  await mine.refresh();
  assert.deepEqual(mine.stopped('model', 'fast'), stop);
  assert.equal(mine.stopped('provider', 'fast'), undefined);
  assert.equal(mine.stopped('model', 'slow'), undefined);
  clock.time = NOON + 60_000;
  assert.equal(mine.stopped('model', 'fast'), undefined);
  assert.ok(mine.stopped('app', 'search/web'), 'one without an end stays');
});

test('the version of a scope’s policy is told as an operator wrote it, and 0 where none did', async () => {
  const { book, store, clock } = shelf();
  const mine = book(10, 7);
  await mine.refresh();
  await store.changeHead({ policies: { 'team:a': '12' } });
  clock.time += REFRESH_MS;
  await mine.refresh();
  assert.deepEqual([mine.policyVersion('team:a'), mine.policyVersion('team:b')], [12n, 0n]);
});
