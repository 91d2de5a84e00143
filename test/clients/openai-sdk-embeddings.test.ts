import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { json, recorded, recordedText } from '../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway } from '../support/replay-gateway.ts';

let replay: ReplayGateway;
let client: OpenAI;

before(async () => {
  replay = await startReplayGateway();
  client = new OpenAI({ baseURL: replay.v1, apiKey: 'any', maxRetries: 0 });
});
after(() => replay.close());

const model = 'text-embedding-3-small';

/** The recorded vector: base64 of little-endian 32-bit floats. */
function vectorOf(id: string): number[] {
  const { data } = JSON.parse(recordedText(id, 1)) as { data: { embedding: string }[] };
  const bytes = Buffer.from(data[0]?.embedding ?? '', 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

test('the SDK asks for base64 unless told otherwise, and decodes the recorded vector', async () => {
  replay.upstream.play(recorded('openai-embeddings/base64'));
  const { data, usage } = await client.embeddings.create({ model, input: 'How do I reset my password?' });
  assert.deepEqual(data[0]?.embedding, vectorOf('openai-embeddings/base64'));
  assert.ok(usage.prompt_tokens > 0);
  const [request] = replay.upstream.requests;
  assert.equal(request?.path, '/v1/embeddings');
  assert.equal(request?.json['encoding_format'], 'base64');
});

test('dimensions reach the upstream, and so many numbers come back', async () => {
  replay.upstream.play(recorded('openai-embeddings/dimensions-float'));
  const { data } = await client.embeddings.create({ model, input: 'x', dimensions: 256 });
  assert.equal(data[0]?.embedding.length, 256);
  assert.equal(replay.upstream.requests[0]?.json['dimensions'], 256);
});

test('floats are asked for and come back as they were sent', async () => {
  const embedding = [0.25, -1, 1e-7];
  replay.upstream.play([
    json(200, {
      object: 'list',
      model,
      data: [{ object: 'embedding', index: 0, embedding }],
      usage: { prompt_tokens: 1, total_tokens: 1 },
    }),
  ]);
  const { data } = await client.embeddings.create({ model, input: ['x'], encoding_format: 'float' });
  assert.deepEqual(data[0]?.embedding, embedding);
  assert.equal(replay.upstream.requests[0]?.json['encoding_format'], 'float');
});

test('an error of the upstream is a BadRequestError, and a chat model is refused without a call', async () => {
  replay.upstream.play(() => recorded('openai-embeddings/error-400')[0]!);
  await assert.rejects(client.embeddings.create({ model, input: '' }), OpenAI.BadRequestError);
  replay.upstream.play([]);
  await assert.rejects(client.embeddings.create({ model: 'claude-haiku-4-5', input: 'x' }), OpenAI.APIError);
  assert.equal(replay.upstream.requests.length, 0);
});
