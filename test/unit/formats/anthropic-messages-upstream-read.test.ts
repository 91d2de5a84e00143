import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { foldAnswer } from '../../../lambda/core/chat/answer.ts';
import type { ChatEvent } from '../../../lambda/core/chat/events.ts';
import { Progress } from '../../../lambda/core/chat/progress.ts';
import { anthropicCount, anthropicMessages } from '../../../lambda/formats/anthropic-messages/upstream.ts';
import { recordedExchanges } from '../../support/fixtures.ts';

const TARGET = 'anthropic/claude';
const MAX_EVENT = 1024 * 1024;

function readStream(...chunks: readonly Uint8Array[]): ChatEvent[] {
  const reader = anthropicMessages.streamReader(TARGET, MAX_EVENT);
  const pieces = [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
  return pieces.flatMap(({ events }) => events);
}

function stream(...events: readonly object[]): ChatEvent[] {
  return readStream(Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')));
}

const START = {
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 5, output_tokens: 1 } },
};

const blockStart = (index: number, content_block: object) => ({
  type: 'content_block_start',
  index,
  content_block,
});
const blockDelta = (index: number, delta: object) => ({ type: 'content_block_delta', index, delta });
const blockStop = (index: number) => ({ type: 'content_block_stop', index });
const messageDelta = (delta: object, usage: object = { output_tokens: 9 }) => ({
  type: 'message_delta',
  delta,
  usage,
});
const STOP = { type: 'message_stop' };

const streams = [
  ...recordedExchanges('anthropic'),
  ...recordedExchanges('synthetic', 'openai-compatible').filter(({ id }) => id.includes('anthropic')),
].filter(({ format, status }) => format === 'sse' && status === 200);

test('every recorded stream is found', () => {
  assert.ok(streams.length >= 20, String(streams.length));
});

for (const { id, response } of streams) {
  test(`${id}: one byte at a time gives what the whole gives`, () => {
    const bytes = [...response].map((byte) => Uint8Array.of(byte));
    assert.deepEqual(readStream(...bytes), readStream(response));
  });
}

for (const { id, response } of streams.filter(({ response }) => response.length <= 16_384)) {
  test(`${id}: cut before its last event it is not done`, () => {
    const text = Buffer.from(response).toString('latin1');
    const whole = text.trimEnd().length;
    for (let end = 0; end < whole; end += 1 + (end >> 5)) {
      const events = readStream(response.subarray(0, end));
      assert.equal(
        events.some(({ type }) => type === 'done'),
        false,
        `cut at ${end}`,
      );
    }
  });
}

for (const { id, response } of streams) {
  test(`${id}: its usage is the last one that the provider told, and blocks open before they speak and close`, () => {
    const events = readStream(response);
    const progress = new Progress(1);
    for (const event of events) progress.see(event);
    const told = [
      ...Buffer.from(response)
        .toString()
        .matchAll(/"output_tokens":\s*(\d+)/g),
    ].at(-1)?.[1];
    const { output = 0, reasoning = 0 } = progress.usage ?? {};
    if (told !== undefined) assert.equal(output + reasoning, Number(told));
    if (progress.error !== undefined) return;
    const open = new Set<number>();
    for (const event of events) {
      if (event.type === 'open') open.add(event.block);
      else if (event.type === 'close') assert.ok(open.delete(event.block));
      else if ('block' in event) assert.ok(open.has(event.block), event.type);
    }
    if (progress.done) assert.equal(open.size, 0);
    assert.equal(progress.done, progress.finished);
  });
}

test('a recorded stream with CRLF ends or split characters reads like any other', () => {
  for (const name of ['anthropic-stream-crlf-bytewise', 'anthropic-stream-utf8-split']) {
    const path = new URL(`../../fixtures/synthetic/${name}/01.chunks.json`, import.meta.url);
    // The file is a list of base64 chunks, as the fixtures' README says.
    const chunks = JSON.parse(readFileSync(path).toString()) as string[];
    const events = readStream(...chunks.map((chunk) => Buffer.from(chunk, 'base64')));
    assert.equal(events.at(-1)?.type, 'done');
  }
});

