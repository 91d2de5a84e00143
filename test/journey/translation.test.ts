import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeExchange, type FakeRequest } from '../support/fake-exchange.ts';
import { completion, DONE, delta, sse, testGateway, usageChunk } from '../support/gateway.ts';
import { type Script, ScriptedUpstream } from '../support/scripted-upstream.ts';

const yaml = (more = '') => `
providers:
  claude: { type: anthropic, key: { env: KEY }, base_url: http://claude.test/v1 }
  aws: { type: bedrock, region: eu-central-1 }
  own: { type: openai-compatible, base_url: http://own.test/v1 }
models:
  strict:
    targets: [{ provider: claude, model: claude-test }]
    price: { input: 3, output: 15 }
    capabilities: { context_tokens: 200000, max_output_tokens: 1000, sampling: both }
  loose:
    targets: [{ provider: claude, model: claude-test }]
    price: { input: 3, output: 15 }
    capabilities: { context_tokens: 200000, max_output_tokens: 1000, sampling: both }
    unsupported: drop
  mixed:
    targets: [{ provider: own, model: small }, { provider: claude, model: claude-test }]
    capabilities: { max_output_tokens: 1000 }
    unsupported: drop
  own:
    targets: [{ provider: own, model: small }]
    capabilities: { max_output_tokens: 1000 }
    unsupported: drop
  bedrock-claude:
    targets: [{ provider: aws, model: eu.anthropic.claude-sonnet-4-5-20250929-v1:0 }]
  titan:
    targets: [{ provider: aws, model: amazon.titan-embed-text-v2:0 }]
${more}`;

const json = { 'content-type': 'application/json' };
const KEYS = { KEY: 'first' };

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-served',
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 5 },
};

function whole(body: object = MESSAGE): Script {
  return { headers: json, pieces: [JSON.stringify(body)] };
}

function setup(script: Script | readonly Script[] = whole(), more = '') {
  const upstream = new ScriptedUpstream(...(Array.isArray(script) ? script : [script]));
  return { upstream, ...testGateway(upstream, yaml(more), undefined, KEYS) };
}

function chat(body: object): FakeRequest {
  return { body: { messages: [{ role: 'user', content: 'hi' }], ...body } };
}

function messages(body: object, headers: Record<string, string> = {}): FakeRequest {
  return {
    path: '/v1/messages',
    headers,
    body: { max_tokens: 50, messages: [{ role: 'user', content: 'hi' }], ...body },
  };
}

test('a parameter that the target cannot take is a 400 that names it and says what to do, and nothing is sent', async () => {
  const { ask, upstream, rows } = setup();
  const answer = await ask(chat({ model: 'strict', seed: 7 }));
  assert.equal(answer.status, 400);
  assert.equal(answer.json.error?.code, 'unsupported_parameter');
  assert.equal(answer.json.error?.param, 'seed');
  assert.match(answer.json.error?.message ?? '', /claude\/claude-test.*unsupported: drop/);
  assert.equal(upstream.sent.length, 0);
  assert.equal(rows()[0]?.outcome, 'refused');
});

test('with `unsupported: drop` it is left out, and header, body and audit row say so', async () => {
  const { ask, upstream, rows } = setup();
  const answer = await ask(chat({ model: 'loose', seed: 7, temperature: 1.5, n: 3, max_tokens: 100 }));
  assert.equal(answer.status, 200);
  const sent = JSON.parse(upstream.sent[0]?.body ?? '');
  assert.equal(sent.seed, undefined);
  assert.equal(sent.temperature, 1);
  const told = answer.answerHeaders['x-tollgate-warnings'] ?? '';
  for (const what of [/seed dropped/, /temperature capped/, /\bn dropped/]) assert.match(told, what);
  const { tollgate } = answer.json as unknown as { tollgate: { warnings: string[] } };
  assert.deepEqual(tollgate.warnings.join('; '), told);
  assert.match(String(rows()[0]?.warnings), /seed dropped/);
});

test('what is said is never dropped: a picture for a target that has no place for it is refused either way', async () => {
  const { ask, upstream } = setup();
  const audio = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } };
  const answer = await ask(chat({ model: 'loose', messages: [{ role: 'user', content: [audio] }] }));
  assert.equal(answer.status, 400);
  assert.equal(answer.json.error?.param, 'messages[0].content[0]');
  assert.equal(upstream.sent.length, 0);
});

test("a cap above the model's is lowered under `drop`, in the caller's own bytes too", async () => {
  const { ask, upstream } = setup(whole(completion('hi')));
  const answer = await ask(chat({ model: 'own', max_tokens: 5000, other: 1.0 }));
  assert.equal(answer.status, 200);
  assert.match(upstream.sent[0]?.body ?? '', /"max_tokens":1000/);
  assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', /max_tokens capped to 1000/);
});

