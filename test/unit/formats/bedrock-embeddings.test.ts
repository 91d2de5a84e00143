import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EmbeddingsRequest } from '../../../lambda/core/embeddings/embeddings.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { cohereEmbeddings } from '../../../lambda/formats/cohere-embeddings/upstream.ts';
import type { SendFacts } from '../../../lambda/formats/format.ts';
import { titanEmbeddings } from '../../../lambda/formats/titan-embeddings/upstream.ts';
import { sending } from '../../support/chat-request.ts';

const TITAN = 'amazon.titan-embed-text-v2:0';
const COHERE = 'cohere.embed-v4:0';
const COUNTED = { 'x-amzn-bedrock-input-token-count': '12' };
const usage = (input: number) => ({
  input,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteLong: 0,
  output: 0,
  reasoning: 0,
});

function asking(change: Partial<EmbeddingsRequest> = {}): EmbeddingsRequest {
  return {
    inputs: ['one', 'zwei "2"'],
    dimensions: undefined,
    encoding: 'float',
    endUser: undefined,
    inputType: undefined,
    asked: [],
    ...change,
  };
}

function send(model: string): SendFacts {
  return sending({ target: `aws/${model}`, model });
}

function written(format: typeof titanEmbeddings, request: EmbeddingsRequest, model: string): unknown {
  const text = format.write(request, send(model));
  if (text instanceof TollgateError) throw text;
  return JSON.parse(text);
}

describe('embeddings of Titan', () => {
  it('ask for each text apart, with a length where the model has several', () => {
    assert.deepEqual(written(titanEmbeddings, asking({ dimensions: 256 }), TITAN), {
      requests: [
        { inputText: 'one', dimensions: 256 },
        { inputText: 'zwei "2"', dimensions: 256 },
      ],
    });
    assert.deepEqual(written(titanEmbeddings, asking({ dimensions: 256 }), 'amazon.titan-embed-text-v1'), {
      requests: [{ inputText: 'one' }, { inputText: 'zwei "2"' }],
    });
    assert.ok(titanEmbeddings.write(asking({ inputs: [] }), send(TITAN)) instanceof TollgateError);
  });

  it('come back in order, with the tokens that AWS bills', () => {
    const value = {
      responses: [
        { embedding: [1, 0.5], inputTextTokenCount: 3 },
        { embedding: [0, 2], inputTextTokenCount: 4 },
      ],
    };
    const answer = titanEmbeddings.readAnswer(`aws/${TITAN}`, value, COUNTED);
    assert.deepEqual(answer, {
      model: TITAN,
      vectors: [
        [1, 0.5],
        [0, 2],
      ],
      usage: usage(12),
    });
    assert.deepEqual(titanEmbeddings.readUsage(value, {}), usage(7));
    assert.equal(titanEmbeddings.readUsage({ responses: [{}] }, {}), undefined);
  });

  it('that cannot be read are an error', () => {
    for (const value of [null, {}, { responses: [{}] }, { responses: [{ embedding: ['x'] }] }]) {
      assert.ok(titanEmbeddings.readAnswer(`aws/${TITAN}`, value, {}) instanceof TollgateError);
    }
  });

  it('lose what Titan does not know, and never give another length than the one asked for', () => {
    const asked = [
      { feature: 'end_user', param: 'user' },
      { feature: 'unknown', param: 'dimensions' },
    ] as const;
    const losses = (dimensions: number, model: string) =>
      titanEmbeddings
        .losses(asking({ dimensions, asked }), { model })
        .map(({ param, droppable }) => [param, droppable]);
    assert.deepEqual(losses(512, TITAN), [['user', true]]);
    assert.deepEqual(losses(300, TITAN), [
      ['user', true],
      ['dimensions', false],
    ]);
    assert.deepEqual(losses(512, 'amazon.titan-embed-text-v1'), [
      ['user', true],
      ['dimensions', false],
    ]);
  });
});

describe('embeddings of Cohere', () => {
  it('ask for all texts at once, as floats, with their use', () => {
    assert.deepEqual(
      written(cohereEmbeddings, asking({ dimensions: 1024, inputType: 'search_query' }), COHERE),
      {
        texts: ['one', 'zwei "2"'],
        input_type: 'search_query',
        embedding_types: ['float'],
        output_dimension: 1024,
      },
    );
    assert.deepEqual(written(cohereEmbeddings, asking({ dimensions: 1024 }), 'cohere.embed-english-v3'), {
      texts: ['one', 'zwei "2"'],
      input_type: 'search_document',
      embedding_types: ['float'],
    });
  });

  it('take 1 to 96 texts', () => {
    const count = (length: number) =>
      cohereEmbeddings.write(asking({ inputs: Array(length).fill('a') }), send(COHERE));
    assert.equal(typeof count(96), 'string');
    for (const length of [0, 97]) {
      const error = count(length);
      assert.ok(error instanceof TollgateError);
      assert.equal(error.facts.param, 'input');
    }
  });

  it('come back in order, with the tokens that AWS bills', () => {
    for (const embeddings of [{ float: [[1], [2]] }, [[1], [2]]]) {
      const answer = cohereEmbeddings.readAnswer(`aws/${COHERE}`, { embeddings }, COUNTED);
      assert.deepEqual(answer, { model: COHERE, vectors: [[1], [2]], usage: usage(12) });
    }
    assert.equal(cohereEmbeddings.readUsage({}, {}), undefined);
    assert.equal(cohereEmbeddings.readUsage({}, { 'x-amzn-bedrock-input-token-count': 'x' }), undefined);
    for (const value of [null, {}, { embeddings: {} }, { embeddings: [['x']] }]) {
      assert.ok(cohereEmbeddings.readAnswer(`aws/${COHERE}`, value, {}) instanceof TollgateError);
    }
  });

  it('lose what Cohere does not know, and never give another length than the one asked for', () => {
    const asked = [
      { feature: 'unknown', param: 'dimensions' },
      { feature: 'unknown', param: 'input_type' },
    ] as const;
    const losses = (dimensions: number, model: string) =>
      cohereEmbeddings.losses(asking({ dimensions, asked }), { model }).map(({ droppable }) => droppable);
    assert.deepEqual(losses(1536, COHERE), []);
    assert.deepEqual(losses(300, COHERE), [false]);
    assert.deepEqual(losses(1024, 'cohere.embed-english-v3'), [false]);
  });
});
