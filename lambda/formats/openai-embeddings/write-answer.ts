import { inputOf } from '../../core/chat/usage.ts';
import type { EmbeddingsAnswer, EmbeddingsRequest } from '../../core/embeddings/embeddings.ts';
import { jsonArray, jsonObject, jsonString } from '../../wire/json-write.ts';
import type { AnswerFacts } from '../format.ts';

/** Bytes of a float32. */
const FLOAT_BYTES = 4;

/** An answer as JSON text, in the encoding that the caller asked for. Source: OpenAI API reference, "Embeddings". */
export function writeAnswer(
  answer: EmbeddingsAnswer,
  { encoding }: EmbeddingsRequest,
  { warnings }: AnswerFacts,
): string {
  const data = answer.vectors.map((vector, index) =>
    jsonObject({
      object: '"embedding"',
      index: String(index),
      embedding: encoding === 'base64' ? jsonString(toBase64(vector)) : JSON.stringify(vector),
    }),
  );
  // Clients read the totals without a look whether they are there.
  const tokens = String(answer.usage === undefined ? 0 : inputOf(answer.usage));
  return jsonObject({
    object: '"list"',
    data: jsonArray(data),
    model: jsonString(answer.model),
    usage: jsonObject({ prompt_tokens: tokens, total_tokens: tokens }),
    tollgate: warnings.length === 0 ? undefined : JSON.stringify({ warnings }),
  });
}

/** Float32, little-endian, as OpenAI's clients decode it. */
function toBase64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * FLOAT_BYTES);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * FLOAT_BYTES);
  return bytes.toString('base64');
}
