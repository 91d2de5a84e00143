import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { type ErrorFacts, TollgateError } from '../../../lambda/core/errors.ts';
import { openai } from '../../../lambda/dialects/openai/index.ts';
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
