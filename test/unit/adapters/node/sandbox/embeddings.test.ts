import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddingsBody, readEmbeddings } from '../../../../../lambda/adapters/node/sandbox/embeddings.ts';

function vectors(body: object): number[][] {
  const asked = readEmbeddings(Buffer.from(JSON.stringify({ model: 'sandbox', ...body })));
  assert.ok(asked !== undefined);
  const answer = JSON.parse(embeddingsBody(asked)) as { data: { embedding: number[] | string }[] };
  return answer.data.map(({ embedding }) =>
    typeof embedding === 'string'
      ? [...new Float32Array(Uint8Array.from(Buffer.from(embedding, 'base64')).buffer)]
      : embedding,
  );
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

test('vectors have the length asked for, are one unit long and the same in both encodings', () => {
  for (const dimensions of [undefined, 3, 1_000]) {
    const [floats] = vectors({ input: 'red green blue', dimensions });
    assert.equal(floats?.length, dimensions ?? 256);
    assert.ok(Math.abs(dot(floats ?? [], floats ?? []) - 1) < 1e-5);
    assert.deepEqual(
      vectors({ input: ['red green blue'], dimensions, encoding_format: 'base64' })[0],
      floats,
    );
  }
});

test('texts that share words are closer than others', () => {
  const [question, near, far] = vectors({
    input: ['Where is the invoice of March?', 'The invoice of March is paid.', 'Penguins cannot fly.'],
  });
  assert.ok(dot(question ?? [], near ?? []) > dot(question ?? [], far ?? []));
});

test('what is no request for embeddings of texts is none', () => {
  for (const body of ['', '[]', '{}', '{"model":"m"}', '{"model":"m","input":[1]}']) {
    assert.equal(readEmbeddings(Buffer.from(body)), undefined);
  }
});