test('thinking keeps its signature, and redacted thinking its data', () => {
  const answer = foldAnswer(
    stream(
      START,
      blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
      blockDelta(0, { type: 'thinking_delta', thinking: '', estimated_tokens: 50 }),
      blockDelta(0, { type: 'signature_delta', signature: 'c2ln' }),
      blockStop(0),
      blockStart(1, { type: 'redacted_thinking', data: 'ZGF0YQ==' }),
      blockStop(1),
      messageDelta({ stop_reason: 'end_turn' }),
      STOP,
    ),
  );
  const [thinking, redacted] = answer.choices[0]!.blocks;
  assert.deepEqual([thinking?.head.kind, thinking?.text, thinking?.signature], ['reasoning', '', 'c2ln']);
  assert.deepEqual(redacted?.head, { kind: 'redacted_thinking', data: 'ZGF0YQ==' });
});

test('tool arguments keep their text, and a call without any has an empty object', () => {
  const awkward = '{"n": 12345678901234567890, "x":1.0,"z":-0}';
  const answer = foldAnswer(
    stream(
      START,
      blockStart(0, { type: 'tool_use', id: 'toolu_1', name: 'a', input: {} }),
      blockDelta(0, { type: 'input_json_delta', partial_json: '' }),
      blockDelta(0, { type: 'input_json_delta', partial_json: awkward.slice(0, 20) }),
      blockDelta(0, { type: 'input_json_delta', partial_json: awkward.slice(20) }),
      blockStop(0),
      blockStart(1, { type: 'tool_use', id: 'toolu_2', name: 'b', input: {} }),
      blockDelta(1, { type: 'input_json_delta', partial_json: '' }),
      blockStop(1),
      messageDelta({ stop_reason: 'tool_use' }),
      STOP,
    ),
  );
  assert.deepEqual(
    answer.choices[0]!.blocks.map(({ text }) => text),
    [awkward, '{}'],
  );
});

test('arguments that a start carries whole are told when the block ends', () => {
  const start =
    '{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"1","name":"a","input":{"n": 1.0}}}';
  const events = readStream(Buffer.from(`data: ${start}\n\ndata: ${JSON.stringify(blockStop(0))}\n\n`));
  assert.deepEqual(events[1], { type: 'text', choice: 0, block: 0, text: '{"n": 1.0}' });
});

test("a server tool's call and result are blocks of their own, with the provider's text", () => {
  const result = '{"type":"web_search_tool_result","tool_use_id":"s1","content":[{"score": 1.0, "url":"u"}]}';
  const lines = [
    JSON.stringify(START),
    JSON.stringify(blockStart(0, { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} })),
    JSON.stringify(blockDelta(0, { type: 'input_json_delta', partial_json: '{"query": ' })),
    JSON.stringify(blockDelta(0, { type: 'input_json_delta', partial_json: '"x"}' })),
    JSON.stringify(blockStop(0)),
    `{"type":"content_block_start","index":1,"content_block":${result}}`,
    JSON.stringify(blockStop(1)),
  ];
  const events = readStream(Buffer.from(lines.map((line) => `data: ${line}\n\n`).join('')));
  const heads = events.flatMap((event) => (event.type === 'open' ? [event.head] : []));
  assert.deepEqual(heads, [
    {
      kind: 'opaque',
      format: 'anthropic-messages',
      type: 'server_tool_use',
      json: '{"type":"server_tool_use","id":"s1","name":"web_search","input":{"query": "x"}}',
    },
    { kind: 'opaque', format: 'anthropic-messages', type: 'web_search_tool_result', json: result },
  ]);
});

test('a block of an unknown type grows with its deltas', () => {
  const events = stream(
    START,
    blockStart(0, { type: 'compaction', content: 'a', kept: 1 }),
    blockDelta(0, { type: 'compaction_delta', content: 'b' }),
    blockDelta(0, { type: 'compaction_delta', content: 'c', more: true }),
    blockStop(0),
  );
  const head = events.find((event) => event.type === 'open')?.head;
  assert.deepEqual(head?.kind === 'opaque' && JSON.parse(head.json), {
    type: 'compaction',
    content: 'abc',
    kept: 1,
    more: true,
  });
});

