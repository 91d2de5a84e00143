import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeExchange } from '../support/fake-exchange.ts';
import { chat, DONE, delta, sse, testGateway, usageChunk } from '../support/gateway.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const TEXT = sse(
  delta({ role: 'assistant', content: '' }),
  delta({ content: 'Hel' }),
  delta({ content: 'lo' }),
  delta({}, 'stop'),
);
const USAGE = sse(usageChunk(9, 2));

test('a stream goes out byte for byte, with one comment before its terminator', async () => {
  const { ask } = testGateway(new ScriptedUpstream({ pieces: [TEXT + USAGE + DONE] }));
  const answer = await ask(chat({ stream: true, stream_options: { include_usage: true } }));
  const [before, comment] = answer.text.split(': tollgate ');
  assert.equal(answer.status, 200);
  assert.equal(before, TEXT + USAGE);
  assert.ok(comment?.endsWith(`}\n\n${DONE}`));
  assert.deepEqual(JSON.parse(comment?.split('\n')[0] ?? ''), {
    request_id: answer.answerHeaders['x-tollgate-request-id'],
    target: 'one/m',
    attempts: 1,
    cost_usd: '0.00021',
    usage_source: 'upstream',
  });
});

test('usage is always asked of the upstream, and left out where the caller did not ask for it', async () => {
  const upstream = new ScriptedUpstream({ pieces: [TEXT, USAGE, DONE] });
  const { ask, rows } = testGateway(upstream);
  const answer = await ask(chat({ stream: true }));
  assert.match(upstream.sent[0]?.body ?? '', /"stream_options":\{"include_usage":true\}\}$/);
  assert.ok(!answer.text.includes('"usage"'));
  const [row] = rows();
  assert.equal(row?.input_tokens, 9n);
  assert.equal(row?.output_tokens, 2n);
  assert.equal(row?.cost_nano_usd, 210_000n);
  assert.equal(row?.usage_source, 'upstream');
});

test('an end without [DONE] is normal once every choice has finished, and gets its terminator', async () => {
  const { ask, rows } = testGateway(new ScriptedUpstream({ pieces: [TEXT] }));
  const answer = await ask(chat({ stream: true }));
  assert.ok(answer.text.endsWith(DONE));
  assert.equal(rows()[0]?.outcome, 'ok');
});

test('an end in the middle of an answer is an error event and never a terminator', async () => {
  for (const end of ['end', 'cut'] as const) {
    const { ask, rows } = testGateway(
      new ScriptedUpstream({ pieces: [sse(delta({ content: 'Hel' }))], end }),
    );
    const answer = await ask(chat({ stream: true }));
    assert.match(answer.text, /"code":"upstream_cut"/);
    assert.ok(!answer.text.includes('[DONE]'));
    assert.equal(rows()[0]?.outcome, 'cut');
    assert.equal(rows()[0]?.status, 200);
    assert.equal(rows()[0]?.usage_source, 'partial');
  }
});

test('a failure before the first content is an HTTP status, though the upstream had answered 200', async () => {
  const error = { error: { message: 'overloaded', code: 503 } };
  const { ask, rows } = testGateway(
    new ScriptedUpstream({ pieces: [sse(delta({ role: 'assistant', content: '' }), error)] }),
  );
  const answer = await ask(chat({ stream: true }));
  assert.equal(answer.status, 503);
  assert.equal(answer.json.error?.code, 'upstream_unavailable');
  assert.equal(rows()[0]?.outcome, 'upstream_error');
});

test('nothing of a failed answer is in the stream of the target that answers instead', async () => {
  const upstream = new ScriptedUpstream(
    { pieces: [sse(delta({ role: 'assistant', content: '' }))], end: 'cut' },
    { pieces: [TEXT + DONE] },
  );
  const { ask, rows } = testGateway(upstream);
  const answer = await ask(chat({ model: 'two', stream: true }));
  assert.equal(answer.text.split(': tollgate')[0], TEXT);
  assert.equal(answer.answerHeaders['x-tollgate-target'], 'two/second');
  assert.equal(answer.answerHeaders['x-tollgate-attempts'], '2');
  assert.deepEqual(
    upstream.sent.map(({ url, body }) => [url, JSON.parse(body).model]),
    [
      ['http://one.test/v1/chat/completions', 'first'],
      ['http://two.test/v1/chat/completions', 'second'],
    ],
  );
  const [row] = rows();
  assert.equal(row?.attempts, 2);
  assert.equal(row?.target, 'two/second');
});

