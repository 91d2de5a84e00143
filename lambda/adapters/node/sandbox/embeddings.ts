import { createHash } from 'node:crypto';
import { tokenise } from './tokens.ts';

/** Length of a vector where none is asked for, and the most that can be. */
const DIMENSIONS = 256;
const MAX_DIMENSIONS = 4_096;

export interface EmbeddingsAsked {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly dimensions: number;
  readonly base64: boolean;
}

/** Undefined where the body is no request for embeddings of texts. */
export function readEmbeddings(body: Uint8Array | undefined): EmbeddingsAsked | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body ?? []).toString());
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { model, input, dimensions, encoding_format } = value as Readonly<Record<string, unknown>>;
  const inputs = typeof input === 'string' ? [input] : input;
  if (typeof model !== 'string' || !Array.isArray(inputs)) return undefined;
  if (!inputs.every((text) => typeof text === 'string')) return undefined;
  const wanted = typeof dimensions === 'number' && dimensions >= 1 ? dimensions : DIMENSIONS;
  return {
    model,
    inputs,
    dimensions: Math.min(MAX_DIMENSIONS, Math.floor(wanted)),
    base64: encoding_format === 'base64',
  };
}

/** The answer in OpenAI's words. Texts that share words have vectors that are close, so that a search can be tried out. */
export function embeddingsBody({ model, inputs, dimensions, base64 }: EmbeddingsAsked): string {
  const tokens = inputs.reduce((sum, text) => sum + tokenise(text).length, 0);
  return JSON.stringify({
    object: 'list',
    model,
    data: inputs.map((text, index) => {
      const vector = vectorOf(text, dimensions);
      const embedding = base64 ? Buffer.from(vector.buffer).toString('base64') : [...vector];
      return { object: 'embedding', index, embedding };
    }),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

/** A bag of words, each at a place and with a sign by its hash, made one unit long. */
function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['']) {
    const hash = createHash('sha256').update(word).digest();
    const place = hash.readUInt32LE(0) % dimensions;
    vector[place] = (vector[place] ?? 0) + ((hash[4] ?? 0) % 2 === 0 ? 1 : -1);
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
