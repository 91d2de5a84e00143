import { NO_USAGE, type Usage } from '../../core/chat/usage.ts';
import { type EmbeddingsAnswer, isVector, noEmbeddings } from '../../core/embeddings/embeddings.ts';
import type { TollgateError } from '../../core/errors.ts';
import { countIn, isRecord } from '../../core/json-value.ts';
import { modelOfTarget } from '../../core/routing/target.ts';

/** Bytes of a float32. */
const FLOAT_BYTES = 4;

/** The vectors of an answer in the order of their indexes, whether they come as floats or in base64. */
export function readAnswer(target: string, value: unknown): EmbeddingsAnswer | TollgateError {
  const data = isRecord(value) ? value['data'] : undefined;
  if (!isRecord(value) || !Array.isArray(data)) return noEmbeddings(target);
  const vectors: (readonly number[])[] = [];
  for (const [place, entry] of data.entries()) {
    const vector = isRecord(entry) ? vectorOf(entry['embedding']) : undefined;
    if (!isRecord(entry) || vector === undefined) return noEmbeddings(target);
    const { index } = entry;
    const at = typeof index === 'number' ? index : place;
    if (!Number.isSafeInteger(at) || at < 0 || at >= data.length || vectors[at] !== undefined) {
      return noEmbeddings(target);
    }
    vectors[at] = vector;
  }
  const { model } = value;
  return {
    model: typeof model === 'string' ? model : modelOfTarget(target),
    vectors,
    usage: readUsage(value),
  };
}

/** Tokens of an answer. Servers that give the total alone mean the same: nothing is generated. */
export function readUsage(value: unknown): Usage | undefined {
  const usage = isRecord(value) ? value['usage'] : undefined;
  if (!isRecord(usage)) return undefined;
  const input = countIn(usage['prompt_tokens'] ?? usage['total_tokens']);
  return input === undefined ? undefined : { ...NO_USAGE, input };
}

function vectorOf(embedding: unknown): readonly number[] | undefined {
  if (typeof embedding === 'string') return fromBase64(embedding);
  return isVector(embedding) ? embedding : undefined;
}

/** Float32, little-endian, whatever the machine's own order is. */
function fromBase64(text: string): readonly number[] | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) return undefined;
  const vector: number[] = [];
  for (let at = 0; at < bytes.length; at += FLOAT_BYTES) vector.push(bytes.readFloatLE(at));
  return vector;
}
