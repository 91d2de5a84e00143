import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { openSqliteLedger } from '../../lambda/adapters/local/sqlite-store.ts';
import { systemClock } from '../../lambda/adapters/node/clock.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import type { LedgerStore } from '../../lambda/ports/ledger-store.ts';
import { addUp, type Books, booksOf, checkAtRest } from '../support/ledger-books.ts';
import { stampede } from '../support/ledger-stampede.ts';
import { budget, scope } from '../support/ledger-world.ts';
import { auditRows, scratch, startGateway } from '../support/local-gateway.ts';
import { LossyStore } from '../support/lossy-store.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { CountingIds, Dice } from '../support/virtual-clock.ts';

const REQUESTS = 1_000;
const ROOM = 100;

/** 100 words at 10 dollars per million tokens, input free: each call is bound by, and costs, a tenth of a cent. */
const ASK = {
  model: 'words',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'hi' }],
};
const BOUND = 1_000_000n;
const MODELS = `
providers: { sandbox: { type: sandbox } }
models:
  words:
    targets: [{ provider: sandbox, model: sandbox-delay-500-long-100-fast }]
    price: { input: 0, output: 10 }
callers: [{ key: { env: KEY }, team: search, app: web }]
`;
const LIMIT = '{ scope: account, limit_usd: 0.1, window: total }';
const FURTHER = "{ scope: 'app:search/web', limit_usd: 0.1, window: day }";
const WIDE = '{ scope: team:search, limit_usd: 50, window: month }';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

for (const [name, budgets, scopes] of [
  ['one limiting scope', [LIMIT, WIDE], ['account', 'team:search']],
  ['two limiting scopes', [LIMIT, WIDE, FURTHER], ['account', 'team:search', 'app:search/web']],
] as const) {
  test(`of 1,000 requests at once through HTTP with room for exactly 100, 100 are served: ${name}`, async () => {
    const gateway = await startGateway({
      yaml: `${MODELS}budgets: [${budgets.join(', ')}]`,
      env: { KEY: 'key' },
    });
    const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
    const answers = await Promise.all(Array.from({ length: REQUESTS }, () => ask(gateway.url, agent)));
    const late = await ask(gateway.url, agent);
    agent.destroy();
    assert.equal(await gateway.end('SIGINT'), 0, gateway.output());

    const served = answers.filter(({ status }) => status === 200);
    assert.equal(served.length, ROOM);
    for (const { headers } of served) assert.equal(headers['x-tollgate-cost-usd'], '0.001');
    // A machine that is too slow for all of them in two seconds says 503 to the rest, which admits nobody either.
    const refusals = answers.filter(({ status }) => status !== 200 && status !== 503);
    assert.ok(refusals.length > 0);
    for (const answer of refusals) checkRefusal(answer, scopes);
    checkRefusal(late, scopes);
    assert.equal(errorOf(late)['code'], 'budget_exceeded', 'when nothing runs any more, it is spent');

    const books = booksOf(gateway.data);
    checkAtRest(books);
    assert.deepEqual([...books.counters.keys()].sort(), [...scopes].sort());
    for (const { used } of books.counters.values()) assert.equal(used, BigInt(ROOM) * BOUND);
    const rows = auditRows(gateway.data);
    const cost = rows.reduce((sum, row) => sum + Number(row['cost_nano_usd']), 0);
    assert.equal(cost, ROOM * Number(BOUND), 'the rows say the same');
    const refused = rows.filter((row) => row['outcome'] === 'refused');
    assert.equal(
      refused.reduce((sum, row) => sum + Number(row['count']), 0),
      REQUESTS - ROOM + 1,
      'every refusal is counted in a row',
    );
  });
}

const wide = scope('app:a/b', budget('total', 1_000_000));
const team = scope('team:a', budget('day', 1_000));
const user = scope('user:u', budget('month', 1_000));

