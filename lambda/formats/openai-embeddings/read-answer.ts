import type { Usage } from '../../core/chat/usage.ts';
import type { EmbeddingsAnswer } from '../../core/embeddings/embeddings.ts';
import { TollgateError } from '../../core/errors.ts';
import { isRecord } from './types.ts';

/** Bytes of a float32. */
const FLOAT_BYTES = 4;

/** The vectors of an answer in the order of their indexes, whether they come as floats or in base64. */
export function readAnswer(target: string, value: unknown): EmbeddingsAnswer | TollgateError {
  const data = isRecord(value) ? value['data'] : undefined;
  if (!isRecord(value) || !Array.isArray(data)) return unreadable(target);
  const vectors: (readonly number[])[] = [];
  for (const [place, entry] of data.entries()) {
    const vector = isRecord(entry) ? vectorOf(entry['embedding']) : undefined;
    if (!isRecord(entry) || vector === undefined) return unreadable(target);
    const { index } = entry;
    const at = typeof index === 'number' ? index : place;
    if (!Number.isSafeInteger(at) || at < 0 || at >= data.length || vectors[at] !== undefined) {
      return unreadable(target);
    }
    vectors[at] = vector;
  }
  const { model } = value;
  return {
    model: typeof model === 'string' ? model : target.slice(target.indexOf('/') + 1),
    vectors,
    usage: readUsage(value),
  };
}

/** Tokens of an answer. Servers that give the total alone mean the same: nothing is generated. */
export function readUsage(value: unknown): Usage | undefined {
  const usage = isRecord(value) ? value['usage'] : undefined;
  if (!isRecord(usage)) return undefined;
  const input = usage['prompt_tokens'] ?? usage['total_tokens'];
  if (typeof input !== 'number' || !Number.isSafeInteger(input) || input < 0) return undefined;
  return { input, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0, reasoning: 0 };
}

function vectorOf(embedding: unknown): readonly number[] | undefined {
  if (typeof embedding === 'string') return fromBase64(embedding);
  if (!Array.isArray(embedding) || !embedding.every((each) => typeof each === 'number')) return undefined;
  return embedding;
}

/** Float32, little-endian, whatever the machine's own order is. */
function fromBase64(text: string): readonly number[] | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) return undefined;
  const vector: number[] = [];
  for (let at = 0; at < bytes.length; at += FLOAT_BYTES) vector.push(bytes.readFloatLE(at));
  return vector;
}

function unreadable(target: string): TollgateError {
  return new TollgateError('upstream_invalid', `${target} sent an answer without embeddings`);
}
