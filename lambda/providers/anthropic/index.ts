import { anthropicCount, anthropicMessages } from '../../formats/anthropic-messages/upstream.ts';
import type { Headers, SendFacts } from '../../formats/format.ts';
import { modelEdit } from '../model-edit.ts';
import type { MakeProvider, Service } from '../provider.ts';

const BASE_URL = 'https://api.anthropic.com/v1';
/** The version of the API that translations are written for; it is asked for where the caller asks for none. */
const VERSION = '2023-06-01';

/** The Anthropic API. Its own clients' version, betas and unknown fields pass as they are, message threads included. */
export const makeAnthropic: MakeProvider<'anthropic'> = (config) => ({
  transport: 'http',
  baseUrl: (config.base_url ?? BASE_URL).replace(/\/+$/, ''),
  chat: () => chat,
  embeddings: () => undefined,
  countTokens: () => countTokens,
});

const chat: Service<typeof anthropicMessages> = {
  format: anthropicMessages,
  threads: true,
  path: () => '/messages',
  headers,
  // `max_tokens` is required of every caller of this format, so the model's name is all that can differ.
  edits: modelEdit,
};

const countTokens: Service<typeof anthropicCount> = {
  format: anthropicCount,
  threads: true,
  path: () => '/messages/count_tokens',
  headers: (key, send) => headers(key, { ...send, stream: false }),
  edits: modelEdit,
};

function headers(key: string | undefined, send: SendFacts): Headers {
  const beta = send.callerHeaders['anthropic-beta'];
  return {
    'content-type': 'application/json',
    accept: send.stream ? 'text/event-stream' : 'application/json',
    'user-agent': 'tollgate',
    'anthropic-version': send.callerHeaders['anthropic-version'] ?? VERSION,
    ...(beta === undefined ? {} : { 'anthropic-beta': beta }),
    ...(key === undefined ? {} : { 'x-api-key': key }),
  };
}
