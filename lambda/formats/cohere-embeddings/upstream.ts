import type { Asked, Loss } from '../../core/chat/features.ts';
import { usageOfHeader } from '../../core/embeddings/bedrock-count.ts';
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

/** Texts of one call; Bedrock refuses more. */
const MOST_TEXTS = 96;
/** Lengths that the fourth version can be told. */
const DIMENSIONS = [256, 512, 1024, 1536];
/** Cohere requires a kind of use. This one is for texts that are kept to be searched. */
const DEFAULT_INPUT_TYPE = 'search_document';

/**
 * Embeddings of Cohere on Bedrock. Source: AWS, Bedrock user guide, "Cohere Embed v3" and "Cohere Embed v4". Errors are
 * those of Bedrock, which whoever serves this format adds.
 */
export const cohereEmbeddings: Omit<EmbeddingsUpstream, 'readHttpError'> = {
  name: 'cohere-embeddings',
  losses(request, { model }) {
    return request.asked.flatMap((asked) => lossOf(asked, request, model));
  },
  write(request, send) {
    const { inputs, inputType, dimensions } = request;
    if (inputs.length === 0 || inputs.length > MOST_TEXTS) return wrongCount(inputs.length);
    return jsonObject({
      texts: jsonArray(inputs.map(jsonString)),
      input_type: jsonString(inputType ?? DEFAULT_INPUT_TYPE),
      embedding_types: '["float"]',
      output_dimension: isFourth(send.model) ? jsonValue(dimensions) : undefined,
    });
  },
  readAnswer(target, value, headers): EmbeddingsAnswer | TollgateError {
    const embeddings = isRecord(value) ? value['embeddings'] : undefined;
    // By type where types were asked for; a bare list from servers that do not know the parameter.
    const vectors = isRecord(embeddings) ? embeddings['float'] : embeddings;
    if (!Array.isArray(vectors) || !vectors.every(isVector)) {
      return noEmbeddings(target);
    }
    const model = modelOfTarget(target);
    return { model, vectors, usage: usageOfHeader(headers) };
  },
  readUsage: (_value, headers) => usageOfHeader(headers),
};

function isFourth(model: string): boolean {
  return model.includes('cohere.embed-v4');
}

/** Nothing but texts, their use and their vectors' length can be asked; the encoding of floats is the gateway's. */
function lossOf({ param }: Asked, request: EmbeddingsRequest, model: string): readonly Loss[] {
  if (param === 'encoding_format' || param === 'input' || param === 'input_type') return [];
  const loss = (note: string, droppable: boolean): readonly Loss[] => [
    { param, how: 'dropped', note, droppable },
  ];
  if (param !== 'dimensions') return loss('Cohere has no such parameter', true);
  // Another length than the caller's would break what it does with the vectors.
  if (!isFourth(model)) return loss('this model has one length only', false);
  if (request.dimensions === undefined || DIMENSIONS.includes(request.dimensions)) return [];
  return loss(`Cohere gives ${DIMENSIONS.join(', ')}`, false);
}

function wrongCount(count: number): TollgateError {
  return new TollgateError(
    'invalid_request',
    `Cohere on Bedrock embeds 1 to ${MOST_TEXTS} texts a call, and the request has ${count}. Split it`,
    { param: 'input' },
  );
}
