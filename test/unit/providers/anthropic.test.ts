import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestView } from '../../../lambda/core/chat/request.ts';
import type { SendFacts } from '../../../lambda/formats/format.ts';
import { makeAnthropic } from '../../../lambda/providers/anthropic/index.ts';
import { sending } from '../../support/chat-request.ts';

const provider = makeAnthropic({ type: 'anthropic', key: { env: 'KEY' } });
const chat = provider.chat('claude')!;
const count = provider.countTokens('claude')!;

function send(facts: Partial<SendFacts> = {}): SendFacts {
  return sending({ target: 'anthropic/claude', model: 'claude', ...facts });
}

test('it serves chat and token counts of the Messages API, and no embeddings', () => {
  assert.equal(provider.transport, 'http');
  assert.equal(provider.baseUrl, 'https://api.anthropic.com/v1');
  assert.equal(chat.path(send()), '/messages');
  assert.equal(count.path(send()), '/messages/count_tokens');
  assert.equal(chat.format.name, 'anthropic-messages');
  assert.equal(chat.threads, true);
  assert.equal(provider.embeddings('claude'), undefined);
});

test('a base URL of the config loses its last slash', () => {
  const other = makeAnthropic({
    type: 'anthropic',
    key: { env: 'KEY' },
    base_url: 'https://proxy.example/v1/',
  });
  assert.equal(other.baseUrl, 'https://proxy.example/v1');
});

test('the key goes as x-api-key, and the version is the one that translations are written for', () => {
  assert.deepEqual(chat.headers('secret', send({ stream: true })), {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'user-agent': 'tollgate',
    'anthropic-version': '2023-06-01',
    'x-api-key': 'secret',
  });
  assert.equal('x-api-key' in chat.headers(undefined, send()), false);
});

test("the caller's version and betas pass unchanged, and no other header of the caller does", () => {
  const callerHeaders = {
    'anthropic-version': '2026-10-21',
    'anthropic-beta': 'one,two',
    authorization: 'Bearer caller',
    'x-api-key': 'caller',
    'x-stainless-lang': 'js',
  };
  const headers = count.headers('secret', send({ callerHeaders, stream: true }));
  assert.deepEqual(headers, {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'tollgate',
    'anthropic-version': '2026-10-21',
    'anthropic-beta': 'one,two',
    'x-api-key': 'secret',
  });
});

test("a forwarded request changes in the model's name alone", () => {
  // Only the model is read of a view.
  const view = (model: string): RequestView => ({ model }) as RequestView;
  assert.deepEqual(chat.edits(view('claude'), send({ maxTokens: 5, inject: true })), []);
  assert.deepEqual(chat.edits(view('fast'), send()), [{ op: 'set', path: ['model'], json: '"claude"' }]);
});
