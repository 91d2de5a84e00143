import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toNano } from '../../lambda/core/money.ts';
import type { FakeRequest } from '../support/fake-exchange.ts';
import { type Answer, admitting, FakeLedger, refusingBudget, refusingRate } from '../support/fake-ledger.ts';
import {
  CONFIG,
  chat,
  completion,
  DONE,
  delta,
  START,
  sse,
  testGateway,
  usageChunk,
} from '../support/gateway.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const json = { 'content-type': 'application/json' };
const answering = () =>
  new ScriptedUpstream({ headers: json, pieces: [JSON.stringify(completion('hello', 10, 50))] });
const busy = { status: 503, headers: json, pieces: ['{"error":{"message":"busy"}}'] };
const silent = { failure: { reason: 'timeout', sent: true, detail: 'silent' } } as const;
const told = { headers: json, pieces: [JSON.stringify(completion('hello', 10, 50))] };

const TEAM = `${CONFIG}
callers: [{ key: { env: WEB_KEY }, team: search, app: web }]
`;
const env = { WEB_KEY: 'web' };

function faked(answers: readonly Answer[], yaml = CONFIG, upstream = answering()) {
  const ledger = new FakeLedger(...answers);
  return { ledger, upstream, ...testGateway(upstream, yaml, undefined, env, ledger) };
}

/** A request of the team that the config maps a key to. */
function web(body: object = {}): FakeRequest {
  return { ...chat(body), claim: { kind: 'bearer', key: 'web' } };
}

function message(body: object = {}): FakeRequest {
  return {
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { model: 'm', max_tokens: 50, messages: [{ role: 'user', content: 'Say hello.' }], ...body },
  };
}