test('citations tell what they cite, and keep their text', () => {
  const raw =
    '{"type":"web_search_result_location","cited_text":"said","url":"https://a.example","title":"A","encrypted_index":"e\\u0041"}';
  const lines = [
    JSON.stringify(blockStart(0, { type: 'text', text: '', citations: [] })),
    `{"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":${raw}}}`,
  ];
  const events = readStream(Buffer.from(lines.map((line) => `data: ${line}\n\n`).join('')));
  assert.deepEqual(events[1], {
    type: 'citation',
    choice: 0,
    block: 0,
    citation: {
      format: 'anthropic-messages',
      raw,
      url: 'https://a.example',
      title: 'A',
      text: 'said',
    },
  });
});

test('every stop reason has its word, with what the provider says beside it', () => {
  const finish = (delta: object) => {
    const event = stream(START, messageDelta(delta)).find(({ type }) => type === 'finish');
    assert.equal(event?.type, 'finish');
    return event;
  };
  const words: [string, string][] = [
    ['end_turn', 'stop'],
    ['tool_use', 'tool_calls'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'context_window'],
    ['pause_turn', 'pause'],
    ['compaction', 'pause'],
    ['something_new', 'other'],
  ];
  for (const [native, reason] of words) {
    assert.deepEqual(finish({ stop_reason: native, stop_sequence: null }), {
      type: 'finish',
      choice: 0,
      reason,
      native,
    });
  }
  assert.equal(finish({ stop_reason: 'stop_sequence', stop_sequence: 'END' }).stopSequence, 'END');
  const refusal = finish({ stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'no' } });
  assert.deepEqual([refusal.reason, refusal.explanation], ['refusal', 'no']);
});

test('a server that gives no stop reason still ends the answer, by what it said', () => {
  const events = stream(
    START,
    blockStart(0, { type: 'tool_use', id: '1', name: 'a', input: {} }),
    messageDelta({}),
    STOP,
  );
  assert.deepEqual(
    events.slice(-4).map(({ type }) => type),
    ['text', 'close', 'finish', 'done'],
  );
  const finish = events.find(({ type }) => type === 'finish');
  assert.ok(finish?.type === 'finish' && finish.reason === 'tool_calls');
});

test('pings, comments and events of unknown types say nothing', () => {
  assert.deepEqual(stream({ type: 'ping' }, { type: 'made_up', index: 0 }), []);
  assert.deepEqual(readStream(Buffer.from(': hello\n\nevent: ping\n\n')), []);
});

test('texts without a start open their own block', () => {
  const events = stream(blockDelta(0, { type: 'text_delta', text: 'hi' }), blockStop(0));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['open', 'text', 'close'],
  );
});

test('an error event says how it failed, and what is no JSON is an error', () => {
  const error = (type: string) => {
    const event = stream({ type: 'error', error: { type, message: 'the key sk-1 is odd' } })[0];
    assert.equal(event?.type, 'error');
    return event.error;
  };
  const codes: [string, string, number][] = [
    ['overloaded_error', 'upstream_unavailable', 503],
    ['rate_limit_error', 'upstream_rate_limited', 429],
    ['api_error', 'upstream_error', 502],
    ['timeout_error', 'upstream_timeout', 504],
    ['invalid_request_error', 'upstream_rejected', 400],
    ['request_too_large', 'upstream_rejected', 413],
    ['authentication_error', 'upstream_auth', 502],
    ['new_error', 'upstream_error', 502],
  ];
  for (const [type, code, status] of codes) {
    assert.deepEqual([error(type).code, error(type).status], [code, status]);
    assert.equal(error(type).facts.upstream?.type, type);
  }
  assert.ok(!error('authentication_error').message.includes('sk-1'));
  for (const data of ['{', '5']) {
    const [event] = readStream(Buffer.from(`data: ${data}\n\n`));
    assert.ok(event?.type === 'error' && event.error.code === 'upstream_invalid');
  }
});