test('an error after the first content ends the stream with an error event, and no other target is asked', async () => {
  const upstream = new ScriptedUpstream({
    pieces: [sse(delta({ content: 'Hel' }), { error: { message: 'broke' } }), 'data: late\n\n'],
  });
  const { ask } = testGateway(upstream);
  const answer = await ask(chat({ model: 'two', stream: true }));
  assert.equal(answer.status, 200);
  assert.match(answer.text, /"message":"broke"/);
  assert.ok(!answer.text.includes('late'));
  assert.equal(upstream.sent.length, 1);
});

test('headers wait for content, but no longer than the limit, and heartbeats keep the stream alive', async () => {
  const gate = Promise.withResolvers<Uint8Array>();
  const { ask, time } = testGateway(new ScriptedUpstream({ pieces: [() => gate.promise, USAGE + DONE] }));
  time.schedule(9_999, () => assert.equal(exchange.status, undefined));
  time.schedule(10_001, () => assert.equal(exchange.text, ': ping\n\n'));
  time.schedule(25_001, () => assert.equal(exchange.text, ': ping\n\n: ping\n\n'));
  time.schedule(30_000, () => gate.resolve(Buffer.from(TEXT)));
  const exchange = new FakeExchange(chat({ stream: true }));
  await ask(exchange);
  assert.equal(exchange.status, 200);
  assert.equal(exchange.text.split(': tollgate')[0], `: ping\n\n: ping\n\n${TEXT}`);
});

test('after the headers left early a fallback is still legal, and what it served is told in the last comment', async () => {
  const gate = Promise.withResolvers<Uint8Array>();
  const upstream = new ScriptedUpstream(
    { pieces: [() => gate.promise], end: 'cut' },
    { pieces: [TEXT + DONE] },
  );
  const { ask, time } = testGateway(upstream);
  time.schedule(12_000, () => gate.resolve(Buffer.from(': still thinking\n\n')));
  const answer = await ask(chat({ model: 'two', stream: true }));
  assert.equal(answer.answerHeaders['x-tollgate-target'], undefined);
  assert.match(answer.text, /"target":"two\/second"/);
  assert.ok(answer.text.startsWith(`: ping\n\n${TEXT}`));
});

test('a caller that leaves stops the upstream, and pays for what had come', async () => {
  const upstream = new ScriptedUpstream({ pieces: [sse(delta({ content: 'Hello' }))], end: 'hang' });
  const { ask, rows } = testGateway(upstream);
  const exchange = new FakeExchange(chat({ stream: true, max_tokens: 1000 }));
  exchange.onWrite = () => setImmediate(() => exchange.leave());
  await ask(exchange);
  assert.ok(upstream.sent[0]?.cancelled);
  const [row] = rows();
  assert.equal(row?.outcome, 'client_gone');
  assert.equal(row?.usage_source, 'partial');
  assert.equal(row?.output_tokens, 5n + 64n);
});

test('a caller that stops reading holds the upstream back, and at the deadline the request is settled', async () => {
  let asked = 0;
  const piece = async () => {
    asked += 1;
    return Buffer.from(sse(delta({ content: 'word ' })));
  };
  const upstream = new ScriptedUpstream({ pieces: Array.from({ length: 50 }, () => piece), end: 'hang' });
  const { ask, rows } = testGateway(upstream);
  const exchange = new FakeExchange(chat({ stream: true }));
  exchange.stopReading();
  await ask(exchange);
  assert.equal(asked, 1);
  assert.ok(upstream.sent[0]?.cancelled);
  assert.equal(rows()[0]?.outcome, 'deadline');
});

test('usage in every chunk is a running total: the last one is billed, once', async () => {
  const chunks = [1, 2, 3].map((n) => ({
    ...delta({ content: 'x' }),
    usage: { prompt_tokens: 7, completion_tokens: n, total_tokens: 7 + n },
  }));
  const { ask, rows } = testGateway(
    new ScriptedUpstream({ pieces: [sse(...chunks, delta({}, 'stop'), usageChunk(7, 3)) + DONE] }),
  );
  await ask(chat({ stream: true }));
  assert.equal(rows()[0]?.output_tokens, 3n);
});