test('a request without a cap gets one where the format needs it, and is told', async () => {
  const { ask, upstream } = setup();
  const answer = await ask(chat({ model: 'strict' }));
  assert.equal(JSON.parse(upstream.sent[0]?.body ?? '').max_tokens, 1000);
  assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', /max_tokens set to 1000/);
});

test('a fallback to a target of another format is translated, and the first target is not', async () => {
  const failed = { status: 503, headers: json, pieces: ['{"error":{"message":"busy"}}'] };
  const { ask, upstream, rows } = setup([failed, whole()]);
  const answer = await ask(chat({ model: 'mixed', max_tokens: 10, seed: 1 }));
  assert.equal(answer.status, 200);
  assert.equal(JSON.parse(upstream.sent[0]?.body ?? '').seed, 1);
  assert.equal(JSON.parse(upstream.sent[1]?.body ?? '').max_tokens, 10);
  assert.ok(upstream.sent[1]?.url.endsWith('/messages'));
  assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', /seed dropped/);
  assert.equal(rows()[0]?.model_served, 'claude-test');
});

test('usage and cost come from what the upstream said, not from what is written', async () => {
  const usage = {
    input_tokens: 100,
    cache_read_input_tokens: 30,
    cache_creation_input_tokens: 20,
    output_tokens: 40,
  };
  const { ask, rows } = setup(whole({ ...MESSAGE, usage }));
  const answer = await ask(chat({ model: 'strict', max_tokens: 100 }));
  const told = answer.json['usage'] as Record<string, unknown>;
  assert.equal(told['prompt_tokens'], 150);
  assert.equal(told['completion_tokens'], 40);
  // 150 at 3 and 40 at 15 dollars per million.
  assert.equal(rows()[0]?.cost_nano_usd, 1_050_000n);
  assert.equal(answer.answerHeaders['x-tollgate-cost-usd'], '0.00105');
});

test('a translated stream tells usage and cost only to a caller who asked, and ends with the last comment', async () => {
  const events = [
    ['message_start', { type: 'message_start', message: { ...MESSAGE, content: [], stop_reason: null } }],
    [
      'content_block_start',
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ],
    [
      'content_block_delta',
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hey' } },
    ],
    ['content_block_stop', { type: 'content_block_stop', index: 0 }],
    [
      'message_delta',
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
    ],
    ['message_stop', { type: 'message_stop' }],
  ] as const;
  const pieces = events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  const script = { headers: { 'content-type': 'text/event-stream' }, pieces };
  const silent = await setup(script).ask(chat({ model: 'strict', max_tokens: 9, stream: true }));
  assert.ok(!silent.text.includes('"prompt_tokens"'));
  assert.match(silent.text, /: tollgate \{.*"cost_usd":"0.000135".*\}\n\ndata: \[DONE\]\n\n$/);
  const asked = await setup(script).ask(
    chat({ model: 'strict', max_tokens: 9, stream: true, stream_options: { include_usage: true } }),
  );
  assert.match(asked.text, /"completion_tokens":7/);
  assert.match(asked.text, /"cost":0.000135/);
});

test('a silent stream of a messages caller is kept alive in its own way: comments first, pings once it has begun', async () => {
  const start = `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message: MESSAGE })}\n\n`;
  const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'x' } };
  const begins = Promise.withResolvers<Buffer>();
  const ends = Promise.withResolvers<Buffer>();
  const { gateway, time } = setup({
    headers: { 'content-type': 'text/event-stream' },
    pieces: [
      () => begins.promise,
      `event: content_block_start\ndata: ${JSON.stringify(block)}\n\n`,
      () => ends.promise,
    ],
    end: 'cut',
  });
  time.schedule(30_000, () => begins.resolve(Buffer.from(start)));
  time.schedule(50_000, () => ends.resolve(Buffer.from('\n')));
  const exchange = new FakeExchange(messages({ model: 'strict', stream: true }));
  await time.finish(gateway.serve(exchange));
  const [before, after] = exchange.text.split('event: message_start');
  assert.match(before ?? '', /^(: ping\n\n)+$/);
  assert.match(after ?? '', /event: ping\ndata: \{"type": "ping"\}\n\n/);
  assert.match(exchange.text, /event: error\ndata: .*upstream_cut/);
});