describe('what a call asks the ledger for', () => {
  const scope = (limit: object) => JSON.stringify({ scope: 'account', ...limit });

  test('tokens are the most that the call can use, over all answers that it asks for', async () => {
    const { ask, ledger } = faked([], `${CONFIG}\nrates: [${scope({ tokens_per_minute: 1000 })}]`);
    await ask(chat({ max_tokens: 50 }));
    await ask(chat({ max_tokens: 50, n: 3 }));
    const [one, three] = ledger.asked.map(({ tokens }) => tokens);
    assert.ok((one ?? 0) > 50 + 100);
    // Two more answers, and the bytes of `n` in the body.
    assert.equal((three ?? 0) - (one ?? 0), 100 + ',"n":3'.length);
  });

  test('a cap is asked for, and set, where only a rate of tokens applies', async () => {
    const yaml = `${CONFIG}\nrates: [${scope({ tokens_per_minute: 1000 })}]`;
    const refused = await faked([], yaml).ask(chat({ model: 'free' }));
    assert.equal(refused.status, 400);
    assert.equal(refused.json.error?.param, 'max_tokens');
    assert.match(refused.json.error?.message ?? '', /a rate of tokens applies/);
    const { ask, upstream } = faked([], yaml);
    assert.equal((await ask(chat())).status, 200);
    assert.equal(JSON.parse(upstream.sent[0]?.body ?? '').max_tokens, 4096);
  });

  test('an unpriced model is served under rates alone, and nothing is held for it', async () => {
    const { ask, ledger } = faked([], `${CONFIG}\nrates: [${scope({ requests_per_minute: 10 })}]`);
    assert.equal((await ask(chat({ model: 'free' }))).status, 200);
    assert.equal(ledger.asked[0]?.estimate, 0n);
  });

  test('what an enforced limit would refuse passes an observed one, and the caller is told', async () => {
    const budget = `${CONFIG}\nbudgets: [${scope({ limit_usd: 1, window: 'day', mode: 'observe' })}]`;
    for (const [body, why] of [
      [{ model: 'free', max_tokens: 5 }, /has no price/],
      [{ service_tier: 'priority' }, /`service_tier` may add to the cost/],
    ] as const) {
      const answer = await faked([], budget).ask(chat(body));
      assert.equal(answer.status, 200);
      assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', /an enforced budget would refuse this/);
      assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', why);
    }
    const rate = `${CONFIG}\nrates: [${scope({ tokens_per_minute: 9, mode: 'observe' })}]`;
    const answer = await faked([], rate).ask(chat({ model: 'free' }));
    assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', /an enforced rate would refuse this/);
  });

  test('a count of tokens is one request: no money, no tokens, no parallel call', async () => {
    const yaml = `${CONFIG}
budgets: [{ scope: account, limit_usd: 1, window: day }, { scope: 'provider:one', limit_usd: 1, window: day }]
rates:
  - { scope: account, requests_per_minute: 10, tokens_per_minute: 10, parallel: 1 }
  - { scope: 'user:*', tokens_per_minute: 10 }
`;
    const { ask, ledger } = faked([], yaml);
    const body = { model: 'free', messages: [{ role: 'user', content: 'Say hello.' }] };
    const answer = await ask({ ...message(), path: '/v1/messages/count_tokens', body });
    assert.equal(answer.status, 200);
    const [asked] = ledger.asked;
    assert.deepEqual(
      asked?.scopes.map((each) => Object.keys(each)),
      [['scope', 'budgets', 'requests']],
    );
    assert.deepEqual([asked?.estimate, asked?.tokens, asked?.own?.size], [0n, 0, 0]);
  });

  test('the limits of the model and of each provider that may be called take part, each with its own hold', async () => {
    const yaml = `${CONFIG}
  three:
    targets: [{ provider: one, model: a }, { provider: one, model: b }, { provider: two, model: c }]
    price: { input: 1, output: 1 }
budgets:
  - { scope: 'model:*', limit_usd: 1, window: day }
  - { scope: 'provider:*', limit_usd: 1, window: day }
`;
    const { ask, ledger } = faked([], yaml);
    await ask(chat({ model: 'two', max_tokens: 50 }));
    const [asked] = ledger.asked;
    assert.deepEqual(
      asked?.scopes.map((each) => each.scope),
      ['model:two', 'provider:one', 'provider:two'],
    );
    assert.deepEqual(
      [...(asked?.own ?? [])],
      [
        ['provider:one', asked?.estimate],
        ['provider:two', asked?.estimate],
      ],
    );
    // Only two attempts are allowed, so the third target's provider takes no part.
    const short = faked([], `${yaml}limits: { attempts: 2 }\n`);
    await short.ask(chat({ model: 'three', max_tokens: 50 }));
    assert.deepEqual([...(short.ledger.asked[0]?.own?.keys() ?? [])], ['provider:one']);
  });
});

describe('a newer config', () => {
  const behind: Answer = () => ({ type: 'behind', number: 7 });

  test('is read before the request is planned anew, with its own limits and number', async () => {
    const { ask, ledger, book } = faked([behind, admitting()]);
    book.onRefresh = () => {
      if (book.refreshed.at(-1) === undefined) return;
      const budgets = [{ scope: 'account', limit_usd: '1', window: 'day' as const }];
      book.next = { number: 7, limits: { budgets } };
    };
    const answer = await ask(chat());
    assert.equal(answer.status, 200);
    assert.deepEqual(book.refreshed, [undefined, 7]);
    assert.deepEqual(
      ledger.asked.map(({ number, scopes }) => [number, scopes.length]),
      [
        [1, 0],
        [7, 1],
      ],
    );
    // The budget is new, so the answer has a cap that the first plan did not need.
    assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', /max_tokens set to 4096/);
  });

  test('may refuse what the older one let through', async () => {
    const { ask, book, upstream } = faked([behind]);
    book.onRefresh = () => {
      if (book.refreshed.at(-1) !== undefined)
        book.next = { number: 7, limits: { budgets: [{ scope: 'account', limit_usd: '1', window: 'day' }] } };
    };
    const refused = await ask(chat({ model: 'free' }));
    assert.equal(refused.json.error?.code, 'model_unpriced');
    assert.equal(upstream.sent.length, 0);
  });

  test('that cannot be read makes the ledger unavailable, after three readings', async () => {
    const { ask, book } = faked([behind]);
    const refused = await ask(chat());
    assert.deepEqual([refused.status, refused.json.error?.code], [503, 'ledger_unavailable']);
    assert.deepEqual(book.refreshed, [undefined, 7, 7, 7]);
  });
});

