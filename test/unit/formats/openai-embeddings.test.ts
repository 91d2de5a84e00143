import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EmbeddingsRequest } from '../../../lambda/core/embeddings/embeddings.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import type { AnswerFacts } from '../../../lambda/formats/format.ts';
import { embeddings } from '../../../lambda/formats/openai-embeddings/caller.ts';
import { openaiEmbeddings } from '../../../lambda/formats/openai-embeddings/upstream.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { sending } from '../../support/chat-request.ts';
import { recordedExchanges } from '../../support/fixtures.ts';
import { clientThatGets } from '../../support/openai-client.ts';

const FACTS: AnswerFacts = {
  requestId: 'r',
  target: 'one/model',
  created: 0,
  includeUsage: false,
  warnings: [],
  sealer: undefined,
  capsuleCharacters: 0,
};

function tapeOf(body: unknown): JsonTape {
  const tape = scanJson(Buffer.from(JSON.stringify(body)), 128);
  assert.ok(tape instanceof JsonTape);
  return tape;
}

function view(body: unknown) {
  const read = embeddings.readRequest(tapeOf(body));
  if (read instanceof TollgateError) throw read;
  return read;
}

function request(body: unknown): EmbeddingsRequest {
  const read = embeddings.readEmbeddings(tapeOf(body));
  if (read instanceof TollgateError) throw read;
  return read;
}

function refusal(body: unknown): TollgateError {
  const read = embeddings.readRequest(tapeOf(body));
  assert.ok(read instanceof TollgateError);
  return read;
}

test('the view counts texts, and says when they are token ids', () => {
  const of = (input: unknown) => {
    const { messages, tokenIds } = view({ model: 'm', input });
    return [messages, tokenIds];
  };
  assert.deepEqual(of('a'), [1, undefined]);
  assert.deepEqual(of(['a', 'b']), [2, undefined]);
  assert.deepEqual(of([1, 2, 3]), [1, 'input']);
  assert.deepEqual(of([[1], [2, 3]]), [2, 'input']);
});

test('the view is never a stream, has no output and names the end user', () => {
  const { stream, maxTokens, choices, endUser, model } = view({ model: 'é', input: 'a', user: 'ü' });
  assert.deepEqual([stream, maxTokens, choices, endUser, model], [false, undefined, 1, 'ü', 'é']);
});

const WRONG: readonly (readonly [string, unknown, string, RegExp])[] = [
  ['no object', [], '', /request body: found an empty list, expected a JSON object/],
  ['no model', { input: 'a' }, 'model', /found nothing, expected the name of a model/],
  ['an empty model', { model: '', input: 'a' }, 'model', /found ""/],
  ['no input', { model: 'm' }, 'input', /found nothing, expected a string/],
  ['an empty list', { model: 'm', input: [] }, 'input', /found an empty list/],
  ['a list of objects', { model: 'm', input: [{}] }, 'input[0]', /found an object/],
  ['mixed texts', { model: 'm', input: ['a', 1] }, 'input[1]', /found 1, expected a string/],
  ['a fraction as token', { model: 'm', input: [1, 1.5] }, 'input[1]', /found 1.5, expected a token id/],
  ['an empty list of tokens', { model: 'm', input: [[1], []] }, 'input[1]', /expected a list of token ids/],
  ['a text among tokens', { model: 'm', input: [[1], ['a']] }, 'input[1][0]', /found "a"/],
  ['too many', { model: 'm', input: Array(2049).fill('a') }, 'input', /it has 2049, split the request/],
  ['dimensions', { model: 'm', input: 'a', dimensions: 0 }, 'dimensions', /found 0, expected a whole number/],
  ['encoding', { model: 'm', input: 'a', encoding_format: 'hex' }, 'encoding_format', /"float" or "base64"/],
  ['user', { model: 'm', input: 'a', user: 1 }, 'user', /found 1, expected a string/],
];

for (const [what, body, param, message] of WRONG) {
  test(`${what} is refused with the name of the parameter`, () => {
    const error = refusal(body);
    assert.equal(error.code, 'invalid_request');
    assert.equal(error.facts.param ?? '', param);
    assert.match(error.message, message);
  });
}

test('2048 texts are taken', () => {
  assert.equal(view({ model: 'm', input: Array(2048).fill('a') }).messages, 2048);
});

test('a request for translation lists what it asks for beyond texts, and nothing that is null', () => {
  const read = request({
    model: 'm',
    input: ['a', 'ü "b"'],
    dimensions: 256,
    encoding_format: 'base64',
    user: 'u',
    input_type: 'search_query',
    truncate: 'END',
    other: null,
  });
  assert.deepEqual(read, {
    inputs: ['a', 'ü "b"'],
    dimensions: 256,
    encoding: 'base64',
    endUser: 'u',
    inputType: 'search_query',
    asked: [
      { feature: 'unknown', param: 'dimensions' },
      { feature: 'end_user', param: 'user' },
      { feature: 'unknown', param: 'input_type' },
      { feature: 'unknown', param: 'truncate' },
    ],
  });
  assert.deepEqual(
    openaiEmbeddings.losses(read, { model: 'm' }).map(({ param }) => param),
    ['input_type', 'truncate'],
  );
});

test('token ids cannot be translated, for they are words of one vocabulary', () => {
  const read = embeddings.readEmbeddings(tapeOf({ model: 'm', input: [1, 2] }));
  assert.ok(read instanceof TollgateError);
  assert.deepEqual([read.code, read.facts.param], ['unsupported_parameter', 'input']);
});