test('a conversation that Anthropic keeps goes to Anthropic only; elsewhere its client is told to send it whole', async () => {
  const thread = { thread: { type: 'create' } };
  const { ask, upstream } = setup();
  assert.equal((await ask(messages({ model: 'strict', ...thread }))).status, 200);
  assert.match(upstream.sent[0]?.body ?? '', /"thread":\{"type":"create"\}/);
  for (const model of ['own', 'bedrock-claude']) {
    const refused = await ask(messages({ model, ...thread }));
    assert.equal(refused.status, 400);
    const { error } = refused.json as unknown as { error: { details: { error_code: string } } };
    assert.equal(error.details.error_code, 'thread_unsupported_request');
  }
});

test('betas and version of a messages caller reach Anthropic as they are; a translated request has our own version', async () => {
  const headers = { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'new-beta-2027' };
  const { ask, upstream } = setup();
  await ask(messages({ model: 'strict' }, headers));
  await ask({ ...chat({ model: 'strict', max_tokens: 5 }), headers });
  assert.equal(upstream.sent[0]?.headers['anthropic-version'], '2026-10-21');
  assert.equal(upstream.sent[0]?.headers['anthropic-beta'], 'new-beta-2027');
  assert.equal(upstream.sent[1]?.headers['anthropic-version'], '2023-06-01');
  assert.equal(upstream.sent[1]?.headers['anthropic-beta'], undefined);
});

test('token counts cost nothing, pass no budget, and are marked where they are estimated', async () => {
  const budget = 'budgets: [{ scope: account, limit_usd: 0, window: day }]';
  const { ask, rows } = setup(whole({ input_tokens: 12 }), budget);
  const count = (model: string) =>
    ask({ path: '/v1/messages/count_tokens', body: { model, messages: [{ role: 'user', content: 'hi' }] } });
  const exact = await count('strict');
  assert.deepEqual(exact.json, { input_tokens: 12 });
  const estimated = await count('own');
  assert.ok(Number(estimated.json['input_tokens']) > 0);
  assert.match(estimated.answerHeaders['x-tollgate-warnings'] ?? '', /estimate/);
  assert.deepEqual(
    rows().map(({ cost_nano_usd }) => cost_nano_usd),
    [0n, 0n],
  );
});

test('embeddings of another format are translated; input as token ids is refused where a class must not leave', async () => {
  const answer = { responses: [{ embedding: [0.5, -1], inputTextTokenCount: 3 }] };
  const { ask } = setup(whole(answer));
  const vectors = await ask({ path: '/v1/embeddings', body: { model: 'titan', input: 'hi' } });
  assert.equal(vectors.status, 200, vectors.text);
  assert.deepEqual((vectors.json['data'] as { embedding: number[] }[])[0]?.embedding, [0.5, -1]);

  const guarded = setup(whole(answer), 'guard: { classes: { credential: block } }');
  const refused = await guarded.ask({ path: '/v1/embeddings', body: { model: 'own', input: [[1, 2, 3]] } });
  assert.equal(refused.status, 403);
  assert.match(refused.json.error?.message ?? '', /token ids/);
});

test('fewer embeddings than texts are no answer, since nobody could tell which text has which', async () => {
  const { ask } = setup(whole({ responses: [{ embedding: [0.5], inputTextTokenCount: 3 }] }));
  const answer = await ask({ path: '/v1/embeddings', body: { model: 'titan', input: ['a', 'b'] } });
  assert.equal(answer.status, 502);
  assert.match(answer.json.error?.message ?? '', /1 embeddings for 2 texts/);
});

test('a target that does not serve what the route asks for is refused in words', async () => {
  const { ask } = setup();
  const refused = await ask({ path: '/v1/embeddings', body: { model: 'strict', input: 'hi' } });
  assert.equal(refused.status, 400);
  assert.match(refused.json.error?.message ?? '', /claude\/claude-test does not serve embeddings/);
});

test('personal data is masked before a translation as well, and the same in every turn', async () => {
  const { ask, upstream } = setup(whole(), 'guard: { classes: { contact: redact } }');
  const turn = (role: string, content: string) => ({ role, content });
  const first = [turn('user', 'mail a@example.com'), turn('assistant', 'ok')];
  await ask(chat({ model: 'strict', max_tokens: 5, messages: [...first, turn('user', 'one')] }));
  await ask(
    chat({
      model: 'strict',
      max_tokens: 5,
      messages: [...first, turn('user', 'one'), turn('assistant', 'x'), turn('user', 'b@example.com')],
    }),
  );
  const [one, two] = upstream.sent.map(({ body }) => JSON.parse(body).messages as unknown[]);
  assert.doesNotMatch(JSON.stringify(two), /example\.com/);
  assert.deepEqual(two?.slice(0, 3), one);
});

