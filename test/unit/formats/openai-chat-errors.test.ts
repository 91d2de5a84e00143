import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHttpError } from '../../../lambda/core/chat/openai-error.ts';

function failure(status: number, message: string) {
  return readHttpError('one/m', status, {}, Buffer.from(JSON.stringify({ error: { message } })));
}

test('a server error that only means a too long input is not tried again elsewhere', () => {
  for (const message of [
    'input (600 tokens) is too large to process. increase the physical batch size',
    'the request exceeds the available context size',
    'prompt is too long',
  ]) {
    const error = failure(500, message);
    assert.deepEqual([error.code, error.status, error.retryable], ['upstream_rejected', 400, false]);
  }
});

test('any other server error is the server’s', () => {
  for (const message of ['deadline exceeded', 'internal error']) {
    assert.deepEqual([failure(500, message).code, failure(500, message).retryable], ['upstream_error', true]);
  }
  assert.equal(failure(503, 'queue is too long').code, 'upstream_unavailable');
});