describe('rates', () => {
  test('a refusal says what was needed and when there is room, in the words of both families', async () => {
    const { ask, ledger } = faked([refusingRate()]);
    const refused = await ask(chat());
    assert.equal(refused.status, 429);
    assert.equal(refused.answerHeaders['retry-after'], '2');
    assert.equal(refused.answerHeaders['x-should-retry'], undefined);
    assert.equal(refused.answerHeaders['x-ratelimit-limit-requests'], '60');
    assert.equal(refused.answerHeaders['x-ratelimit-remaining-requests'], '0');
    const { error } = refused.json;
    assert.deepEqual([error?.type, error?.code], ['rate_limit_error', 'rate_limit_exceeded']);
    assert.equal(
      error?.message,
      'The rate of team:search (60 requests a minute) has no room for this call. Try again in 2 s',
    );
    assert.deepEqual(error?.tollgate, {
      scope: 'team:search',
      limit: 60,
      of: 'requests',
      reason: 'exceeded',
      needed: 1,
      burst: 10,
    });
    assert.equal(ledger.recorded[0]?.outcome, 'refused');

    const other = await ask(message());
    assert.equal(other.answerHeaders['anthropic-ratelimit-requests-limit'], '60');
    assert.equal(other.answerHeaders['anthropic-ratelimit-requests-remaining'], '0');
    assert.equal(other.answerHeaders['retry-after'], '2');
    assert.match(other.text, /"type":"rate_limit_error".*"error_code":"rate_limit_exceeded"/);
  });

  test('there is always a second to wait, and for parallel calls up to five', async () => {
    const soon = await faked([refusingRate({ waitMs: 3 })]).ask(chat());
    assert.equal(soon.answerHeaders['retry-after'], '1');
    const waits = new Set<number>();
    const { ask } = faked([refusingRate({ of: 'parallel', limit: 2, burst: 2, waitMs: 90_000 })]);
    for (let call = 0; call < 40; call += 1)
      waits.add(Number((await ask(chat())).answerHeaders['retry-after']));
    assert.deepEqual([...waits].sort(), [1, 2, 3, 4, 5]);
  });

  test('a call that never fits is told the max_tokens that would, and not to try again', async () => {
    const burst = 400;
    const { ask, ledger } = faked([
      ({ tokens, ...request }) =>
        tokens > burst
          ? refusingRate({ kind: 'never_fits', of: 'tokens', limit: 1000, needed: tokens, burst, waitMs: 0 })(
              {
                tokens,
                ...request,
              },
            )
          : admitting()({ tokens, ...request }),
    ]);
    const refused = await ask(chat({ max_tokens: 4000 }));
    assert.equal(refused.answerHeaders['x-should-retry'], 'false');
    assert.equal(refused.answerHeaders['retry-after'], undefined);
    assert.equal(refused.answerHeaders['x-ratelimit-limit-tokens'], '1000');
    const fits = Number(refused.json.error?.tollgate?.['max_tokens_that_fits']);
    assert.match(
      refused.json.error?.message ?? '',
      new RegExp(`The largest max_tokens that it allows is ${fits}\\.`),
    );
    assert.equal((await ask(chat({ max_tokens: fits }))).status, 200);
    // The figure itself may be a digit shorter than the one that was refused.
    assert.ok([burst - 1, burst].includes(ledger.asked.at(-1)?.tokens ?? 0));
  });

  test('an answer tells how fast may be called, in the headers of the caller’s family', async () => {
    const view = {
      requests: { scope: 'team:search', limit: 60, remaining: 9, resetMs: 361_000 },
      tokens: { scope: 'account', limit: 1000, remaining: 120.7, resetMs: 120 },
    };
    const { ask } = faked([admitting(view)]);
    const { answerHeaders } = await ask(chat());
    assert.deepEqual(
      Object.entries(answerHeaders).filter(([name]) => name.startsWith('x-ratelimit-')),
      [
        ['x-ratelimit-limit-requests', '60'],
        ['x-ratelimit-remaining-requests', '9'],
        ['x-ratelimit-reset-requests', '6m1s'],
        ['x-ratelimit-limit-tokens', '1000'],
        ['x-ratelimit-remaining-tokens', '120'],
        ['x-ratelimit-reset-tokens', '120ms'],
      ],
    );
    const messages = (await ask(message())).answerHeaders;
    assert.equal(messages['x-ratelimit-limit-requests'], undefined);
    assert.equal(messages['anthropic-ratelimit-requests-limit'], '60');
    assert.equal(
      messages['anthropic-ratelimit-requests-reset'],
      new Date(START + 361_000).toISOString().replace('.000', ''),
    );
    assert.equal(messages['anthropic-ratelimit-tokens-remaining'], '120');
  });

  test('a passed soft limit and an observed one are told, and neither refuses', async () => {
    const yaml = `${CONFIG}\nbudgets: [{ scope: account, limit_usd: 10, window: day, soft_usd: 8 }]\n`;
    const passed = {
      scope: 'account',
      budgetId: 'day',
      limit: toNano(10_000_000_000n),
      used: toNano(8_500_000_000n),
      remaining: toNano(1_500_000_000n),
      resetsAt: undefined,
    };
    const { ask } = faked([admitting({ soft: [passed] }, ['account tokens', 'team:search day'])], yaml);
    const answer = await ask(chat({ max_tokens: 5 }));
    assert.equal(
      answer.answerHeaders['x-tollgate-warnings'],
      'the day budget of account is above its soft limit of $8: $8.5 of $10 spent or held',
    );
    assert.equal(answer.answerHeaders['x-tollgate-would-refuse'], 'account tokens; team:search day');
  });

  test('tokens that were used are given back the difference; what nobody knows is not', async () => {
    const used = faked([]);
    await used.ask(chat());
    assert.equal(used.ledger.settled[0]?.tokens, 60);
    const unused = faked([], CONFIG, new ScriptedUpstream(busy));
    await unused.ask(chat());
    assert.equal(unused.ledger.settled[0]?.tokens, 0);
    const unknown = faked([], CONFIG, new ScriptedUpstream(silent));
    await unknown.ask(chat());
    assert.equal('tokens' in (unknown.ledger.settled[0] ?? {}), false);
  });
});

