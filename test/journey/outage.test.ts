import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowOf } from '../../lambda/core/audit/entry.ts';
import type { EntryFacts } from '../../lambda/core/audit/facts.ts';
import { rowJson } from '../../lambda/core/audit/row.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import type { Ledger } from '../../lambda/ledger/ledger.ts';
import { withAllowance } from '../../lambda/ledger/outage/allowance.ts';
import { guardStore } from '../../lambda/ledger/outage/breaker.ts';
import { FakeExchange } from '../support/fake-exchange.ts';
import { CONFIG, chat, completion, testGateway } from '../support/gateway.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { SwitchedStore } from '../support/switched-store.ts';
import { virtualClock } from '../support/virtual-clock.ts';

/** What one answer of the upstream costs: 10 tokens in at $10 and 50 out at $60 a million. */
const COST = 3_100_000n;

const budgeted = (allowance: string | undefined) => `${CONFIG}
budgets:
  - scope: account
    limit_usd: 1
    window: day${allowance === undefined ? '' : `\n    on_ledger_down: { allow_usd: ${allowance} }`}
`;

/** A gateway over a store that can be switched off, with the ledger as the composition roots build it. */
function outageGateway(allowance?: string) {
  const store = new SwitchedStore();
  const direct: EntryFacts[] = [];
  const made: { ledger: Ledger | undefined } = { ledger: undefined };
  const upstream = new ScriptedUpstream({
    headers: { 'content-type': 'application/json' },
    pieces: [JSON.stringify(completion('hello', 10, 50))],
  });
  const gateway = testGateway(upstream, budgeted(allowance), store, {}, (deps) => {
    const inner = createLedger({ ...deps, store: guardStore(deps.store, deps) });
    made.ledger = withAllowance(inner, { ...deps, rowsAway: async (entry) => void direct.push(entry) });
    return made.ledger;
  });
  store.time = gateway.time;
  return {
    ...gateway,
    store,
    direct,
    upstream,
    /** Asks, and tells after how many milliseconds the caller was answered and the request was over. */
    async timed() {
      const before = gateway.time.elapsed();
      let waited = 0;
      const exchange = new FakeExchange(chat({ max_tokens: 50 }));
      exchange.onWrite = () => {
        waited = gateway.time.elapsed() - before;
      };
      await gateway.ask(exchange);
      const over = gateway.time.elapsed() - before;
      return { status: exchange.status, headers: exchange.answerHeaders, waited, over };
    },
    pass: (ms: number) => gateway.time.finish(virtualClock(gateway.time).sleep(ms)),
    async close() {
      await gateway.gateway.drain();
      await gateway.time.finish(made.ledger?.close() ?? Promise.resolve());
    },
    /** What the next process or the sweeper does. */
    reapAll: () =>
      gateway.time.finish(
        made.ledger?.reap(Number.MAX_SAFE_INTEGER) ?? Promise.resolve({ journals: 0, abandoned: 0 }),
      ),
    /** Distinct rows, those of the ledger and those that went their own way, by request. */
    audit() {
      const all = [...gateway.rows(), ...direct.map((entry) => rowOf(entry))];
      const byRequest = Map.groupBy(all, (row) => row.request_id);
      for (const [request, copies] of byRequest) {
        assert.equal(new Set(copies.map(rowJson)).size, 1, `the copies of ${request} are the same`);
      }
      return [...byRequest.values()].flatMap(([row]) => (row === undefined ? [] : [row]));
    },
    counter: () => store.items.get('S#account\nC'),
  };
}

test('without an allowance a call is refused while the ledger is away, soon and with retry-after, and never made', async () => {
  for (const mode of ['down', 'hanging', 'mute'] as const) {
    const world = outageGateway();
    assert.equal((await world.timed()).status, 200);
    world.store.mode = mode;
    const waits: number[] = [];
    for (let call = 0; call < 12; call++) {
      const { status, headers, waited, over } = await world.timed();
      assert.equal(status, 503);
      assert.equal(headers['retry-after'], '2');
      assert.ok(over - waited <= 100, 'the row keeps nobody');
      waits.push(waited);
    }
    // A store that hangs costs the first call two deadlines, its write's and its tombstone's.
    assert.ok(Math.max(...waits) <= 5_100, `${mode}: ${waits}`);
    const slow = waits.slice(4).filter((wait) => wait > 1_000);
    assert.ok(slow.length <= 1, `${mode}, once it is known, but for the one that looks: ${waits}`);
    assert.equal(world.upstream.sent.length, 1);
  }
});

test('every refusal of an outage has its row', async () => {
  const world = outageGateway();
  world.store.mode = 'down';
  for (let call = 0; call < 5; call++) await world.timed();
  world.store.mode = 'up';
  await world.pass(60_000);
  assert.equal((await world.timed()).status, 200);
  const rows = world.audit();
  assert.deepEqual(
    rows.map(({ error_code }) => error_code).sort(),
    [...Array(5).fill('ledger_unavailable'), null].sort(),
  );
});

