import { foundationModel } from '../../core/config/bedrock-model.ts';
import { readHttpError } from '../../formats/bedrock-converse/errors.ts';
import { converseFor, countFor } from '../../formats/bedrock-converse/upstream.ts';
import { cohereEmbeddings } from '../../formats/cohere-embeddings/upstream.ts';
import type { ChatUpstream, CountUpstream, EmbeddingsUpstream, Headers } from '../../formats/format.ts';
import { titanEmbeddings } from '../../formats/titan-embeddings/upstream.ts';
import type { MakeProvider, Service } from '../provider.ts';
import { betaRule } from './betas.ts';
import { claude, claudeCount, countEdits, invokeEdits, invokeNotes, makersEdits } from './claude.ts';
import { isClaude, isCohereEmbeddings, isEmbeddings, isTitanEmbeddings } from './models.ts';

/** Tells the transport the region that a request is signed for: the host of a VPC endpoint does not. Never sent on. */
const REGION_HEADER = 'aws-region';

/**
 * Amazon Bedrock. Claude gets its own format through InvokeModel, which loses nothing; every other model is spoken to
 * through Converse. Paths are those of the runtime's API, and two that only the transport knows: `invoke-each` makes one
 * InvokeModel call of each request in a list, and `messages-count-tokens` counts a request of the Messages format.
 */
export const makeBedrock: MakeProvider<'bedrock'> = (config) => {
  const to = (operation: string, model: string): string => `/model/${encodeURIComponent(model)}/${operation}`;
  const headers = (key: string | undefined): Headers => ({
    'content-type': 'application/json',
    [REGION_HEADER]: config.region,
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  });
  const betas = betaRule(config.betas ?? []);
  const common = { threads: false, headers, edits: () => [] } as const;

  function chat(model: string): Service<ChatUpstream> | undefined {
    if (isEmbeddings(model)) return undefined;
    if (!isClaude(model)) {
      return {
        ...common,
        format: converseFor(model),
        path: (send) => to(send.stream ? 'converse-stream' : 'converse', send.model),
      };
    }
    return {
      ...common,
      format: claude,
      path: (send) => to(send.stream ? 'invoke-with-response-stream' : 'invoke', send.model),
      edits: (view, send) => [...makersEdits(view), ...invokeEdits(send, betas)],
      notes: (asks) => invokeNotes(asks, betas),
    };
  }

  function embeddings(model: string): Service<EmbeddingsUpstream> | undefined {
    if (isTitanEmbeddings(model)) {
      const format = { ...titanEmbeddings, readHttpError };
      return { ...common, format, path: (send) => to('invoke-each', send.model) };
    }
    if (!isCohereEmbeddings(model)) return undefined;
    return {
      ...common,
      format: { ...cohereEmbeddings, readHttpError },
      path: (send) => to('invoke', send.model),
    };
  }

  /** CountTokens knows foundation models only, not the profiles that route to them. */
  function countTokens(model: string): Service<CountUpstream> | undefined {
    const counted = foundationModel(model);
    if (counted === undefined || isEmbeddings(model)) return undefined;
    if (!isClaude(model)) {
      return { ...common, format: countFor(model), path: () => to('count-tokens', counted) };
    }
    return {
      ...common,
      format: claudeCount,
      path: () => to('messages-count-tokens', counted),
      edits: (view, send) => [...makersEdits(view), ...countEdits(send, betas)],
      notes: (asks) => invokeNotes(asks, betas),
    };
  }

  const baseUrl = config.base_url ?? `https://bedrock-runtime.${config.region}.amazonaws.com`;
  return { transport: 'bedrock', baseUrl: baseUrl.replace(/\/+$/, ''), chat, embeddings, countTokens };
};