describe('limits of providers', () => {
  const yaml = `${CONFIG}\nbudgets: [{ scope: 'provider:*', limit_usd: 1, window: day }]\n`;

  test('a provider without room is passed over for the next one, and the caller is told', async () => {
    const { ask, ledger, upstream } = faked([refusingBudget({ scope: 'provider:one' }), admitting()], yaml);
    const answer = await ask(chat({ model: 'two', max_tokens: 50 }));
    assert.equal(answer.status, 200);
    assert.equal(answer.answerHeaders['x-tollgate-target'], 'two/second');
    assert.equal(
      answer.answerHeaders['x-tollgate-warnings'],
      'the day budget of provider:one has no room: provider passed over',
    );
    assert.deepEqual([...(ledger.asked[1]?.own?.keys() ?? [])], ['provider:two']);
    assert.deepEqual([...(ledger.settled[0]?.own ?? [])], [['provider:two', 3_100_000n]]);
    assert.equal(upstream.sent.length, 1);
  });

  test('without room anywhere the refusal is told that ends first', async () => {
    const spent = refusingBudget({ scope: 'provider:one' });
    const { ask, ledger } = faked([spent, refusingRate({ scope: 'provider:two', waitMs: 3000 })], yaml);
    const refused = await ask(chat({ model: 'two', max_tokens: 50 }));
    assert.equal(refused.json.error?.code, 'rate_limit_exceeded');
    assert.equal(refused.answerHeaders['retry-after'], '3');
    assert.equal(ledger.asked.length, 2);

    const other = faked([refusingRate({ scope: 'provider:one', waitMs: 3000 }), refusingBudget()], yaml);
    const final = await other.ask(chat({ model: 'two', max_tokens: 50 }));
    assert.equal(
      final.json.error?.code,
      'budget_exceeded',
      'what binds the caller anyhow is what it is told',
    );
  });

  test('a further attempt holds more at its own provider, and each provider bears its own cost', async () => {
    const twice = yaml.replace(
      '{ provider: two, model: second }',
      '{ provider: one, model: second }, { provider: two, model: third }',
    );
    const { ask, ledger } = faked([], twice, new ScriptedUpstream(silent, silent, told));
    const answer = await ask(chat({ model: 'two', max_tokens: 50 }));
    assert.equal(answer.status, 200);
    const bound = ledger.asked[0]?.estimate ?? 0n;
    assert.deepEqual(
      ledger.toppedUp.map(({ extra, own }) => [extra, ...(own?.entries() ?? [])]),
      [
        [bound, ['provider:one', bound], ['provider:two', 0n]],
        [bound, ['provider:one', 0n], ['provider:two', 0n]],
      ],
    );
    assert.deepEqual(
      [...(ledger.settled[0]?.own ?? [])],
      [
        ['provider:one', 2n * bound],
        ['provider:two', 3_100_000n],
      ],
    );
    assert.equal(ledger.settled[0]?.cost, 2n * bound + 3_100_000n);
  });

  test('a provider without room for a further attempt is passed over; without room of the caller’s own it is the end', async () => {
    const targets = '{ provider: one, model: second }, { provider: two, model: third }';
    const twice = yaml.replace('{ provider: two, model: second }', targets);
    for (const [scope, sent, status] of [
      ['provider:one', ['first', 'third'], 200],
      ['account', ['first'], 504],
    ] as const) {
      const { ask, ledger, upstream } = faked([], twice, new ScriptedUpstream(silent, told));
      ledger.more.push(refusingBudget({ scope }));
      const answer = await ask(chat({ model: 'two', max_tokens: 50 }));
      assert.equal(answer.status, status);
      assert.deepEqual(
        upstream.sent.map(({ body }) => JSON.parse(body).model),
        sent,
      );
      assert.match(
        answer.answerHeaders['x-tollgate-warnings'] ?? '',
        new RegExp(`the day budget of ${scope} has no room`),
      );
    }
  });

  test('after a fault of ours each provider bears its hold', async () => {
    const broken = () => Promise.reject(new Error('scripted fault'));
    const { ask, ledger } = faked([], yaml, new ScriptedUpstream({ pieces: [broken] }));
    assert.equal((await ask(chat({ max_tokens: 50 }))).status, 500);
    const [settled] = ledger.settled;
    assert.deepEqual([...(settled?.own ?? [])], [['provider:one', settled?.cost]]);
    assert.equal(settled?.tokens, undefined);
  });
});

