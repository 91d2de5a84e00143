import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeExchange, type FakeRequest } from '../support/fake-exchange.ts';
import { CONFIG, chat, completion, testGateway } from '../support/gateway.ts';
import { type Script, ScriptedUpstream } from '../support/scripted-upstream.ts';

const json = { 'content-type': 'application/json' };
const body = JSON.stringify(completion('hello', 10, 50));
const answer: Script = { headers: json, pieces: [body] };
const busy: Script = { status: 503, headers: json, pieces: ['{"error":{"message":"busy"}}'] };

/** The gateway with its real ledger, under some limits. */
function limited(limits: string, ...scripts: readonly Script[]) {
  const upstream = new ScriptedUpstream(...(scripts.length === 0 ? [answer] : scripts));
  return { upstream, ...testGateway(upstream, `${CONFIG}\n${limits}`) };
}

const two = (more: object = {}) => chat({ model: 'two', max_tokens: 50, ...more });

/** An answer that comes when the test lets it. */
function held(): { readonly script: Script; readonly finish: () => void } {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  return { script: { headers: json, pieces: [() => promise] }, finish: () => resolve(Buffer.from(body)) };
}

describe('a rate of requests', () => {
  const rates = 'rates: [{ scope: account, requests_per_minute: 60, burst_requests: 3 }]';

  test('lets its burst pass, then one call a second, and says when', async () => {
    const { ask, time } = limited(rates);
    for (const left of ['2', '1', '0']) {
      const passed = await ask(chat());
      assert.equal(passed.status, 200);
      assert.equal(passed.answerHeaders['x-ratelimit-remaining-requests'], left);
    }
    const refused = await ask(chat());
    assert.equal(refused.status, 429);
    assert.equal(refused.answerHeaders['retry-after'], '1');
    assert.equal(refused.answerHeaders['x-should-retry'], undefined);
    time.now += Number(refused.answerHeaders['retry-after']) * 1000;
    assert.equal((await ask(chat())).status, 200);
    assert.equal((await ask(chat())).status, 429);
    time.now += 60_000;
    assert.equal((await ask(chat())).answerHeaders['x-ratelimit-remaining-requests'], '2');
  });

  test('a call that it refuses takes no money', async () => {
    const { ask, time } = limited(`${rates}\nbudgets: [{ scope: account, limit_usd: 1, window: day }]`);
    const left: number[] = [];
    for (let call = 0; call < 5; call += 1) {
      const { status, answerHeaders } = await ask(chat({ max_tokens: 10 }));
      if (status === 200) left.push(Number(answerHeaders['x-tollgate-budget-remaining-usd']));
      else time.now += 1000;
    }
    // Each served one cost $0.0031.
    assert.deepEqual(
      left.map((usd) => ((left[0] ?? 0) - usd).toFixed(4)),
      ['0.0000', '0.0031', '0.0062', '0.0093'],
    );
  });
});

describe('a rate of tokens', () => {
  const rates = 'rates: [{ scope: account, tokens_per_minute: 600, burst_tokens: 600 }]';

  test('takes what a call can use and gets back what it did not', async () => {
    const { ask } = limited(rates);
    const first = await ask(chat({ max_tokens: 100 }));
    const bound = 600 - Number(first.answerHeaders['x-ratelimit-remaining-tokens']);
    assert.ok(bound > 200, 'the bound of the input, and the cap');
    // The answer used 60 tokens.
    const second = await ask(chat({ max_tokens: 100 }));
    assert.equal(second.answerHeaders['x-ratelimit-remaining-tokens'], String(600 - 60 - bound));
  });

  test('names the max_tokens that fits, and it fits', async () => {
    const { ask } = limited(rates);
    const refused = await ask(chat({ max_tokens: 4000 }));
    assert.deepEqual([refused.status, refused.answerHeaders['x-should-retry']], [429, 'false']);
    const fits = refused.json.error?.tollgate?.['max_tokens_that_fits'];
    assert.equal((await ask(chat({ max_tokens: fits }))).status, 200);
  });
});

describe('a limit on parallel calls', () => {
  test('counts from admission to the last byte', async () => {
    const first = held();
    const { ask, gateway, time, upstream } = limited(
      'rates: [{ scope: account, parallel: 1 }]',
      first.script,
      answer,
    );
    const running = gateway.serve(new FakeExchange(chat()));
    const refused = await ask(chat());
    assert.equal(refused.status, 429);
    assert.match(refused.answerHeaders['retry-after'] ?? '', /^[1-5]$/);
    assert.equal(refused.json.error?.tollgate?.['of'], 'parallel');
    assert.equal(upstream.sent.length, 1);
    first.finish();
    await time.finish(running);
    assert.equal((await ask(chat())).status, 200);
    assert.equal((await ask(chat())).status, 200);
  });
});