test('with an allowance calls pass until it is used up, and are charged once when the ledger is back', async () => {
  // A call holds about $0.0093 and costs $0.0031.
  const world = outageGateway('0.02');
  assert.equal((await world.timed()).status, 200);
  world.store.mode = 'down';
  const statuses: (number | undefined)[] = [];
  for (let call = 0; call < 8; call++) {
    statuses.push((await world.timed()).status);
    await world.pass(1_000);
  }
  const passed = statuses.filter((status) => status === 200).length;
  assert.ok(passed >= 2 && BigInt(passed) * COST <= 20_000_000n, `${passed} calls passed`);
  assert.deepEqual(statuses, [...Array(passed).fill(200), ...Array(8 - passed).fill(503)]);
  assert.equal(world.audit().filter(({ overrun }) => overrun).length, passed, 'their rows are there already');

  world.store.mode = 'up';
  await world.pass(20_000);
  assert.equal((await world.timed()).status, 200);
  await world.pass(10_000);
  const rows = world.audit();
  assert.equal(rows.length, 10);
  assert.equal(world.counter()?.['tu'], BigInt(passed + 2) * COST);
  assert.equal(world.counter()?.['s'], BigInt(passed + 2) * COST);
  assert.equal(
    rows.reduce((sum, row) => sum + row.cost_nano_usd, 0n),
    BigInt(passed + 2) * COST,
  );
  const charged = world.rows().filter((row) => row.overrun);
  assert.equal(charged.length, passed);
  for (const row of charged) assert.deepEqual([row.held_nano_usd, row.outcome], [0n, 'ok']);
  const said = world.events.flatMap((event) => (event.type === 'warning' ? [event.what] : []));
  assert.equal(said.filter((what) => what === 'ledger_allowance').length, 1);
});

test('a call that was admitted before the outage is settled at its own cost after it', async () => {
  const world = outageGateway();
  await world.timed();
  world.upstream.onSend = () => {
    world.store.mode = 'down';
  };
  assert.equal((await world.timed()).status, 200);
  world.store.mode = 'up';
  await world.pass(20_000);
  assert.equal(world.audit().length, 2);
  assert.equal(world.counter()?.['tu'], 2n * COST, 'nothing of the hold is left');
});

test('a settlement that is under way when the ledger comes back gets through', async () => {
  const world = outageGateway();
  await world.timed();
  world.upstream.onSend = () => {
    world.store.mode = 'down';
    world.time.schedule(4_000, () => {
      world.store.mode = 'up';
    });
  };
  assert.equal((await world.timed()).status, 200);
  assert.equal(world.audit().length, 2, 'settled by the request itself');
  assert.ok(!world.events.some((event) => event.type === 'warning' && event.what === 'ledger_unsettled'));
});

test('a slow store makes calls slow and keeps none: each ends, and the sums are right', async () => {
  const world = outageGateway();
  world.store.mode = 900;
  const waits: number[] = [];
  for (let call = 0; call < 3; call++) {
    const { status, waited } = await world.timed();
    assert.equal(status, 200);
    waits.push(waited);
  }
  assert.ok(Math.max(...waits) <= 10_000);
  assert.equal(world.counter()?.['tu'], 3n * COST);
  assert.equal(world.audit().length, 3);
});

test('a process that ends while the ledger is back leaves nothing uncharged', async () => {
  const world = outageGateway('0.05');
  await world.timed();
  world.store.mode = 'down';
  for (let call = 0; call < 3; call++) assert.equal((await world.timed()).status, 200);
  world.store.mode = 'up';
  await world.pass(2_000);
  await world.close();
  assert.equal(world.counter()?.['tu'], 4n * COST);
  assert.equal(world.audit().length, 4);
});

test('whatever answers are lost, in an outage or when it ends, what passed on allowance is charged exactly once', async () => {
  for (const mode of ['mute', 'hanging'] as const) {
    const world = outageGateway('0.05');
    await world.timed();
    world.store.mode = mode;
    const statuses: (number | undefined)[] = [];
    for (let call = 0; call < 12; call++) statuses.push((await world.timed()).status);
    // Back for a moment, and away again while what was spent is charged.
    for (let turn = 0; turn < 4; turn++) {
      world.store.mode = 'up';
      await world.pass(1_500);
      world.store.mode = mode;
      await world.pass(7_000);
    }
    world.store.mode = 'up';
    await world.pass(60_000);
    await world.timed();
    await world.close();
    await world.reapAll();
    const passed = statuses.filter((status) => status === 200).length;
    assert.ok(passed > 2, 'some passed');
    const entries = [...world.store.items.values()].filter((item) => item['st'] === 'F');
    const posted = entries.filter((item) => item['by'] === 'posted');
    assert.deepEqual(new Set(posted.map((item) => item['rid'])).size, passed);
    assert.equal(posted.length, passed);
    for (const item of posted) assert.ok(!entries.some((one) => one !== item && one['rid'] === item['rid']));
    const costs = entries.reduce((sum, item) => sum + BigInt(String(item['a'])), 0n);
    assert.deepEqual([world.counter()?.['tu'], world.counter()?.['s']], [costs, costs]);
  }
});