for (const [kind, open] of [
  ['memory', inMemory],
  ['SQLite', onDisk],
] as const) {
  for (const [name, scopes] of [
    ['one limiting scope', [wide, team]],
    ['two limiting scopes', [team, wide, user]],
  ] as const) {
    for (const share of [0, 0.1]) {
      test(`1,000 admissions at once on ${kind}, ${share * 100} % of the answers lost: ${name}`, async () => {
        const { store, close } = open();
        let books: Books | undefined;
        try {
          const dice = new Dice(1);
          const lossy = new LossyStore(store, dice, share);
          const ledger = createLedger({
            store: lossy,
            clock: systemClock,
            ids: new CountingIds(),
            random: dice,
            environment: 'env',
            admitMs: 30_000,
            longestRequestMs: 600_000,
          });
          const running = Promise.withResolvers<void>();
          // Calls end only when all were answered, so that refusals find the room held.
          const counted = await stampede({
            ledgers: [ledger],
            scopes,
            requests: REQUESTS,
            cost: 10,
            answered: (count) => count === REQUESTS && running.resolve(),
            call: () => running.promise,
          });
          await ledger.close();
          const { admitted, refused, unavailable } = counted;
          assert.deepEqual(
            { admitted, refused, unavailable },
            { admitted: 100, refused: 900, unavailable: 0 },
          );
          for (const refusal of counted.refusals) assert.equal(refusal.kind, 'held', 'calls hold all of it');
          assert.ok(lossy.lost > 50 || share === 0, `${lossy.lost} answers lost`);
        } finally {
          books = close();
        }
        checkAtRest(books);
        for (const each of scopes) assert.equal(books.counters.get(each.scope)?.used, 1_000n);
      });
    }
  }
}

test('a rate of which each call takes less than a write lasts refuses none of 300 at once', async () => {
  const { store, close } = onDisk();
  const rate = { perMinute: 600_000, burst: 600_000, mode: 'enforce' } as const;
  const fast = { scope: 'team:a', budgets: [], requests: rate, tokens: { ...rate, perMinute: 60_000_000 } };
  try {
    const ledger = createLedger({
      store,
      clock: systemClock,
      ids: new CountingIds(),
      random: new Dice(1),
      environment: 'env',
      admitMs: 2_000,
      longestRequestMs: 600_000,
    });
    const counted = await stampede({
      ledgers: [ledger],
      scopes: [fast],
      requests: 300,
      cost: 10,
      tokens: 250,
    });
    await ledger.close();
    assert.deepEqual(
      { ...counted, refusals: [] },
      { admitted: 300, refused: 0, unavailable: 0, refusals: [] },
    );
  } finally {
    close();
  }
});

function checkRefusal({ status, headers, body }: Answer, scopes: readonly string[]): void {
  assert.equal(status, 429);
  const error = errorOf({ status, headers, body });
  const held = error['code'] === 'budget_held';
  assert.ok(held || error['code'] === 'budget_exceeded', JSON.stringify(body));
  const figures = error['tollgate'] as Readonly<Record<string, unknown>>;
  const { scope: named, limit_usd: limit, spent_usd: spent, held_usd: holding } = figures;
  assert.ok(scopes.includes(String(named)) && named !== 'team:search', `${named} is full`);
  assert.equal(Number(limit), 0.1);
  assert.equal(Math.round((Number(spent) + Number(holding)) * 1e9), 100_000_000, JSON.stringify(body));
  if (held) assert.match(String(headers['retry-after']), /^[1-5]$/);
  else assert.deepEqual([headers['x-should-retry'], headers['retry-after']], ['false', undefined]);
}

function errorOf({ body }: Answer): Readonly<Record<string, unknown>> {
  return body['error'] as Readonly<Record<string, unknown>>;
}

function ask(url: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}/v1/chat/completions`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
    });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: JSON.parse(text) as Record<string, unknown>,
        }),
      );
    });
    call.end(JSON.stringify(ASK));
  });
}

interface Opened {
  readonly store: LedgerStore;
  /** Ends the store and tells what it held. */
  readonly close: () => Books;
}

function inMemory(): Opened {
  const store = new MemoryStore();
  return { store, close: () => addUp([...store.items.values()]) };
}

function onDisk(): Opened {
  const folder = scratch();
  const sqlite = openSqliteLedger(folder);
  return {
    store: sqlite.store,
    close() {
      sqlite.close();
      return booksOf(folder);
    },
  };
}