describe('a target that takes the place of another one', () => {
  const yaml = `
providers:
  a: { type: anthropic, base_url: http://a.test, key: { env: CLAUDE_KEY } }
  b: { type: anthropic, base_url: http://b.test, key: { env: CLAUDE_KEY } }
models:
  claude:
    targets: [{ provider: a, model: claude-x }, { provider: b, model: claude-x }]
    price: { input: 10, output: 60 }
    capabilities: { max_output_tokens: 4096 }
rates: [{ scope: 'provider:*', requests_per_minute: 60, tokens_per_minute: 60 }]
`;
  const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'c2lnbmVk' };
  const messages = [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: [thinking, { type: 'text', text: 'y' }] },
    { role: 'user', content: 'z' },
  ];
  const reply = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: [{ type: 'text', text: 'done' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 10, output_tokens: 5 },
  };
  const start = (...answers: Answer[]) => {
    const ledger = new FakeLedger(...answers);
    const upstream = new ScriptedUpstream({ headers: json, pieces: [JSON.stringify(reply)] });
    return { ledger, upstream, ...testGateway(upstream, yaml, undefined, { CLAUDE_KEY: 'k' }, ledger) };
  };
  const request = message({ model: 'claude', messages });

  test('is not given the reasoning that the other one may have signed, and the caller is told', async () => {
    const usual = start();
    await usual.ask(request);
    assert.ok(usual.upstream.sent[0]?.body.includes(thinking.signature));
    const stopped = start();
    stopped.book.stop('provider', 'a');
    const full = start(refusingRate({ scope: 'provider:a' }), admitting());
    for (const { ask, upstream } of [stopped, full]) {
      const answer = await ask(request);
      assert.equal(answer.answerHeaders['x-tollgate-target'], 'b/claude-x');
      assert.equal(upstream.sent[0]?.body.includes(thinking.signature), false);
      assert.match(
        answer.answerHeaders['x-tollgate-warnings'] ?? '',
        /another target than the first answers/,
      );
    }
  });

  test('is named in the entry that holds its money', async () => {
    const { ask, ledger } = start(refusingRate({ scope: 'provider:a' }), admitting());
    await ask(request);
    assert.deepEqual(
      ledger.asked.map(({ facts }) => facts['pv']),
      ['a', 'b'],
    );
  });

  test('a count of tokens that a provider answers is one request of the provider too', async () => {
    const { ask, ledger, upstream } = start();
    const count = { ...message(), path: '/v1/messages/count_tokens', body: { model: 'claude', messages } };
    await ask(count);
    assert.equal(upstream.sent.length > 0, true);
    assert.deepEqual(
      ledger.asked[0]?.scopes.map(({ scope, requests, tokens }) => [scope, requests?.perMinute, tokens]),
      [
        ['provider:a', 60, undefined],
        ['provider:b', 60, undefined],
      ],
    );
  });
});

