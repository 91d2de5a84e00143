import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransactResult } from '../../lambda/ports/ledger-store.ts';
import { FakeExchange } from '../support/fake-exchange.ts';
import { CONFIG, chat, completion, delta, sse, testGateway } from '../support/gateway.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const budgeted = (limit: string, window = 'day') => `${CONFIG}
budgets: [{ scope: account, limit_usd: ${limit}, window: ${window} }]
`;
const json = { 'content-type': 'application/json' };
const answering = () =>
  new ScriptedUpstream({ headers: json, pieces: [JSON.stringify(completion('hello', 10, 50))] });

test('a budget is reserved before the call and charged what the call cost', async () => {
  const upstream = answering();
  const { ask, rows, store } = testGateway(upstream, budgeted('1'));
  upstream.onSend = () => {
    const counter = [...(store.items?.values() ?? [])].find(({ pk }) => pk.startsWith('S#'));
    assert.ok((counter?.['tu'] as bigint) > 3_100_000n, 'the bound is held while the call runs');
  };
  const answer = await ask(chat({ max_tokens: 50 }));
  assert.equal(answer.status, 200);
  assert.equal(answer.answerHeaders['x-tollgate-cost-usd'], '0.0031');
  assert.equal(answer.answerHeaders['x-tollgate-budget-scope'], 'account day');
  assert.equal(rows()[0]?.cost_nano_usd, 3_100_000n);
  const counter = [...(store.items?.values() ?? [])].find(({ pk }) => pk.startsWith('S#'));
  assert.equal(counter?.['tu'], 3_100_000n);
});

test('under a budget of one cent a short call is admitted and a later one gets the documented refusal', async () => {
  const { ask, rows } = testGateway(answering(), budgeted('0.01'));
  const statuses: (number | undefined)[] = [];
  for (let call = 0; call < 4; call += 1) statuses.push((await ask(chat({ max_tokens: 50 }))).status);
  assert.equal(statuses[0], 200);
  assert.equal(statuses[3], 429);
  const refused = await ask(chat({ max_tokens: 50 }));
  const { error } = refused.json;
  assert.equal(error?.type, 'insufficient_quota');
  assert.equal(error?.code, 'budget_exceeded');
  assert.equal(refused.answerHeaders['x-should-retry'], 'false');
  assert.equal(refused.answerHeaders['retry-after'], undefined);
  assert.equal(error?.tollgate?.['scope'], 'account');
  assert.equal(error?.tollgate?.['limit_usd'], '0.01');
  assert.equal(error?.tollgate?.['resets_at'], '2026-11-25T00:00:00.000Z');
  assert.equal(refused.answerHeaders['x-tollgate-budget-scope'], 'account day');
  assert.equal(refused.answerHeaders['x-tollgate-budget-limit-usd'], '0.01');
  const left = Number(refused.answerHeaders['x-tollgate-budget-remaining-usd']);
  assert.ok(left >= 0 && left < 0.01);
  assert.equal(refused.answerHeaders['x-tollgate-budget-reset'], '2026-11-25T00:00:00.000Z');
  const row = rows().at(-1);
  assert.equal(row?.outcome, 'refused');
  assert.equal(row?.error_code, 'budget_exceeded');
  assert.equal(row?.cost_nano_usd, 0n);
});

test('a call that can never fit is told the max_tokens that would', async () => {
  const { ask } = testGateway(answering(), budgeted('0.01'));
  const refused = await ask(chat({ max_tokens: 4000 }));
  const fits = Number(refused.json.error?.tollgate?.['max_tokens_that_fits']);
  assert.equal(refused.json.error?.tollgate?.['reason'], 'never_fits');
  assert.equal(refused.answerHeaders['x-tollgate-budget-limit-usd'], '0.01');
  assert.equal(refused.answerHeaders['x-tollgate-budget-remaining-usd'], undefined, 'nobody looked at it');
  assert.ok(fits > 50 && fits < 167);
  assert.equal((await ask(chat({ max_tokens: fits }))).status, 200);
  assert.equal(
    (await testGateway(answering(), budgeted('0.01')).ask(chat({ max_tokens: fits + 5 }))).status,
    429,
  );
});

test('room that only running calls hold is worth waiting for', async () => {
  const upstream = new ScriptedUpstream({ pieces: [sse(delta({ content: 'x' }))], end: 'hang' });
  const { ask, gateway } = testGateway(upstream, budgeted('0.01'));
  const running = new FakeExchange(chat({ stream: true, max_tokens: 100 }));
  void gateway.serve(running);
  await new Promise((resolve) => setImmediate(resolve));
  const refused = await ask(chat({ max_tokens: 100 }));
  assert.equal(refused.json.error?.code, 'budget_held');
  assert.ok(Number(refused.answerHeaders['retry-after']) >= 1);
  assert.equal(refused.answerHeaders['x-should-retry'], undefined);
  running.leave();
});

test('a further attempt needs room for both: the hold is topped up, or the first error is answered', async () => {
  const timeout = { failure: { reason: 'timeout', sent: true, detail: 'silent' } } as const;
  const enough = testGateway(
    new ScriptedUpstream(timeout, { headers: json, pieces: [JSON.stringify(completion('hi'))] }),
    budgeted('0.02'),
  );
  const answered = await enough.ask(chat({ model: 'two', max_tokens: 100 }));
  assert.equal(answered.status, 200);
  assert.ok(
    (enough.rows()[0]?.cost_nano_usd ?? 0n) > 6_000_000n,
    'the attempt that may have been billed is paid for',
  );

  const upstream = new ScriptedUpstream(timeout, {
    headers: json,
    pieces: [JSON.stringify(completion('hi'))],
  });
  const short = testGateway(upstream, budgeted('0.01'));
  const refused = await short.ask(chat({ model: 'two', max_tokens: 100 }));
  assert.equal(refused.json.error?.code, 'upstream_timeout');
  assert.equal(upstream.sent.length, 1);
});

test('an attempt known not to be billed passes its hold on', async () => {
  const refusedFirst = { status: 503, headers: json, pieces: ['{"error":{"message":"busy"}}'] };
  const { ask, rows } = testGateway(
    new ScriptedUpstream(refusedFirst, { headers: json, pieces: [JSON.stringify(completion('hi', 10, 5))] }),
    budgeted('0.01'),
  );
  assert.equal((await ask(chat({ model: 'two', max_tokens: 100 }))).status, 200);
  assert.equal(rows()[0]?.cost_nano_usd, 400_000n);
});

test('an unpriced model is refused where a budget applies, and served where none does', async () => {
  const refused = await testGateway(answering(), budgeted('1')).ask(chat({ model: 'free' }));
  assert.equal(refused.status, 403);
  assert.equal(refused.json.error?.code, 'model_unpriced');
  assert.equal((await testGateway(answering()).ask(chat({ model: 'free' }))).status, 200);
});

test('what no price covers is refused where a budget applies, by its name', async () => {
  for (const [extra, param] of [
    [{ service_tier: 'priority' }, 'service_tier'],
    [{ best_of: 3 }, 'best_of'],
    [{ tools: [{ type: 'web_search' }] }, 'tools[0]'],
    [
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
      'messages[0].content[0]',
    ],
  ] as const) {
    const refused = await testGateway(answering(), budgeted('1')).ask(chat(extra));
    assert.equal(refused.status, 400);
    assert.equal(refused.json.error?.param, param);
    assert.equal((await testGateway(answering()).ask(chat(extra))).status, 200);
  }
});

test('a document may cost as much as the model can read, so that much is held', async () => {
  const file = { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } };
  const request = chat({ max_tokens: 1, messages: [{ role: 'user', content: [file] }] });
  // 128,000 tokens at 10 dollars per million.
  assert.equal((await testGateway(answering(), budgeted('1.27')).ask(request)).status, 429);
  assert.equal((await testGateway(answering(), budgeted('1.29')).ask(request)).status, 200);
});

test('an hour of cache is held at its own price only where the request can ask for it', async () => {
  const yaml = budgeted('0.1').replace('output: 60', 'output: 60, cache_write: 12, cache_write_1h: 1000');
  const ask = (extra: object) => testGateway(answering(), yaml).ask(chat({ max_tokens: 1, ...extra }));
  assert.equal((await ask({})).status, 200);
  assert.equal((await ask({ prompt_cache_options: { ttl: '12h' } })).status, 429);
});

test('without a cap of the caller the model gets one under a budget, and the caller is told', async () => {
  const upstream = answering();
  const answer = await testGateway(upstream, budgeted('1')).ask(chat());
  assert.equal(JSON.parse(upstream.sent[0]?.body ?? '').max_tokens, 4096);
  assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', /max_tokens set to 4096/);
});

test('a cap above the model is refused with its limit', async () => {
  const refused = await testGateway(answering()).ask(chat({ max_completion_tokens: 5000 }));
  assert.equal(refused.status, 400);
  assert.equal(refused.json.error?.param, 'max_completion_tokens');
  assert.match(refused.json.error?.message ?? '', /4096/);
});

test('with the ledger away nothing is admitted and nothing is called', async () => {
  class DownStore extends MemoryStore {
    override async transact(): Promise<TransactResult> {
      return { type: 'unavailable', reason: 'scripted' };
    }
  }
  const upstream = answering();
  const { ask, events } = testGateway(upstream, budgeted('1'), new DownStore());
  const refused = await ask(chat());
  assert.equal(refused.status, 503);
  assert.equal(refused.json.error?.code, 'ledger_unavailable');
  assert.equal(refused.answerHeaders['retry-after'], '2');
  assert.equal(upstream.sent.length, 0);
  assert.ok(
    events.some((event) => event.type === 'warning'),
    'the row that could not be written is reported',
  );
});

test('an answer that never tells its usage is charged its bound', async () => {
  const silent = { ...completion('12345'), usage: undefined };
  const { ask, rows } = testGateway(
    new ScriptedUpstream({ headers: json, pieces: [JSON.stringify(silent)] }),
  );
  await ask(chat());
  const [row] = rows();
  assert.equal(row?.usage_source, 'partial');
  assert.equal(row?.output_tokens, 5n);
  assert.ok((row?.input_tokens ?? 0n) >= 10n);
});

test('a fault of ours in the middle of a call charges the hold and gives the upstream up', async () => {
  const broken = () => Promise.reject(new Error('scripted fault'));
  for (const pieces of [[broken], [sse(delta({ content: 'Hel' })), broken]]) {
    const upstream = new ScriptedUpstream({ pieces });
    const { ask, rows, events } = testGateway(upstream, budgeted('1'));
    await ask(chat({ stream: true, max_tokens: 100 }));
    const [row] = rows();
    assert.equal(row?.outcome, 'bug');
    assert.equal(row?.cost_nano_usd, row?.held_nano_usd);
    assert.ok((row?.held_nano_usd ?? 0n) > 6_000_000n);
    assert.equal(row?.usage_source, 'estimate');
    assert.ok(upstream.sent[0]?.cancelled);
    assert.ok(events.some(({ type }) => type === 'bug'));
  }
});
