import type { Asked } from '../chat/features.ts';
import type { Usage } from '../chat/usage.ts';
import { TollgateError } from '../errors.ts';

/** A request for embeddings, whatever the wire format it came in. */
export interface EmbeddingsRequest {
  readonly inputs: readonly string[];
  /** Length of each vector; undefined for the model's own. */
  readonly dimensions: number | undefined;
  readonly encoding: 'float' | 'base64';
  readonly endUser: string | undefined;
  /** Cohere's kind of use, from the caller's `input_type`; undefined for the default. */
  readonly inputType: string | undefined;
  readonly asked: readonly Asked[];
}

export interface EmbeddingsAnswer {
  /** The upstream's own name of the model. */
  readonly model: string;
  /** In the order of the inputs. */
  readonly vectors: readonly (readonly number[])[];
  /** Undefined where the upstream gave none. */
  readonly usage: Usage | undefined;
}

export function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}

/** An upstream answered, and there are no vectors in it. */
export function noEmbeddings(target: string): TollgateError {
  return new TollgateError('upstream_invalid', `${target} sent an answer without embeddings`);
}
