import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import OpenAI from 'openai';
import { PRICE, startBehindGateway } from './behind-gateway.ts';

const behind = await startBehindGateway();
after(() => behind.end());

const input = ['The sky is blue.', 'Žluťoučký kůň 🐎', 'Bread and butter'];
const DIMENSIONS = 576;

function norm(vector: readonly number[]): number {
  return Math.hypot(...vector);
}

test('vectors as numbers are those of the server, and their tokens are charged as input', async () => {
  const own = await behind.direct.embeddings.create({ input, model: 'smollm2', encoding_format: 'float' });
  const { data, response } = await behind.client.embeddings
    .create({ input, model: 'small', encoding_format: 'float' })
    .withResponse();
  assert.deepEqual(data.data, own.data);
  assert.deepEqual(data.usage, own.usage);
  assert.deepEqual(
    data.data.map(({ index }) => index),
    [0, 1, 2],
  );
  for (const { embedding } of data.data) {
    assert.equal(embedding.length, DIMENSIONS);
    assert.ok(Math.abs(norm(embedding) - 1) < 1e-3);
  }
  const row = await behind.row(response);
  assert.equal(row['outcome'], 'ok');
  assert.equal(row['input_tokens'], own.usage.prompt_tokens);
  assert.equal(row['output_tokens'], 0);
  assert.equal(row['cost_nano_usd'], own.usage.prompt_tokens * PRICE.input);
});

test("the SDK's default, base64, gives the same vectors", async () => {
  const floats = await behind.client.embeddings.create({ input, model: 'small', encoding_format: 'float' });
  // Without an encoding the SDK asks for base64 and decodes it itself.
  const decoded = await behind.client.embeddings.create({ input, model: 'small' });
  assert.equal(decoded.data.length, input.length);
  for (const [index, { embedding }] of decoded.data.entries()) {
    assert.deepEqual([...embedding], floats.data[index]?.embedding.map(Math.fround));
  }
});

test('base64 that is asked for stays base64', async () => {
  const answer = await fetch(`${behind.gateway.url}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: 'one text', model: 'small', encoding_format: 'base64' }),
  });
  assert.equal(answer.status, 200);
  const { data } = (await answer.json()) as { data: { embedding: string }[] };
  assert.equal(
    Buffer.from(data[0]?.embedding ?? '', 'base64').length,
    DIMENSIONS * Float32Array.BYTES_PER_ELEMENT,
  );
});

test("a text above the server's batch, which it answers with 500, is the caller's mistake in its own words", async () => {
  const ask = behind.client.embeddings.create({ input: 'word '.repeat(3_000), model: 'small' });
  await assert.rejects(ask, (error) => {
    assert.ok(error instanceof OpenAI.APIError);
    assert.match(error.message, /too large to process/);
    assert.equal(error.status, 400);
    assert.equal(error.headers?.get('x-should-retry'), 'false');
    return true;
  });
});
