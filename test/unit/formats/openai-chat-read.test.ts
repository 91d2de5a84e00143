import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHttpError } from '../../../lambda/core/chat/openai-error.ts';
import { Progress } from '../../../lambda/core/chat/progress.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { readRequest as readTape } from '../../../lambda/formats/openai-chat/read.ts';
import { readAnswer } from '../../../lambda/formats/openai-chat/read-answer.ts';
import { readUsage } from '../../../lambda/formats/openai-chat/usage.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';

function readRequest(body: object) {
  const tape = scanJson(Buffer.from(JSON.stringify(body)), 128);
  assert.ok(tape instanceof JsonTape);
  return readTape(tape);
}

const messages = [{ role: 'user', content: 'hi' }];

test('usage classes do not overlap: cached and written input and reasoning are taken out of the totals', () => {
  const usage = readUsage({
    prompt_tokens: 100,
    completion_tokens: 50,
    total_tokens: 150,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
    completion_tokens_details: { reasoning_tokens: 20 },
  });
  assert.deepEqual(usage, {
    input: 10,
    cacheRead: 60,
    cacheWrite: 30,
    cacheWriteLong: 0,
    output: 30,
    reasoning: 20,
  });
});

test('servers that count reasoning beside the completion are recognised by their total', () => {
  const usage = readUsage({
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 35,
    completion_tokens_details: { reasoning_tokens: 20 },
  });
  assert.deepEqual(usage, {
    input: 10,
    cacheRead: 0,
    cacheWrite: 0,
    cacheWriteLong: 0,
    output: 5,
    reasoning: 20,
  });
});

test('reasoning that was counted apart and found longer than the output is a part of it where the total says so', () => {
  const raw = {
    prompt_tokens: 43,
    completion_tokens: 10,
    completion_tokens_details: { reasoning_tokens: 11 },
  };
  const told = readUsage({ ...raw, total_tokens: 53 });
  assert.deepEqual([told?.output, told?.reasoning], [0, 10]);
  const untold = readUsage(raw);
  assert.deepEqual([untold?.output, untold?.reasoning], [10, 11], 'without a total the dearer reading');
});

test("DeepSeek's cache hits are read, and details that are null are none", () => {
  assert.equal(
    readUsage({ prompt_tokens: 10, completion_tokens: 1, prompt_cache_hit_tokens: 8 })?.cacheRead,
    8,
  );
  assert.equal(
    readUsage({ prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: null })?.input,
    10,
  );
});

test('what is no usage is none', () => {
  for (const raw of [
    null,
    undefined,
    5,
    [],
    {},
    { prompt_tokens: 1 },
    { prompt_tokens: -1, completion_tokens: 1 },
    { prompt_tokens: 1.5, completion_tokens: 1 },
  ]) {
    assert.equal(readUsage(raw), undefined);
  }
});

test('every kind of content commits: text, refusal, reasoning under any name, tool calls, an old function call', () => {
  const deltas = [
    { content: 'x' },
    { refusal: 'x' },
    { reasoning_content: 'x' },
    { reasoning: 'x' },
    { reasoning_details: [{ type: 'reasoning.encrypted', data: 'x' }] },
    { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{' } }] },
    { function_call: { name: 'f', arguments: '' } },
    { audio: { data: 'AA==' } },
  ];
  for (const delta of deltas) {
    const progress = new Progress(1);
    for (const event of readAnswer('t', { choices: [{ index: 0, delta }] })) progress.see(event);
    assert.equal(progress.content, true, JSON.stringify(delta));
  }
});

test('an empty delta, a role and an empty text commit nothing', () => {
  for (const delta of [
    {},
    { role: 'assistant' },
    { content: '' },
    { content: null, refusal: null },
    { tool_calls: [] },
    { reasoning_details: [] },
  ]) {
    assert.deepEqual(readAnswer('t', { choices: [{ index: 0, delta, finish_reason: null }] }), []);
  }
});

test('finish reasons keep their native name beside ours', () => {
  for (const [native, reason] of [
    ['stop', 'stop'],
    ['length', 'length'],
    ['function_call', 'tool_calls'],
    ['eos', 'other'],
  ]) {
    const [event] = readAnswer('t', { choices: [{ index: 2, delta: {}, finish_reason: native }] });
    assert.deepEqual(event, { type: 'finish', choice: 2, reason, native });
  }
});

test('errors of any shape are told: an object, a text, a numeric code, a page', () => {
  const error = (status: number, body: string, headers = {}) =>
    readHttpError('t', status, headers, Buffer.from(body));
  assert.equal(error(400, '{"error":{"message":"no","code":"x","type":"y","param":"p"}}').message, 'no');
  assert.equal(error(401, '{"error":"Unauthorized"}').code, 'upstream_auth');
  assert.equal(
    error(429, '{"error":{"message":"slow","code":429}}', { 'retry-after': '3' }).facts.retryAfterS,
    3,
  );
  assert.equal(error(404, '{"error":{"message":"no such model","code":404}}').status, 404);
  assert.equal(error(502, '<html>').code, 'upstream_error');
  assert.equal(error(529, '').code, 'upstream_unavailable');
  assert.equal(error(408, '').code, 'upstream_timeout');
});

test('the view tells what rooms decide on', () => {
  const view = readRequest({
    model: 'm',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'x' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
        ],
      },
    ],
    stream: true,
    stream_options: { include_usage: true },
    max_completion_tokens: 7,
    n: 2,
    tools: [{ type: 'function', function: { name: 'f' } }],
    user: 'u',
  });
  assert.deepEqual(view, {
    model: 'm',
    stream: true,
    includeUsage: true,
    maxTokens: { value: 7, param: 'max_completion_tokens' },
    choices: 2,
    messages: 1,
    images: 1,
    imageBytes: 28,
    documents: 0,
    tools: 1,
    endUser: 'u',
    unpriceable: [],
    tokenIds: undefined,
    thread: false,
    own: [],
  });
});

test('null means not given, for every optional parameter', () => {
  const view = readRequest({
    model: 'm',
    messages,
    stream: null,
    stream_options: null,
    max_tokens: null,
    n: null,
    tools: null,
    user: null,
    temperature: null,
    top_p: null,
    service_tier: null,
  });
  assert.ok(!(view instanceof TollgateError));
  assert.equal(view.maxTokens, undefined);
  assert.equal(view.choices, 1);
});

test('an error names the parameter, shows what was found and what was expected, and no secret', () => {
  const error = readRequest({ model: 'm', messages: [{ role: 'robot' }] });
  assert.ok(error instanceof TollgateError);
  assert.equal(error.facts.param, 'messages[0].role');
  assert.equal(
    error.message,
    '`messages[0].role`: found "robot", expected system, developer, user, assistant, tool or function',
  );
  const secret = readRequest({ model: 'm', messages: [{ role: 'AKIAIOSFODNN7EXAMPLE' }] });
  assert.ok(secret instanceof TollgateError && !secret.message.includes('AKIA'));
});

test('texts beyond ASCII are read as they are, however they are spelled', () => {
  const tape = scanJson(
    Buffer.from(
      '{"model":"mod\u00e8le-\\u20ac","user":"h\u00e9\\u00e9","messages":[{"role":"user","content":"x"}]}',
    ),
    128,
  );
  assert.ok(tape instanceof JsonTape);
  const view = readTape(tape);
  assert.ok(!(view instanceof TollgateError));
  assert.deepEqual([view.model, view.endUser], ['modèle-€', 'héé']);
});