test('an event above the maximum is an error', () => {
  const reader = anthropicMessages.streamReader(TARGET, 16);
  const [piece] = reader.push(Buffer.from(`data: ${'x'.repeat(64)}\n\n`));
  assert.ok(piece?.events[0]?.type === 'error');
});

test('no event of a stream is usage alone, and half an event is noticed', () => {
  const reader = anthropicMessages.streamReader(TARGET, MAX_EVENT);
  const pieces = reader.push(Buffer.from('event: ping\ndata: {"type":"ping"}\n\ndata: {"ty'));
  assert.deepEqual(
    pieces.map(({ usageOnly }) => usageOnly),
    [false],
  );
  assert.equal(reader.halfRead, true);
});

for (const { id, status, response } of recordedExchanges('anthropic').filter(
  ({ format }) => format === 'json',
)) {
  if (status !== 200) continue;
  test(`${id}: a whole answer reads as its blocks, in order`, () => {
    const value = JSON.parse(Buffer.from(response).toString());
    const events = anthropicMessages.readAnswer(TARGET, value, response);
    const answer = foldAnswer(events);
    assert.equal(answer.id, value.id);
    assert.equal(answer.choices[0]?.finish?.native, value.stop_reason);
    assert.equal(answer.usage === undefined, false);
    const blocks = answer.choices[0]?.blocks ?? [];
    assert.equal(blocks.length, value.content.length);
    for (const [at, block] of blocks.entries()) {
      const told = value.content[at];
      if (block.head.kind === 'text') assert.equal(block.text, told.text);
      else if (block.head.kind === 'reasoning') assert.equal(block.signature, told.signature);
      else if (block.head.kind === 'tool_call') assert.deepEqual(JSON.parse(block.text), told.input);
      else if (block.head.kind === 'opaque') assert.deepEqual(JSON.parse(block.head.json), told);
    }
  });
}

test("a whole answer's tool arguments and server blocks keep their text where the body is at hand", () => {
  const input = '{"n": 12345678901234567890, "x":1.0}';
  const block = '{"type": "container_upload", "size": 1.0}';
  const body = Buffer.from(
    `{"id":"m","model":"c","content":[{"type":"tool_use","id":"t","name":"a","input":${input}},${block}],"stop_reason":"tool_use"}`,
  );
  const events = anthropicMessages.readAnswer(TARGET, JSON.parse(body.toString()), body);
  assert.ok(events.some((event) => event.type === 'text' && event.text === input));
  assert.ok(
    events.some(
      (event) => event.type === 'open' && event.head.kind === 'opaque' && event.head.json === block,
    ),
  );
});

test('what is no answer is an error', () => {
  for (const value of [undefined, 5, [], {}, { content: 'x' }]) {
    const [event] = anthropicMessages.readAnswer(TARGET, value);
    assert.ok(event?.type === 'error' && event.error.code === 'upstream_invalid');
  }
  const error = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } };
  const [event] = anthropicMessages.readAnswer(TARGET, error);
  assert.ok(event?.type === 'error' && event.error.code === 'upstream_unavailable');
});

test('usage keeps its classes apart, and each member its last value', () => {
  const events = stream(
    {
      type: 'message_start',
      message: {
        id: 'm',
        model: 'c',
        usage: {
          input_tokens: 10,
          cache_read_input_tokens: 7,
          cache_creation_input_tokens: 30,
          cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
          output_tokens: 1,
        },
      },
    },
    messageDelta(
      { stop_reason: 'end_turn' },
      {
        input_tokens: 12,
        cache_read_input_tokens: null,
        output_tokens: 50,
        output_tokens_details: { thinking_tokens: 40 },
      },
    ),
  );
  const usages = events.flatMap((event) => (event.type === 'usage' ? [event.usage] : []));
  assert.deepEqual(usages.at(-1), {
    input: 12,
    cacheRead: 7,
    cacheWrite: 10,
    cacheWriteLong: 20,
    output: 10,
    reasoning: 40,
  });
});

