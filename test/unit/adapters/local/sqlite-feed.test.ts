import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { openSqliteLedger, type SqliteLedger } from '../../../../lambda/adapters/local/sqlite-store.ts';
import type { Key } from '../../../../lambda/ports/ledger-store.ts';
import { inFolder } from '../../../support/sqlite-folder.ts';
import { op, put } from '../../../support/store-steps.ts';

const entry = (number: number, journal = 'J#local.0.1'): Key => ({
  pk: journal,
  sk: `E#${String(number).padStart(6, '0')}`,
});
const HEADER = { pk: 'J#local.0.1', sk: '#' };
/** When the header's `ttl` lets the journal go, in seconds. */
const TTL = 1_000n;

describe('the feed of final entries', () => {
  inFolder('gives them in the order they became final, each once', async (folder) => {
    const ledger = openSqliteLedger(folder);
    for (const number of [1, 2, 3, 4]) await write(ledger, entry(number), 'HELD');
    for (const number of [3, 1, 4]) await write(ledger, entry(number), 'F');
    // A final entry that changes again is no second final entry.
    await ledger.store.transact([op(entry(3), [], [put('late', 1n)])]);
    await write(ledger, entry(1), 'F');
    await write(ledger, entry(5), 'VOID');
    assert.deepEqual(numbers(ledger, 0, 10), ['E#000003', 'E#000001', 'E#000004']);
    const [first] = ledger.feed.after(0, 1);
    assert.deepEqual(first?.entry, { ...entry(3), st: 'F', late: 1n });
    assert.deepEqual(numbers(ledger, first?.at ?? 0, 1), ['E#000001']);
    ledger.close();
  });

  inFolder('numbers those of one turn apart, in the order they were asked for', async (folder) => {
    const ledger = openSqliteLedger(folder);
    await Promise.all([3, 1, 2].map((number) => write(ledger, entry(number), 'F')));
    assert.deepEqual(numbers(ledger, 0, 10), ['E#000003', 'E#000001', 'E#000002']);
    assert.deepEqual(
      ledger.feed.after(0, 10).map(({ at }) => at),
      [1, 2, 3],
    );
    ledger.close();
  });

  inFolder('remembers the range of an export that was begun but not finished', async (folder) => {
    const first = openSqliteLedger(folder);
    for (const number of [1, 2, 3]) await write(first, entry(number), 'F');
    assert.deepEqual(first.feed.bookmark(), { done: 0, begun: undefined });
    first.feed.begin(2);
    first.close();
    const second = openSqliteLedger(folder);
    assert.deepEqual(second.feed.bookmark(), { done: 0, begun: 2 });
    assert.deepEqual(numbers(second, 0, 2), ['E#000001', 'E#000002']);
    second.feed.finish(2);
    assert.deepEqual(second.feed.bookmark(), { done: 2, begun: undefined });
    assert.deepEqual(numbers(second, 2, 10), ['E#000003']);
    second.close();
  });

  inFolder('never gives a number twice, also when all before it were exported', async (folder) => {
    const first = openSqliteLedger(folder);
    for (const number of [1, 2]) await write(first, entry(number), 'F');
    first.feed.begin(2);
    first.feed.finish(2);
    first.close();
    const second = openSqliteLedger(folder);
    await write(second, entry(3), 'F');
    assert.deepEqual(
      second.feed.after(2, 10).map(({ at }) => at),
      [3],
    );
    second.close();
  });
});

describe('pruning the ledger on disk', () => {
  inFolder('drops a journal that is closed, exported and old, and nothing else', async (folder) => {
    const ledger = openSqliteLedger(folder);
    await closedJournal(ledger);
    const young = 'J#local.0.2';
    await header(ledger, young, 'CLOSED', TTL + 100n);
    const open = 'J#local.0.3';
    await header(ledger, open, 'OPEN', TTL);
    await ledger.store.transact([op({ pk: 'S#a', sk: 'C' }, [], [put('tu', 1n)])]);
    ledger.feed.finish(1);
    ledger.prune(Number(TTL) * 1000 + 1);
    assert.deepEqual(await ledger.store.query(HEADER.pk, '!'), []);
    assert.equal(await ledger.store.get(entry(1)), undefined);
    for (const pk of [young, open]) assert.equal((await ledger.store.query(pk, '!')).length, 1, pk);
    assert.deepEqual(await ledger.store.get({ pk: 'S#a', sk: 'C' }), { tu: 1n });
    ledger.close();
  });

  inFolder('keeps a journal as long as one of its entries is not exported', async (folder) => {
    const ledger = openSqliteLedger(folder);
    await closedJournal(ledger);
    ledger.prune(Number(TTL) * 1000 + 1);
    assert.equal((await ledger.store.query(HEADER.pk, '!')).length, 3);
    ledger.feed.begin(1);
    ledger.prune(Number(TTL) * 1000 + 1);
    assert.equal((await ledger.store.query(HEADER.pk, '!')).length, 3);
    ledger.feed.finish(1);
    ledger.prune(Number(TTL) * 1000);
    assert.equal((await ledger.store.query(HEADER.pk, '!')).length, 3, 'it is not old yet');
    ledger.prune(Number(TTL) * 1000 + 1);
    assert.equal((await ledger.store.query(HEADER.pk, '!')).length, 0);
    ledger.close();
  });
});

function numbers(ledger: SqliteLedger, bookmark: number, max: number): string[] {
  return ledger.feed.after(bookmark, max).map((final) => final.entry.sk);
}

async function write(ledger: SqliteLedger, key: Key, st: string): Promise<void> {
  assert.deepEqual(await ledger.store.transact([op(key, [], [put('st', st)])]), { type: 'done' });
}

async function header(ledger: SqliteLedger, pk: string, st: string, ttl: bigint): Promise<void> {
  await ledger.store.transact([op({ pk, sk: '#' }, [], [put('st', st), put('ttl', ttl)])]);
}

/** A header, a final entry and a fence. */
async function closedJournal(ledger: SqliteLedger): Promise<void> {
  await header(ledger, HEADER.pk, 'CLOSED', TTL);
  await write(ledger, entry(1), 'F');
  await write(ledger, entry(2), 'FENCE');
}
