import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { type ErrorFacts, TollgateError } from '../../../lambda/core/errors.ts';
import { openai } from '../../../lambda/dialects/openai/index.ts';
import { duration } from '../../../lambda/dialects/openai/rate-headers.ts';
import { clientThatGets } from '../../support/openai-client.ts';
import { openAiProblems } from '../../support/openai-schema.ts';

function rendered(code: TollgateError['code'], facts: ErrorFacts = {}) {
  const { status, headers, body } = openai.error(new TollgateError(code, 'said', facts), 'req-7');
  return { status, headers, body: JSON.parse(Buffer.from(body).toString()) };
}

test('an error names the request, says what was wrong where, and has every member that clients read', () => {
  const { status, headers, body } = rendered('invalid_request', { param: 'messages[1].role' });
  assert.equal(status, 400);
  assert.equal(headers['x-request-id'], 'req-7');
  assert.equal(headers['x-should-retry'], 'false');
  assert.deepEqual(body, {
    error: {
      message: 'said',
      type: 'invalid_request_error',
      param: 'messages[1].role',
      code: 'invalid_request',
    },
  });
  assert.deepEqual(openAiProblems('error', body), []);
});

test("Anthropic's 529 becomes the 503 that OpenAI's clients know", () => {
  assert.equal(rendered('upstream_rejected', { status: 529 }).status, 503);
  assert.equal(rendered('upstream_unavailable').status, 503);
});

test('a wait is told in seconds, and the official client gets its own error class', async () => {
  const { headers } = rendered('upstream_rate_limited', { retryAfterS: 3 });
  assert.equal(headers['retry-after'], '3');
  const body = openai.error(new TollgateError('budget_exceeded', 'spent'), 'req-7').body;
  const client = clientThatGets(Buffer.from(body).toString(), false, 429);
  await assert.rejects(
    client.chat.completions.create({ model: 'm', messages: [] }),
    (error) => error instanceof OpenAI.RateLimitError && error.code === 'budget_exceeded',
  );
});

test('an error inside a stream is one event that the official client throws', async () => {
  const event = openai.errorEvent(new TollgateError('upstream_cut', 'the answer was cut off'), 'req-7');
  const client = clientThatGets(Buffer.from(event).toString(), true);
  const stream = await client.chat.completions.create({ model: 'm', messages: [], stream: true });
  await assert.rejects(async () => {
    for await (const _ of stream);
  }, /the answer was cut off/);
});

test('a heartbeat is a comment, whether the answer has begun or not', () => {
  for (const begun of [true, false]) {
    assert.equal(Buffer.from(openai.heartbeat(begun)).toString(), ': ping\n\n');
  }
});

test('the list of models is what the official client lists', async () => {
  const list = openai.models([{ id: 'chat', provider: 'anthropic', created: 5 }]);
  assert.deepEqual(openAiProblems('models', list), []);
  const client = clientThatGets(JSON.stringify(list), false);
  const { data } = await client.models.list();
  assert.deepEqual(data, [{ id: 'chat', object: 'model', created: 5, owned_by: 'anthropic' }]);
});

test('every answer tells the request by the header that this family reads', () => {
  assert.deepEqual(openai.requestHeaders('req-7'), { 'x-request-id': 'req-7' });
});

test('a code whose cases differ says of each whether trying again helps', () => {
  assert.equal(rendered('rate_limit_exceeded', { retryAfterS: 2 }).headers['x-should-retry'], undefined);
  const never = rendered('rate_limit_exceeded', { retryable: false });
  assert.equal(never.headers['x-should-retry'], 'false');
  assert.equal(never.body.error.type, 'rate_limit_error');
});

test('rates are told by the headers that this family reads, as far as they are known', () => {
  const requests = { limit: 60, remaining: 9.9, resetMs: 361_000 };
  assert.deepEqual(openai.rateHeaders({ requests, tokens: undefined }, 0), {
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '9',
    'x-ratelimit-reset-requests': '6m1s',
  });
  const tokens = { limit: 1000, remaining: -3, resetMs: undefined };
  assert.deepEqual(openai.rateHeaders({ requests: undefined, tokens }, 0), {
    'x-ratelimit-limit-tokens': '1000',
    'x-ratelimit-remaining-tokens': '0',
  });
  assert.deepEqual(openai.rateHeaders({ requests: undefined, tokens: undefined }, 0), {});
});

test('a duration is written as OpenAI writes it, and never shorter than it is', () => {
  for (const [ms, text] of [
    [0, '0s'],
    [-5, '0s'],
    [0.2, '1ms'],
    [120, '120ms'],
    [999.1, '1s'],
    [1000, '1s'],
    [8640, '8.64s'],
    [60_000, '1m0s'],
    [86_400, '1m26.4s'],
    [360_000, '6m0s'],
    [4_320_000, '1h12m0s'],
    [90_000_001, '25h0m0.001s'],
  ] as const) {
    assert.equal(duration(ms), text);
  }
});