describe('stops', () => {
  test('a stopped team, app or model is refused with who, why and until when', async () => {
    for (const [kind, name] of [
      ['team', 'search'],
      ['app', 'search/web'],
      ['model', 'm'],
    ] as const) {
      const { ask, book, upstream, ledger } = faked([], TEAM);
      book.stop(kind, name, Date.UTC(2026, 10, 25));
      const refused = await ask(web());
      assert.equal(refused.status, 403);
      assert.equal(refused.answerHeaders['x-should-retry'], 'false');
      assert.deepEqual([refused.json.error?.type, refused.json.error?.code], ['permission_error', 'stopped']);
      assert.equal(
        refused.json.error?.message,
        `The ${kind} ${name} is stopped by ops, until 2026-11-25T00:00:00.000Z: costs too much`,
      );
      assert.deepEqual(refused.json.error?.tollgate, {
        kind,
        name,
        who: 'ops',
        why: 'costs too much',
        until: '2026-11-25T00:00:00.000Z',
      });
      assert.equal(upstream.sent.length + ledger.asked.length, 0);
      assert.equal(ledger.recorded[0]?.outcome, 'refused');
    }
  });

  test('a stop holds for every kind of call, also for a name that a wildcard serves', async () => {
    const wild = CONFIG.replace('  free:', "  'vendor/*':");
    const { ask, book } = faked([], wild);
    book.stop('model', 'vendor/*');
    const texts = { model: 'vendor/x', input: 'text' };
    const count = { model: 'vendor/x', messages: [{ role: 'user', content: 'x' }] };
    for (const request of [
      chat({ model: 'vendor/x' }),
      message({ model: 'vendor/x' }),
      { path: '/v1/embeddings', body: texts },
      { ...message(), path: '/v1/messages/count_tokens', body: count },
    ]) {
      const refused = await ask(request);
      assert.equal(refused.status, 403);
      assert.match(refused.text, /until it is enabled again/);
    }
  });

  test('a stop is read while the request arrives, before anything is decided', async () => {
    const { ask, book } = faked([]);
    book.onRefresh = () => book.stop('model', 'm');
    assert.equal((await ask(chat())).json.error?.code, 'stopped');
  });

  test('a stopped provider is passed over, and refused only where no other is left', async () => {
    const { ask, book, ledger } = faked([]);
    book.stop('provider', 'one');
    const answer = await ask(chat({ model: 'two', max_tokens: 50 }));
    assert.equal(answer.answerHeaders['x-tollgate-target'], 'two/second');
    assert.match(
      answer.answerHeaders['x-tollgate-warnings'] ?? '',
      /provider one stopped by ops, until it is enabled again: passed over/,
    );
    assert.equal(ledger.asked.length, 1);
    const refused = await ask(chat());
    assert.equal(refused.json.error?.tollgate?.['kind'], 'provider');
    book.stop('provider', 'two');
    assert.equal((await ask(chat({ model: 'two' }))).status, 403);
  });

  test('a provider that stands in nobody’s way is not told of', async () => {
    const { ask, book } = faked([]);
    book.stop('provider', 'two');
    const answer = await ask(chat({ model: 'two', max_tokens: 50 }));
    assert.equal(answer.answerHeaders['x-tollgate-target'], 'one/first');
    assert.equal(answer.answerHeaders['x-tollgate-warnings'], undefined);
  });

  test('what was stopped meanwhile binds a further attempt, and the first error stays the answer', async () => {
    for (const [kind, name] of [
      ['provider', 'two'],
      ['model', 'two'],
    ] as const) {
      const { ask, book, upstream, ledger } = faked([], CONFIG, new ScriptedUpstream(silent, told));
      upstream.onSend = () => {
        book.onRefresh = () => book.stop(kind, name);
      };
      const refused = await ask(chat({ model: 'two', max_tokens: 50 }));
      assert.equal(refused.json.error?.code, 'upstream_timeout');
      assert.equal(upstream.sent.length, 1);
      assert.equal(ledger.toppedUp.length, 0, 'nothing more is held for a call that is not made');
      assert.match(
        refused.answerHeaders['x-tollgate-warnings'] ?? '',
        new RegExp(`${kind} two stopped by ops`),
      );
    }
  });

  test('what was stopped between plan and call is not called', async () => {
    const { ask, book, upstream } = faked([
      (request) => {
        book.stop('provider', 'one');
        return admitting()(request);
      },
    ]);
    const refused = await ask(chat());
    assert.equal(refused.json.error?.code, 'stopped');
    assert.equal(upstream.sent.length, 0);
    assert.equal((await ask(chat({ model: 'two' }))).answerHeaders['x-tollgate-target'], 'two/second');
  });

  test('models that a caller cannot reach now are not listed, and say why when asked for', async () => {
    const { ask, book } = faked([], TEAM);
    const list = async () => {
      const answer = await ask({ method: 'GET', path: '/v1/models', claim: { kind: 'bearer', key: 'web' } });
      return (answer.json['data'] as { id: string }[]).map(({ id }) => id);
    };
    assert.deepEqual(await list(), ['m', 'two', 'free']);
    book.stop('provider', 'one');
    assert.deepEqual(await list(), ['two']);
    book.stop('model', 'two');
    assert.deepEqual(await list(), []);
    const one = await ask({ method: 'GET', path: '/v1/models/m', claim: { kind: 'bearer', key: 'web' } });
    assert.deepEqual([one.status, one.json.error?.code], [403, 'stopped']);
    const none = await ask({ method: 'GET', path: '/v1/models/none', claim: { kind: 'bearer', key: 'web' } });
    assert.equal(none.status, 404);
  });
});

describe('the cost of a stream', () => {
  const stream = () =>
    new ScriptedUpstream({
      pieces: [sse(delta({ content: 'hello' }), delta({}, 'stop'), usageChunk(10, 50)), DONE],
    });
  const comment = (text: string) => JSON.parse(/^: tollgate (.+)$/m.exec(text)?.[1] ?? '{}');

  test('is in the last comment before the terminator, in both families, asked for usage or not', async () => {
    for (const [request, end] of [
      [chat({ stream: true }), 'data: [DONE]\n\n'],
      [chat({ stream: true, stream_options: { include_usage: true } }), 'data: [DONE]\n\n'],
      [message({ stream: true }), 'event: message_stop\ndata: {"type":"message_stop"}\n\n'],
    ] as const) {
      const { text, answerHeaders } = await faked([], CONFIG, stream()).ask(request);
      assert.equal(answerHeaders['x-tollgate-cost-usd'], undefined, 'not known when the headers leave');
      assert.equal(comment(text).cost_usd, '0.0031');
      assert.ok(text.endsWith(end));
      const last = text.slice(0, -end.length).trimEnd().split('\n\n').at(-1);
      assert.match(last ?? '', /^: tollgate /);
    }
  });
});
