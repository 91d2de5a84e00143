import type { ChatView } from '../../core/chat/request.ts';
import type { Edit } from '../../wire/json-splice.ts';
import type { Provider, SendFacts } from '../provider.ts';

/** Any server that speaks chat completions: vLLM, Ollama, llama.cpp and the like. */
export const openaiCompatible: Provider = {
  format: 'openai-chat',
  transport: 'http',
  defaultBaseUrl: undefined,
  keyless: true,
  maxTokensParam: 'max_tokens',
  path: '/chat/completions',
  headers,
  edits(view, send) {
    return edits(view, send, 'max_tokens');
  },
};

/** OpenAI itself: a preset that differs in its address, its need of a key, and the name of the output cap. */
export const openai: Provider = {
  ...openaiCompatible,
  defaultBaseUrl: 'https://api.openai.com/v1',
  keyless: false,
  maxTokensParam: 'max_completion_tokens',
  edits(view, send) {
    return edits(view, send, 'max_completion_tokens');
  },
};

/** The built-in upstream, which answers in process and in the same bytes. */
export const sandbox: Provider = {
  ...openaiCompatible,
  transport: 'sandbox',
  defaultBaseUrl: 'http://sandbox.invalid/v1',
};

function headers(key: string | undefined, stream: boolean): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/json',
    accept: stream ? 'text/event-stream' : 'application/json',
    'user-agent': 'tollgate',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
}

/** Only what must differ is changed, so that a request which needs nothing keeps every byte. */
function edits(view: ChatView, send: SendFacts, maxTokensParam: string): readonly Edit[] {
  const list: Edit[] = [];
  if (view.model !== send.model) list.push({ op: 'set', path: ['model'], json: JSON.stringify(send.model) });
  // Usage is always asked for: a stream without it could only be charged by a bound.
  if (view.stream && !view.includeUsage) {
    list.push({ op: 'set', path: ['stream_options', 'include_usage'], json: 'true' });
  }
  if (send.injectMaxTokens !== undefined) {
    list.push({ op: 'set', path: [maxTokensParam], json: String(send.injectMaxTokens) });
  }
  return list;
}