test('what a compaction used is added to the totals, which leave it out', () => {
  const usage = {
    input_tokens: 10,
    output_tokens: 5,
    iterations: [
      { type: 'compaction', input_tokens: 1000, output_tokens: 100 },
      { type: 'message', input_tokens: 10, output_tokens: 5 },
    ],
  };
  const events = anthropicMessages.readAnswer(TARGET, { content: [], usage });
  const told = events.find((event) => event.type === 'usage')?.usage;
  assert.deepEqual([told?.input, told?.output], [1010, 105]);
});

test('a usage that is none is left out', () => {
  for (const usage of [null, 5, {}, { input_tokens: -1, output_tokens: 2 }, { input_tokens: 1 }]) {
    const events = anthropicMessages.readAnswer(TARGET, { content: [], usage });
    assert.equal(
      events.some(({ type }) => type === 'usage'),
      false,
    );
  }
});

test('a token count is read, and anything else is none', () => {
  assert.equal(anthropicCount.readCount({ input_tokens: 12 }), 12);
  for (const value of [undefined, {}, { input_tokens: '1' }, { input_tokens: -1 }]) {
    assert.equal(anthropicCount.readCount(value), undefined);
  }
});

const errors = [...recordedExchanges('anthropic'), ...recordedExchanges('synthetic')].filter(
  ({ id, status }) => status >= 400 && id.includes('anthropic'),
);

test('recorded HTTP errors get their code and status', () => {
  const told = errors.map(({ id, status, headers, response }) => {
    const error = anthropicMessages.readHttpError(TARGET, status, headers, response);
    return [id.replace(/^[^/]*\/(anthropic-)?/, ''), error.code, error.status, error.facts.upstream?.type];
  });
  assert.deepEqual(told, [
    ['error-401-claude-code#1', 'upstream_auth', 502, 'authentication_error'],
    ['error-404-model#1', 'upstream_rejected', 404, 'not_found_error'],
    ['error-400-bad-signature#1', 'upstream_rejected', 400, 'invalid_request_error'],
    ['error-400-max-tokens-plus-input#1', 'upstream_rejected', 400, 'invalid_request_error'],
    ['error-400-orphan-tool-use#1', 'upstream_rejected', 400, 'invalid_request_error'],
    ['error-400-prompt-too-long#1', 'upstream_rejected', 400, 'invalid_request_error'],
    ['error-400-temperature-2026-10-21#1', 'upstream_rejected', 400, 'invalid_request_error'],
    ['error-400-thinking-bound#1', 'upstream_rejected', 400, 'invalid_request_error'],
    ['error-400-thread-unsupported#1', 'upstream_rejected', 400, 'invalid_request_error'],
    ['error-404-thread-not-found#1', 'upstream_rejected', 404, 'not_found_error'],
    ['error-413-request-too-large#1', 'upstream_rejected', 413, 'request_too_large'],
    ['error-429-rate-limit#1', 'upstream_rate_limited', 429, 'rate_limit_error'],
    ['error-502-html#1', 'upstream_error', 502, null],
    ['error-529-overloaded#1', 'upstream_unavailable', 503, 'overloaded_error'],
  ]);
});

test("an error code, a retry time and the provider's words pass; a page and a long text are cut short", () => {
  const http = (status: number, body: string, headers = {}) =>
    anthropicMessages.readHttpError(TARGET, status, headers, Buffer.from(body));
  const thread = http(
    400,
    '{"type":"error","error":{"type":"invalid_request_error","message":"no","details":{"error_code":"thread_unsupported_request"}}}',
  );
  assert.equal(thread.facts.upstream?.code, 'thread_unsupported_request');
  assert.equal(http(429, '{}', { 'retry-after': '11.2' }).facts.retryAfterS, 12);
  assert.equal(http(502, '<html>').message, 'anthropic/claude failed (HTTP 502)');
  assert.equal(http(500, '{"error":"plain"}').message, 'plain');
  assert.equal(http(402, '{"error":{"type":"billing_error","message":"pay"}}').status, 402);
  assert.ok(http(400, JSON.stringify({ error: { message: 'x'.repeat(9_000) } })).message.length < 2_100);
});