describe('an observed limit', () => {
  test('refuses nobody, and the row and the answer name what would have', async () => {
    const { ask, rows } = limited(`
budgets: [{ scope: account, limit_usd: 0.02, window: week, mode: observe }]
rates: [{ scope: account, requests_per_minute: 6, burst_requests: 2, mode: observe }]
`);
    const told: (string | undefined)[] = [];
    for (let call = 0; call < 8; call += 1) {
      const passed = await ask(chat({ max_tokens: 50 }));
      assert.equal(passed.status, 200);
      told.push(passed.answerHeaders['x-tollgate-would-refuse']);
    }
    assert.deepEqual(told.slice(0, 3), [undefined, undefined, 'account requests']);
    assert.equal(told.at(-1), 'account week; account requests');
    assert.deepEqual(
      rows().map(({ would_refuse: would }) => would),
      told.map((names) => (names === undefined ? null : JSON.stringify(names.split('; ')))),
    );
  });

  test('is told by its soft limit with what is really used, also above the limit', async () => {
    const { ask } = limited(
      'budgets: [{ scope: account, limit_usd: 0.001, window: day, mode: observe, soft_usd: 0.0005 }]',
    );
    await ask(chat({ max_tokens: 5 }));
    const { answerHeaders } = await ask(chat({ max_tokens: 5 }));
    const used = /: \$([0-9.]+) of \$0\.001 spent or held/.exec(answerHeaders['x-tollgate-warnings'] ?? '');
    assert.ok(Number(used?.[1]) > 0.0031 + 0.0003, answerHeaders['x-tollgate-warnings']);
  });
});

describe('a soft limit', () => {
  test('warns above it and lets pass', async () => {
    const { ask } = limited('budgets: [{ scope: account, limit_usd: 1, window: day, soft_usd: 0.005 }]');
    const warnings: boolean[] = [];
    for (let call = 0; call < 3; call += 1) {
      const passed = await ask(chat({ max_tokens: 10 }));
      assert.equal(passed.status, 200);
      warnings.push(
        (passed.answerHeaders['x-tollgate-warnings'] ?? '').includes('above its soft limit of $0.005'),
      );
    }
    assert.deepEqual(warnings, [false, true, true]);
  });
});

describe('limits of providers', () => {
  test('a provider without money is passed over, and without any left the call is refused', async () => {
    const { ask } = limited(`
budgets:
  - { scope: 'provider:one', limit_usd: 0.008, window: day }
  - { scope: 'provider:two', limit_usd: 0.008, window: day }
`);
    const served: (string | undefined)[] = [];
    for (let call = 0; call < 6; call += 1) {
      served.push((await ask(two({ max_tokens: 20 }))).answerHeaders['x-tollgate-target']);
    }
    assert.deepEqual(served, ['one/first', 'one/first', 'two/second', 'two/second', undefined, undefined]);
  });

  test('a call takes nothing from the rates of a provider that it was not sent to', async () => {
    const { ask, upstream } = limited(`
rates:
  - { scope: 'provider:two', requests_per_minute: 60, burst_requests: 2, tokens_per_minute: 600, burst_tokens: 600 }
`);
    for (let call = 0; call < 5; call += 1) {
      const passed = await ask(two());
      assert.equal(passed.answerHeaders['x-tollgate-target'], 'one/first');
      assert.equal(passed.answerHeaders['x-tollgate-warnings'], undefined, 'the further provider has room');
      assert.equal(passed.answerHeaders['x-ratelimit-remaining-requests'], '1');
    }
    assert.equal(upstream.sent.length, 5);
  });

  test('a call that went there in the end takes its part of both', async () => {
    const { ask } = limited(
      "rates: [{ scope: 'provider:two', requests_per_minute: 60, burst_requests: 2 }]",
      busy,
      answer,
      busy,
      answer,
      busy,
    );
    assert.equal((await ask(two())).answerHeaders['x-tollgate-target'], 'two/second');
    assert.equal((await ask(two())).answerHeaders['x-tollgate-target'], 'two/second');
    const last = await ask(two());
    assert.equal(last.json.error?.code, 'upstream_unavailable');
    assert.match(
      last.answerHeaders['x-tollgate-warnings'] ?? '',
      /rate of provider:two .* provider passed over/,
    );
  });
});

describe('what stops a call between its attempts', () => {
  test('leaves nothing held, and one row with what was tried', async () => {
    const { ask, book, upstream, rows } = limited(
      'budgets: [{ scope: account, limit_usd: 0.02, window: day }]',
      busy,
      answer,
    );
    upstream.onSend = () => book.stop('provider', 'two');
    const failed: FakeRequest = two({ max_tokens: 50 });
    assert.equal((await ask(failed)).json.error?.code, 'upstream_unavailable');
    assert.equal(upstream.sent.length, 1);
    const [row] = rows();
    assert.equal(row?.cost_nano_usd, 0n);
    // All of the limit is free again, so calls of more than half of it pass one after the other.
    upstream.onSend = undefined;
    book.stops.length = 0;
    const after = await ask(chat({ max_tokens: 200 }));
    assert.equal(after.status, 200);
    assert.equal(after.answerHeaders['x-tollgate-budget-limit-usd'], '0.02');
  });
});
