import { readHttpError } from '../../core/chat/openai-error.ts';
import type { EmbeddingsUpstream } from '../format.ts';
import { readAnswer, readUsage } from './read-answer.ts';
import { lossesOfRequest, writeRequest } from './write.ts';

/** Embeddings as OpenAI, and what speaks its format, serve them. */
export const openaiEmbeddings: EmbeddingsUpstream = {
  name: 'openai-embeddings',
  losses: lossesOfRequest,
  write: writeRequest,
  readAnswer,
  readUsage,
  readHttpError,
};