test('a further target of the same format is not given reasoning that the first one signed, and the caller is told', async () => {
  const failed = {
    status: 529,
    headers: json,
    pieces: ['{"error":{"type":"overloaded_error","message":"busy"}}'],
  };
  const two = `  two: { targets: [{ provider: claude, model: one }, { provider: claude, model: two }] }\n`;
  const { ask, upstream } = setup([failed, whole()], two);
  const loop = [
    { role: 'user', content: 'go' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'c2lnbmVk' },
        { type: 'tool_use', id: 'toolu_1', name: 'f', input: { n: 1 } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }] },
  ];
  const thinking = { type: 'enabled', budget_tokens: 2000 };
  const answer = await ask(messages({ model: 'two', max_tokens: 4000, thinking, messages: loop }));
  assert.equal(answer.status, 200);
  assert.match(upstream.sent[0]?.body ?? '', /c2lnbmVk/);
  const second = JSON.parse(upstream.sent[1]?.body ?? '');
  assert.equal(second.thinking, undefined);
  assert.deepEqual(second.messages[1].content, [loop[1]?.content[1]]);
  assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', /reasoning of earlier turns left out/);
});

test('reasoning that no longer fits the history of a chat client costs the reasoning, not the call', async () => {
  const message =
    'messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation.';
  const refused = {
    status: 400,
    headers: json,
    pieces: [JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } })],
  };
  const details = [
    { type: 'reasoning.text', text: 'hm', signature: 'c2lnbmVk', format: 'anthropic-claude-v1' },
  ];
  const history = [
    { role: 'user', content: 'go' },
    { role: 'assistant', content: 'done', reasoning_details: details },
    { role: 'user', content: 'more' },
  ];
  const { ask, upstream, rows } = setup([refused, whole()]);
  const answer = await ask(chat({ model: 'strict', max_tokens: 100, messages: history }));
  assert.equal(answer.status, 200, answer.text);
  assert.match(upstream.sent[0]?.body ?? '', /c2lnbmVk/);
  assert.doesNotMatch(upstream.sent[1]?.body ?? '', /c2lnbmVk/);
  assert.match(answer.answerHeaders['x-tollgate-warnings'] ?? '', /the provider refused it/);
  assert.equal(rows()[0]?.attempts, 1);

  // Sent by the caller itself, in the provider's own format: its refusal is the caller's to read.
  const content = [
    { type: 'thinking', thinking: 'hm', signature: 'c2lnbmVk' },
    { type: 'text', text: 'done' },
  ];
  const own = setup([refused, whole()]);
  const relayed = await own.ask(
    messages({ model: 'strict', messages: [history[0], { role: 'assistant', content }, history[2]] }),
  );
  assert.equal(relayed.status, 400);
  assert.equal(own.upstream.sent.length, 1);
});

test('a rotated key is read again at once, and the caller notices nothing', async () => {
  const refused = { status: 401, headers: json, pieces: ['{"error":{"message":"invalid x-api-key"}}'] };
  const upstream = new ScriptedUpstream(refused, whole());
  const env = { KEY: 'old' };
  const { ask, rows } = testGateway(upstream, yaml(), undefined, env);
  upstream.onSend = () => {
    env.KEY = 'new';
  };
  const answer = await ask(messages({ model: 'strict' }));
  assert.equal(answer.status, 200);
  assert.deepEqual(
    upstream.sent.map(({ headers }) => headers['x-api-key']),
    ['old', 'new'],
  );
  assert.equal(rows()[0]?.attempts, 1);
});

test('a key that stays wrong is the operator’s to mend: 502, and no second try', async () => {
  const { ask, upstream } = setup({ status: 401, headers: json, pieces: ['{"error":{"message":"no"}}'] });
  const answer = await ask(messages({ model: 'strict' }));
  assert.equal(answer.status, 502);
  assert.equal(upstream.sent.length, 1);
});

test('a chat upstream answers a messages caller with an error as Anthropic words it', async () => {
  const limited = {
    status: 429,
    headers: { ...json, 'retry-after': '7' },
    pieces: ['{"error":{"message":"slow down"}}'],
  };
  const answer = await setup(limited).ask(messages({ model: 'own' }));
  assert.equal(answer.status, 429);
  assert.equal(answer.answerHeaders['retry-after'], '7');
  assert.equal((answer.json.error as { type?: string } | undefined)?.type, 'rate_limit_error');
});

test('a stream of chat chunks becomes one of messages, terminator included', async () => {
  const pieces = [sse(delta({ content: 'hey' }), delta({}, 'stop'), usageChunk(11, 3)), DONE];
  const answer = await setup({ pieces }).ask(messages({ model: 'own', stream: true }));
  assert.match(answer.text, /"text":"hey"/);
  assert.match(answer.text, /"input_tokens":11.*"output_tokens":3/);
  assert.ok(answer.text.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n'));
});
