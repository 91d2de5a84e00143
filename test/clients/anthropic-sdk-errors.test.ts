import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { recorded } from '../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway } from '../support/replay-gateway.ts';

let replay: ReplayGateway;
let client: Anthropic;

before(async () => {
  replay = await startReplayGateway();
  client = new Anthropic({ baseURL: replay.url, apiKey: 'any', maxRetries: 0 });
});
after(() => replay.close());

const messages = [{ role: 'user' as const, content: 'Say hello.' }];
const base = { model: 'claude-haiku-4-5', max_tokens: 1000, messages };

for (const [name, error, status, type] of [
  ['synthetic/anthropic-error-400-bad-signature', Anthropic.BadRequestError, 400, 'invalid_request_error'],
  ['synthetic/anthropic-error-400-thinking-bound', Anthropic.BadRequestError, 400, 'invalid_request_error'],
  ['synthetic/anthropic-error-400-prompt-too-long', Anthropic.BadRequestError, 400, 'invalid_request_error'],
  ['anthropic/error-404-model', Anthropic.NotFoundError, 404, 'not_found_error'],
  ['synthetic/anthropic-error-413-request-too-large', Anthropic.APIError, 413, 'request_too_large'],
  ['synthetic/anthropic-error-429-rate-limit', Anthropic.RateLimitError, 429, 'rate_limit_error'],
  ['synthetic/anthropic-error-529-overloaded', Anthropic.APIError, 529, 'overloaded_error'],
  ['synthetic/anthropic-error-502-html', Anthropic.InternalServerError, 502, 'api_error'],
  ['anthropic/error-401-claude-code', Anthropic.InternalServerError, 502, 'api_error'],
  ['synthetic/anthropic-stream-overloaded-first', Anthropic.APIError, 529, 'overloaded_error'],
] as const) {
  test(`${name} is a ${error.name} with status ${status} and type ${type}`, async () => {
    for (const stream of name.includes('stream') ? [true] : [false, true]) {
      replay.upstream.play(() => recorded(name)[0]!);
      await assert.rejects(client.messages.create({ ...base, stream }), (thrown) => {
        assert.ok(thrown instanceof error, String(thrown));
        assert.equal(thrown.status, status);
        assert.equal(thrown.type, type);
        assert.match(thrown.requestID ?? '', /^req_/);
        return true;
      });
    }
  });
}

for (const [name, of] of [
  ['openai-error-400-context-length', 'gpt-5.4-mini'],
  ['bedrock-error-400-validation-too-long', 'nova'],
] as const) {
  test(`${name} begins with the words by which coding agents know a prompt that is too long`, async () => {
    replay.upstream.play(() => recorded(`synthetic/${name}`)[0]!);
    await assert.rejects(client.messages.create({ ...base, model: of }), (thrown) => {
      assert.ok(thrown instanceof Anthropic.BadRequestError);
      assert.match((thrown.error as { error: { message: string } }).error.message, /^prompt is too long/);
      return true;
    });
  });
}

test('a model that is not configured is a NotFoundError, a wrong body a BadRequestError', async () => {
  await assert.rejects(client.messages.create({ ...base, model: 'nonesuch' }), Anthropic.NotFoundError);
  await assert.rejects(
    client.messages.create({ ...base, messages: 'hi' } as never),
    Anthropic.BadRequestError,
  );
});

test('a guard block is a PermissionDeniedError that the SDK does not retry', async () => {
  let tries = 0;
  const retrying = new Anthropic({
    baseURL: replay.url,
    apiKey: 'any',
    maxRetries: 2,
    fetch: (url, init) => {
      tries += 1;
      return fetch(url, init);
    },
  });
  const secret = [{ role: 'user' as const, content: 'use AKIAIOSFODNN7EXAMPLE' }];
  replay.upstream.play([]);
  await assert.rejects(
    retrying.messages.create({ ...base, messages: secret }),
    Anthropic.PermissionDeniedError,
  );
  assert.equal(tries, 1);
  assert.equal(replay.upstream.requests.length, 0);
});

for (const name of ['anthropic-stream-overloaded-midway', 'anthropic-stream-cut'] as const) {
  test(`${name} throws in the SDK after its text`, async () => {
    const [answer] = recorded(`synthetic/${name}`);
    assert.ok(answer);
    replay.upstream.play([name === 'anthropic-stream-cut' ? { ...answer, end: 'cut' } : answer]);
    let text = '';
    const stream = client.messages.stream(base).on('text', (delta) => {
      text += delta;
    });
    await assert.rejects(stream.finalMessage(), Anthropic.AnthropicError);
    assert.notEqual(text, '');
  });
}