test('the upstream is asked for floats, whatever the caller wants', () => {
  const read = request({ model: 'm', input: 'a', encoding_format: 'base64', dimensions: 8, user: 'u' });
  assert.deepEqual(JSON.parse(String(openaiEmbeddings.write(read, sending({ model: 'up' })))), {
    model: 'up',
    input: ['a'],
    encoding_format: 'float',
    dimensions: 8,
    user: 'u',
  });
});

const RECORDED = recordedExchanges('openai-embeddings');

test('a recorded answer in base64 is read, and its usage too', () => {
  const recorded = RECORDED.find(({ id }) => id.startsWith('openai-embeddings/dimensions-float'))!;
  const answer = openaiEmbeddings.readAnswer('one/m', JSON.parse(recorded.response.toString()), {});
  assert.ok(!(answer instanceof TollgateError));
  assert.deepEqual([answer.vectors.length, answer.vectors[0]?.length], [1, 256]);
  // Vectors of this model have length 1.
  const norm = answer.vectors[0]!.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(norm - 1) < 1e-3);
  assert.equal(answer.usage?.input, JSON.parse(recorded.response.toString()).usage.prompt_tokens);
});

test('written in base64 again, a recorded answer has its own characters', () => {
  for (const recorded of RECORDED.filter(({ status }) => status === 200)) {
    const original = JSON.parse(recorded.response.toString());
    const answer = openaiEmbeddings.readAnswer('one/m', original, {});
    assert.ok(!(answer instanceof TollgateError));
    const text = embeddings.writeAnswer(
      answer,
      request({ model: 'm', input: 'a', encoding_format: 'base64' }),
      FACTS,
    );
    assert.deepEqual(JSON.parse(text), original);
  }
});

test('vectors come in the order of their indexes', () => {
  const answer = openaiEmbeddings.readAnswer(
    'one/m',
    {
      data: [
        { index: 1, embedding: [2] },
        { index: 0, embedding: [1] },
      ],
    },
    {},
  );
  assert.ok(!(answer instanceof TollgateError));
  assert.deepEqual([answer.vectors, answer.model, answer.usage], [[[1], [2]], 'm', undefined]);
});

for (const [what, value] of [
  ['no object', []],
  ['no data', {}],
  ['a vector that is none', { data: [{ embedding: ['a'] }] }],
  ['base64 of half a float', { data: [{ embedding: 'AAA=' }] }],
  [
    'an index twice',
    {
      data: [
        { index: 0, embedding: [1] },
        { index: 0, embedding: [1] },
      ],
    },
  ],
  ['an index outside', { data: [{ index: 5, embedding: [1] }] }],
] as const) {
  test(`an answer with ${what} is an error of the upstream`, () => {
    const answer = openaiEmbeddings.readAnswer('one/m', value, {});
    assert.ok(answer instanceof TollgateError);
    assert.equal(answer.code, 'upstream_invalid');
  });
}

const ANSWER = {
  model: 'up',
  vectors: [
    [0.5, -1, 0.25],
    [1, 0, -0.125],
  ],
  usage: { input: 7, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0, reasoning: 0 },
};

test("OpenAI's client reads both encodings, and asks for base64 by itself", async () => {
  for (const encoding of ['base64', 'float'] as const) {
    const asked = request({ model: 'm', input: ['a', 'b'], encoding_format: encoding });
    const client = clientThatGets(embeddings.writeAnswer(ANSWER, asked, FACTS), false);
    const got = await client.embeddings.create({
      model: 'm',
      input: ['a', 'b'],
      ...(encoding === 'float' ? { encoding_format: encoding } : {}),
    });
    assert.deepEqual(
      got.data.map(({ embedding }) => embedding),
      ANSWER.vectors,
    );
    assert.deepEqual(got.usage, { prompt_tokens: 7, total_tokens: 7 });
    assert.equal(got.model, 'up');
  }
});

test('warnings stand in the body, and nothing does where there are none', () => {
  const asked = request({ model: 'm', input: 'a' });
  const warned = JSON.parse(embeddings.writeAnswer(ANSWER, asked, { ...FACTS, warnings: ['user dropped'] }));
  assert.deepEqual(warned.tollgate, { warnings: ['user dropped'] });
  assert.equal('tollgate' in JSON.parse(embeddings.writeAnswer(ANSWER, asked, FACTS)), false);
});

function failure(status: number, body: string, headers = {}): TollgateError {
  return openaiEmbeddings.readHttpError('one/m', status, headers, Buffer.from(body));
}

test('a recorded refusal keeps its text, type and status', () => {
  const recorded = RECORDED.find(({ status }) => status === 400)!;
  const error = failure(400, recorded.response.toString());
  assert.deepEqual(
    [error.code, error.status, error.message, error.facts.upstream],
    [
      'upstream_rejected',
      400,
      "-1 is less than the minimum of 1 - 'dimensions'",
      { type: 'invalid_request_error', code: null },
    ],
  );
});

test('a server error that only means a too long input is the caller’s to change', () => {
  const body = '{"error":{"code":500,"message":"input is too large to process","type":"server_error"}}';
  const error = failure(500, body);
  assert.deepEqual([error.code, error.status, error.retryable], ['upstream_rejected', 400, false]);
  const other = failure(500, '{"error":{"code":500,"message":"out of memory","type":"server_error"}}');
  assert.deepEqual([other.code, other.retryable], ['upstream_error', true]);
});

test('errors of any shape are read: a text, a page, a refused key, a wait', () => {
  assert.equal(failure(404, '{"error":"no such model"}').message, 'no such model');
  assert.equal(failure(502, '<html>').message, 'one/m answered HTTP 502');
  assert.equal(failure(401, '{"error":{"message":"key sk-1 is wrong"}}').message.includes('sk-1'), false);
  assert.equal(failure(429, '{}', { 'retry-after': '12' }).facts.retryAfterS, 12);
});
