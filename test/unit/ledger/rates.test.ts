import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import { nanoseconds } from '../../../lambda/ledger/gcra.ts';
import {
  admitted,
  asks,
  budget,
  cost,
  EAGER,
  fields,
  JOURNAL_MS,
  NOON,
  override,
  rateRefused,
  scope,
  usd,
  world,
} from '../../support/ledger-world.ts';

const enforce = 'enforce' as const;
const REQUESTS = { perMinute: 60, burst: 2, mode: enforce };
const TOKENS = { perMinute: 6_000, burst: 1_000, mode: enforce };
const PACED = { ...scope('team:a', budget('day', 100)), requests: REQUESTS, tokens: TOKENS };
const AT = nanoseconds(NOON);

function limited(limits: ScopeLimits = PACED) {
  const w = world();
  const ask = (id: string, tokens = 0) => w.ledger.admit(asks(id, 1, [limits], { tokens }));
  return { ...w, ask };
}

test('a burst passes, and the next call is told how long to wait', async () => {
  const { clock, ask } = limited();
  admitted(await ask('r1'));
  admitted(await ask('r2'));
  assert.deepEqual(rateRefused(await ask('r3')), {
    type: 'rate',
    kind: 'exceeded',
    of: 'requests',
    scope: 'team:a',
    limit: 60,
    burst: 2,
    needed: 1,
    waitMs: 1_000,
  });
  clock.time += 1_000;
  admitted(await ask('r4'));
});

test('money and rates refuse in the same write: what is refused for one takes nothing of the other', async () => {
  const { store, ask } = limited();
  admitted(await ask('r1', 1_000));
  const before = store.counter('team:a');
  assert.equal(rateRefused(await ask('r2', 100)).of, 'tokens');
  assert.deepEqual(store.counter('team:a'), before);
});

test('a call above the burst never fits, and waiting does not help', async () => {
  const { store, ask } = limited();
  const refusal = rateRefused(await ask('r1', 1_001));
  assert.deepEqual([refusal.kind, refusal.of, refusal.waitMs], ['never_fits', 'tokens', 0]);
  assert.equal(store.counter('team:a'), undefined);
});

test('a rate of 0 lets nothing pass', async () => {
  const { ask } = limited({ ...scope('team:a'), requests: { perMinute: 0, burst: 1, mode: enforce } });
  assert.equal(rateRefused(await ask('r1')).kind, 'never_fits');
});

test('tokens that were not used are given back, and more than estimated are taken after the fact', async () => {
  const { store, ledger, ask } = limited();
  const first = admitted(await ask('r1', 600));
  assert.equal(store.counter('team:a')?.['tt'], AT + 6_000_000_000n);
  await ledger.settle(first, { ...cost(1), tokens: 100 });
  assert.equal(store.counter('team:a')?.['tt'], AT + 1_000_000_000n);
  const second = admitted(await ask('r2', 100));
  await ledger.settle(second, { ...cost(1), tokens: 500 });
  assert.equal(store.counter('team:a')?.['tt'], AT + 6_000_000_000n);
});

test('where nobody knows what was used, and after a crash, nothing is given back', async () => {
  const { store, ledger, clock, another, ask } = limited();
  await ledger.settle(admitted(await ask('r1', 300)), cost(1));
  assert.equal(store.counter('team:a')?.['tt'], AT + 3_000_000_000n);
  admitted(await ask('r2', 300));
  clock.time += JOURNAL_MS + 1;
  await another('reaper').reap(clock.now());
  assert.equal(store.counter('team:a')?.['tt'], AT + 6_000_000_000n);
});

test('what was taken is pinned, so that the same goes back under a rate that has changed meanwhile', async () => {
  const { store, ledger, ask } = limited();
  const reservation = admitted(await ask('r1', 600));
  assert.match(String(store.entryOf('r1')?.['sc']), /"#tokens":"6000000000"/);
  await store.setPolicy('team:a', { overrides: [override('tokens', 60)] });
  await ledger.settle(reservation, { ...cost(1), tokens: 300 });
  assert.equal(store.counter('team:a')?.['tt'], AT + 3_000_000_000n);
});

test('a scope that the call was never sent to gets back all that it took of the rates', async () => {
  const { store, ledger, ask } = limited();
  const reservation = admitted(await ask('r1', 600));
  await ledger.settle(reservation, { ...cost(0), tokens: 600, unused: new Set(['team:a']) });
  assert.deepEqual(fields(store.counter('team:a'), 'rt tt'), [AT, AT]);
});

