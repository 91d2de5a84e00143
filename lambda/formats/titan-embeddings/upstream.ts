import type { Asked, Loss } from '../../core/chat/features.ts';
import {
  type EmbeddingsAnswer,
  type EmbeddingsRequest,
  isVector,
  noEmbeddings,
} from '../../core/embeddings/embeddings.ts';
import { TollgateError } from '../../core/errors.ts';
import { isRecord } from '../../core/json-value.ts';
import { modelOfTarget } from '../../core/routing/target.ts';
import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import type { EmbeddingsUpstream } from '../format.ts';
import { readUsage } from './usage.ts';

/** Lengths that the second version can be told. */
const DIMENSIONS = [256, 512, 1024];

/**
 * Embeddings of Amazon Titan. Source: AWS, Bedrock user guide, "Amazon Titan Embeddings G1 - Text". A call takes one
 * text, so a request is `{"requests": [...]}` and an answer `{"responses": [...]}`, in the same order: what carries it
 * makes one call of each. Errors are those of Bedrock, which whoever serves this format adds.
 */
export const titanEmbeddings: Omit<EmbeddingsUpstream, 'readHttpError'> = {
  name: 'titan-embeddings',
  losses(request, { model }) {
    return request.asked.flatMap((asked) => lossOf(asked, request, model));
  },
  write(request, send) {
    if (request.inputs.length === 0) return nothingToEmbed();
    const dimensions = isSecond(send.model) ? jsonValue(request.dimensions) : undefined;
    const requests = request.inputs.map((text) => jsonObject({ inputText: jsonString(text), dimensions }));
    return jsonObject({ requests: jsonArray(requests) });
  },
  readAnswer(target, value, headers): EmbeddingsAnswer | TollgateError {
    const responses = isRecord(value) ? value['responses'] : undefined;
    if (!Array.isArray(responses)) return noEmbeddings(target);
    const vectors: (readonly number[])[] = [];
    for (const response of responses) {
      const vector = isRecord(response) ? response['embedding'] : undefined;
      if (!isVector(vector)) return noEmbeddings(target);
      vectors.push(vector);
    }
    const model = modelOfTarget(target);
    return { model, vectors, usage: readUsage(value, headers) };
  },
  readUsage,
};

function isSecond(model: string): boolean {
  return model.includes('titan-embed-text-v2');
}

/** Nothing but texts and their vectors' length can be asked; the encoding of floats is the gateway's. */
function lossOf({ param }: Asked, request: EmbeddingsRequest, model: string): readonly Loss[] {
  if (param === 'encoding_format' || param === 'input') return [];
  const loss = (note: string, droppable: boolean): readonly Loss[] => [
    { param, how: 'dropped', note, droppable },
  ];
  if (param !== 'dimensions') return loss('Titan has no such parameter', true);
  // Another length than the caller's would break what it does with the vectors.
  if (!isSecond(model)) return loss('this model has one length only', false);
  if (request.dimensions === undefined || DIMENSIONS.includes(request.dimensions)) return [];
  return loss(`Titan gives ${DIMENSIONS.join(', ')}`, false);
}

function nothingToEmbed(): TollgateError {
  return new TollgateError('invalid_request', 'There is no text to embed. Send at least one', {
    param: 'input',
  });
}
