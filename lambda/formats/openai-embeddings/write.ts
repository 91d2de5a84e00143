import type { Loss } from '../../core/chat/features.ts';
import type { EmbeddingsRequest } from '../../core/embeddings/embeddings.ts';
import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import type { SendFacts } from '../format.ts';

/** Parameters of the format. Source: OpenAI API reference, "Create embeddings". */
const KNOWN: ReadonlySet<string> = new Set(['dimensions', 'user']);

/** A request as JSON text. Floats are asked for: the caller's encoding is the gateway's to make. */
export function writeRequest(request: EmbeddingsRequest, send: SendFacts): string {
  return jsonObject({
    model: jsonString(send.model),
    input: jsonArray(request.inputs.map(jsonString)),
    encoding_format: '"float"',
    dimensions: jsonValue(request.dimensions),
    user: jsonValue(request.endUser),
  });
}

export function lossesOfRequest({ asked }: EmbeddingsRequest): readonly Loss[] {
  return asked
    .filter(({ param }) => !KNOWN.has(param))
    .map(({ param }) => ({
      param,
      how: 'dropped',
      note: 'embeddings have no such parameter here',
      droppable: true,
    }));
}
