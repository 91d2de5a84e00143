import type { EmbeddingsCaller } from '../format.ts';
import { readEmbeddings, readRequest } from './read.ts';
import { writeAnswer } from './write-answer.ts';

/** `POST /v1/embeddings` from the caller's side. */
export const embeddings: EmbeddingsCaller = {
  kind: 'embeddings',
  format: 'openai-embeddings',
  readRequest,
  readEmbeddings,
  writeAnswer,
};
