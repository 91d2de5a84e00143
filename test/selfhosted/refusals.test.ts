import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import OpenAI, { type APIError } from 'openai';
import { startBehindGateway } from './behind-gateway.ts';

const behind = await startBehindGateway();
after(() => behind.end());

const tooLong: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'word '.repeat(6_000) }];
const short: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hi' }];

/** What the server answers by itself: the gateway has to say the same. */
async function refusalOf(ask: Promise<unknown>): Promise<APIError> {
  try {
    await ask;
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError, String(error));
    return error;
  }
  throw new Error('it was not refused');
}

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'not streamed';

  test(`a prompt above the context gets the server's own 400 and message, ${how}`, async () => {
    const body = { messages: tooLong, stream };
    const own = await refusalOf(behind.direct.chat.completions.create({ ...body, model: 'smollm2' }));
    const refusal = await refusalOf(behind.client.chat.completions.create({ ...body, model: 'small' }));
    assert.equal(refusal.status, 400);
    assert.equal(refusal.type, own.type);
    assert.equal(refusal.message, own.message);
    assert.match(refusal.message, /exceeds the available context size/);
    assert.equal(refusal.headers?.get('x-tollgate-error'), 'upstream_rejected');
  });

  test(`a grammar that is none gets the server's own 400 and message, ${how}`, async () => {
    const body = { messages: short, stream, grammar: 'root ::= "' };
    const own = await refusalOf(behind.direct.chat.completions.create({ ...body, model: 'smollm2' }));
    const refusal = await refusalOf(behind.client.chat.completions.create({ ...body, model: 'small' }));
    assert.equal(refusal.status, 400);
    assert.equal(refusal.message, own.message);
    assert.match(refusal.message, /grammar/);
  });
}

test('what the server refused costs nothing', async () => {
  const body = { messages: tooLong, model: 'small', user: 'refused' };
  await refusalOf(behind.client.chat.completions.create(body));
  const row = await behind.rowWhere((candidate) => candidate['end_user'] === 'refused');
  assert.equal(row['cost_nano_usd'], 0);
  assert.equal(row['status'], 400);
});

test('a model that no alias names is refused by its name, though the server takes any', async () => {
  const body = { messages: short, max_tokens: 1 };
  await behind.direct.chat.completions.create({ ...body, model: 'smal' });
  const refusal = await refusalOf(behind.client.chat.completions.create({ ...body, model: 'smal' }));
  assert.equal(refusal.status, 404);
  assert.equal(refusal.code, 'model_not_found');
  assert.match(refusal.message, /smal/);
});

test('a route of the server that the gateway does not have is a clear 404', async () => {
  const answer = await fetch(`${behind.gateway.url}/v1/rerank`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"a","documents":["b"]}',
  });
  assert.equal(answer.status, 404);
  const { error } = (await answer.json()) as { error: { code: string; message: string } };
  assert.equal(error.code, 'route_not_found');
  assert.match(error.message, /rerank/);
});
