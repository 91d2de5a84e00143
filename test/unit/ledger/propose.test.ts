import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LimitsConfig } from '../../../lambda/core/config/schema.ts';
import { readHead } from '../../../lambda/ledger/head.ts';
import { configKey, HEAD_KEY } from '../../../lambda/ledger/items.ts';
import { type OwnConfig, proposed } from '../../../lambda/ledger/propose.ts';
import { ScriptedStore } from '../../support/ledger-world.ts';

function limits(usd: number): LimitsConfig {
  return {
    budgets: [{ scope: 'account', limit_usd: String(usd), window: 'day', mode: 'enforce' }],
    rates: [],
  } as unknown as LimitsConfig;
}

function config(usd: number, count: number | undefined, line = 'gateway'): OwnConfig {
  return { limits: limits(usd), hash: `hash-${usd}`, line, count };
}

/** As a process does at its start. */
async function starts(store: ScriptedStore, own: OwnConfig) {
  return proposed(store, readHead(await store.get(HEAD_KEY)), own);
}

async function written(store: ScriptedStore, number: number): Promise<unknown> {
  const text = (await store.get(configKey(number)))?.['d'];
  return typeof text === 'string' ? JSON.parse(text) : undefined;
}

test('the first config of all is number 1, and its limits are in the store', async () => {
  const store = new ScriptedStore();
  const head = await starts(store, config(10, 7));
  assert.deepEqual([head.number, head.hash, head.version], [1, 'hash-10', 1n]);
  assert.deepEqual(readHead(await store.get(HEAD_KEY)), head);
  assert.deepEqual(await written(store, 1), limits(10));
});

test('the processes of one version propose once', async () => {
  const store = new ScriptedStore();
  const first = await starts(store, config(10, 7));
  const writes = store.writes.length;
  assert.deepEqual(await starts(store, config(10, 7)), first);
  assert.equal(store.writes.length, writes);
});

test('a newer version gets a higher number, also with the same limits', async () => {
  const store = new ScriptedStore();
  await starts(store, config(10, 7));
  assert.equal((await starts(store, config(10, 8))).number, 2);
  const head = await starts(store, config(20, 11));
  assert.deepEqual([head.number, head.hash], [5, 'hash-20'], 'as much higher as the version is');
  assert.deepEqual(await written(store, 5), limits(20));
});

test('an older version works under the newer limits and proposes nothing', async () => {
  const store = new ScriptedStore();
  await starts(store, config(10, 7));
  const newer = await starts(store, config(20, 8));
  assert.deepEqual(await starts(store, config(10, 7)), newer);
});

test('a new line of deployments begins above all others, and the old one stays behind it until its next version', async () => {
  const store = new ScriptedStore();
  await starts(store, config(10, 40, 'old'));
  const head = await starts(store, config(20, 1, 'new'));
  assert.deepEqual([head.number, head.hash], [2, 'hash-20']);
  assert.equal((await starts(store, config(10, 40, 'old'))).number, 2);
  assert.equal((await starts(store, config(20, 2, 'new'))).number, 3);
});

test('where versions are not counted, every change of the hash is a newer config, and the same one is not', async () => {
  const store = new ScriptedStore();
  assert.equal((await starts(store, config(10, undefined))).number, 1);
  assert.equal((await starts(store, config(10, undefined))).number, 1);
  assert.equal((await starts(store, config(20, undefined))).number, 2);
  assert.equal((await starts(store, config(10, undefined))).number, 3, 'going back is a change too');
});

test('an uncounted config does not make the next counted version an old one', async () => {
  const store = new ScriptedStore();
  await starts(store, config(10, 1));
  await starts(store, config(20, undefined));
  const head = await starts(store, config(30, 2));
  assert.deepEqual([head.number, head.hash], [3, 'hash-30']);
});

test('of two processes that propose at once, one writes and both go by it', async () => {
  const store = new ScriptedStore();
  const [a, b] = await Promise.all([starts(store, config(10, 7)), starts(store, config(10, 7))]);
  assert.deepEqual(a, b);
  assert.equal(a.number, 1);
  const [older, newer] = await Promise.all([starts(store, config(20, 8)), starts(store, config(30, 9))]);
  assert.equal(newer.number, 3);
  assert.ok(older.number === 2 || older.number === 3);
  assert.equal(readHead(await store.get(HEAD_KEY)).hash, 'hash-30');
});

test('a proposal whose answer was lost is found, and not made twice', async () => {
  const store = new ScriptedStore();
  store.plan(['lost_answer']);
  assert.equal((await starts(store, config(10, 7))).number, 1);
  store.plan(['lost_answer']);
  assert.equal((await starts(store, config(20, undefined))).number, 2);
  assert.equal(readHead(await store.get(HEAD_KEY)).version, 2n);
});

test('stops and policies of operators outlive a proposal', async () => {
  const store = new ScriptedStore();
  const first = await starts(store, config(10, 7));
  const stops = [{ kind: 'model' as const, name: 'fast', who: 'ann', why: 'loop', at: 0 }];
  const kept = { ...first, stops, policies: { 'team:a': '3' } };
  const head = await proposed(store, kept, config(20, 8));
  assert.deepEqual([head.stops, head.policies], [stops, { 'team:a': '3' }]);
});

test('a head that others change again and again is given up after ten tries', async () => {
  const store = new ScriptedStore();
  store.plan(Array(10).fill('conflict'));
  await assert.rejects(starts(store, config(10, 7)), /could not be put in force/);
});
