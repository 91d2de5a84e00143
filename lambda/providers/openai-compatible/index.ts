import { PROVIDER_PRESETS } from '../../core/config/provider-presets.ts';
import type { ChatUpstream, EmbeddingsUpstream, Headers, SendFacts } from '../../formats/format.ts';
import { openaiChatFor } from '../../formats/openai-chat/upstream.ts';
import { openaiEmbeddings } from '../../formats/openai-embeddings/upstream.ts';
import { modelEdit } from '../model-edit.ts';
import type { MakeProvider, Provider, Service } from '../provider.ts';
import { chatEdits } from './edits.ts';
import { OPENAI, PLAIN, SERVERS, type ServerFacts } from './presets.ts';

const OPENAI_URL = 'https://api.openai.com/v1';
/** Never called: the sandbox answers in process. */
const SANDBOX_URL = 'http://sandbox.invalid/v1';

/** OpenAI itself. */
export const makeOpenai: MakeProvider<'openai'> = (config) => server(OPENAI, config.base_url ?? OPENAI_URL);

/** Any server that speaks the format: the facts of its preset, or what all of them have in common. */
export const makeOpenaiCompatible: MakeProvider<'openai-compatible'> = ({ preset, base_url }) => {
  if (preset === undefined) return server(PLAIN, base_url ?? '');
  return server(SERVERS[preset], base_url ?? PROVIDER_PRESETS[preset].baseUrl ?? '');
};

/** The built-in upstream, which answers in process and in the same bytes. */
export const makeSandbox: MakeProvider<'sandbox'> = () => ({
  ...server(PLAIN, SANDBOX_URL),
  transport: 'sandbox',
});

function server(facts: ServerFacts, baseUrl: string): Provider {
  const chat = chatService(facts);
  const embeddings = facts.embeddings ? embeddingsService(facts) : undefined;
  return {
    transport: 'http',
    baseUrl: baseUrl.replace(/\/+$/, ''),
    chat: () => chat,
    embeddings: () => embeddings,
    countTokens: () => undefined,
  };
}

function chatService(facts: ServerFacts): Service<ChatUpstream> {
  return {
    format: openaiChatFor(facts.quirks),
    threads: false,
    path: () => '/chat/completions',
    headers: (key, send) => headers(facts, key, send),
    edits: (view, send) => chatEdits(view, send, facts.quirks),
  };
}

function embeddingsService(facts: ServerFacts): Service<EmbeddingsUpstream> {
  return {
    format: openaiEmbeddings,
    threads: false,
    path: () => '/embeddings',
    headers: (key, send) => headers(facts, key, send),
    edits: modelEdit,
  };
}

function headers({ keyHeader }: ServerFacts, key: string | undefined, { stream }: SendFacts): Headers {
  const value = keyHeader === 'authorization' ? `Bearer ${key}` : key;
  return {
    'content-type': 'application/json',
    accept: stream ? 'text/event-stream' : 'application/json',
    'user-agent': 'tollgate',
    ...(key === undefined || value === undefined ? {} : { [keyHeader]: value }),
  };
}