test('an observed rate that was full gets nothing back, because nothing was taken', async () => {
  const observe = 'observe' as const;
  const observed = {
    ...scope('team:a'),
    requests: { ...REQUESTS, burst: 1, mode: observe },
    tokens: { ...TOKENS, mode: observe },
  };
  const { store, ledger, ask } = limited(observed);
  admitted(await ask('r1', 1_000));
  const second = admitted(await ask('r2', 500));
  assert.deepEqual(second.wouldRefuse, ['team:a requests', 'team:a tokens']);
  const before = fields(store.counter('team:a'), 'rt tt');
  await ledger.settle(second, { ...cost(1), tokens: 0 });
  assert.deepEqual(fields(store.counter('team:a'), 'rt tt'), before);
  const third = admitted(await ask('r3', 500));
  await ledger.settle(third, { ...cost(0), tokens: 0, unused: new Set(['team:a']) });
  assert.deepEqual(fields(store.counter('team:a'), 'rt tt'), before);
});

test('a top-up is no further request and takes no tokens', async () => {
  const { store, ledger, ask } = limited();
  const reservation = admitted(await ask('r1', 100));
  const before = fields(store.counter('team:a'), 'rt tt');
  admitted(await ledger.topUp(reservation, usd(50)));
  assert.deepEqual(fields(store.counter('team:a'), 'rt tt'), before);
});

test('what is left of the rates is told after each admission', async () => {
  const { ask } = limited();
  const { view } = admitted(await ask('r1', 400));
  assert.deepEqual(view.requests, { scope: 'team:a', limit: 60, remaining: 1, resetMs: 1_000 });
  assert.deepEqual(view.tokens, { scope: 'team:a', limit: 6_000, remaining: 600, resetMs: 4_000 });
});

test('no more requests run at a time than allowed, and one that ends makes room', async () => {
  const parallel = { limit: 2, mode: enforce };
  const { store, ledger, ask } = limited({ ...scope('team:a'), parallel });
  const first = admitted(await ask('r1'));
  admitted(await ask('r2'));
  assert.equal(rateRefused(await ask('r3')).of, 'parallel');
  await ledger.settle(first, cost(1));
  admitted(await ask('r4'));
  assert.equal(store.counter('team:a')?.['pl'], 2n);
  assert.equal(store.entryOf('r4')?.['sc'], '{"team:a":{"#run":1}}');
});

test('a request that a crash left no longer runs once it was reaped', async () => {
  const parallel = { limit: 1, mode: enforce };
  const { clock, another, ask } = limited({ ...scope('team:a'), parallel });
  admitted(await ask('r1'));
  clock.time += JOURNAL_MS + 1;
  const next = another('next');
  await next.reap(clock.now());
  admitted(await next.admit(asks('r2', 1, [{ ...scope('team:a'), parallel }])));
});

test('a scope that was hot is charged in one place once its parallel requests are limited', async () => {
  const w = world();
  await w.store.split('team:a', 2, { day: 100 });
  const limits = { ...scope('team:a', budget('day', 100)), parallel: { limit: 2, mode: enforce } };
  const ledger = w.another('hot', { heat: EAGER });
  for (const id of ['r1', 'r2']) admitted(await ledger.admit(asks(id, 10, [limits])));
  assert.equal(rateRefused(await ledger.admit(asks('r3', 10, [limits]))).of, 'parallel');
  assert.deepEqual([w.store.policy('team:a').pools, w.store.counter('team:a')?.['pl']], [1, 2n]);
});

test('a scope is charged in one place where parts of its rate would be too small for the call', async () => {
  const w = world();
  await w.store.split('team:a', 4, { day: 100 });
  const small = { ...scope('team:a', budget('day', 100)), tokens: TOKENS };
  admitted(await w.ledger.admit(asks('r1', 10, [small], { tokens: 250 })));
  assert.equal(w.store.policy('team:a').pools, 4);
  w.clock.time += 10_000;
  admitted(await w.ledger.admit(asks('r2', 10, [small], { tokens: 251 })));
  assert.equal(w.store.policy('team:a').pools, 1);
});

test('a scope is charged in one place where its rate has no part for each pool', async () => {
  const w = world();
  await w.store.split('team:a', 4, { day: 100 });
  const slow = {
    ...scope('team:a', budget('day', 100)),
    requests: { perMinute: 3, burst: 100, mode: enforce },
  };
  admitted(await w.ledger.admit(asks('r1', 10, [slow])));
  assert.equal(w.store.policy('team:a').pools, 1);
});
