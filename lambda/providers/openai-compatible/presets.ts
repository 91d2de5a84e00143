import type { Support } from '../../core/chat/features.ts';
import type { PresetName } from '../../core/config/provider-presets.ts';
import { type ChatQuirks, OPENAI_QUIRKS, PLAIN_QUIRKS } from '../../formats/openai-chat/quirks.ts';

/** What a server that speaks the OpenAI format does in its own way. */
export interface ServerFacts {
  readonly quirks: ChatQuirks;
  /** Header that carries the key; `authorization` as a bearer token, any other as it is. */
  readonly keyHeader: string;
  /** It serves `/embeddings`. */
  readonly embeddings: boolean;
}

const NATIVE: Support = { how: 'native' };
const MAPPED: Support = { how: 'mapped' };
const NO_PARAMETER: Support = { how: 'refused', note: 'this provider has no such parameter' };
const NO_CONTENT: Support = {
  how: 'refused',
  note: 'this provider takes no such content',
  content: true,
};
/** The audit row names the end user in any case. */
const NOT_SENT: Support = { how: 'emulated', note: 'left out; it stands in the audit row alone' };

/** A server of which nothing else is known. */
export const PLAIN: ServerFacts = { quirks: PLAIN_QUIRKS, keyHeader: 'authorization', embeddings: true };

export const OPENAI: ServerFacts = { ...PLAIN, quirks: OPENAI_QUIRKS };

function like(quirks: Partial<ChatQuirks>, facts: Partial<ServerFacts> = {}): ServerFacts {
  const support = { ...PLAIN_QUIRKS.support, ...quirks.support };
  return { ...PLAIN, ...facts, quirks: { ...PLAIN_QUIRKS, ...quirks, support } };
}

/** Source: vLLM, "OpenAI-compatible server". It reads reasoning back under either name, by version. */
const VLLM = like({
  efforts: ['none', 'low', 'medium', 'high'],
  echo: ['reasoning_content', 'reasoning'],
  support: { top_k: NATIVE },
});

/** Source: Ollama, "OpenAI compatibility": what it does not list it ignores in silence, a cap under another name too. */
const OLLAMA = like({
  oneCapName: true,
  efforts: ['none', 'low', 'medium', 'high'],
  echo: ['reasoning'],
  support: {
    logit_bias: NO_PARAMETER,
    tool_choice: NO_PARAMETER,
    single_tool_call: NO_PARAMETER,
    audio_input: NO_CONTENT,
    end_user: NOT_SENT,
  },
});

/** Source: llama.cpp, "HTTP server". A tool named in `tool_choice` is read there as `auto`. */
const LLAMA_CPP = like({
  echo: ['reasoning_content'],
  namedToolChoice: false,
  support: {
    top_k: NATIVE,
    reasoning: {
      how: 'emulated',
      note: 'left out; how much a model thinks is set where the server is started',
    },
    end_user: NOT_SENT,
  },
});

/** Source: Microsoft, "Azure OpenAI in Foundry Models, v1 API". */
const AZURE: ServerFacts = {
  ...OPENAI,
  keyHeader: 'api-key',
  quirks: {
    ...OPENAI_QUIRKS,
    cache: undefined,
    support: { cache_marks: { how: 'emulated', note: 'left out; prefixes are cached without marks here' } },
  },
};

/** Source: OpenRouter, "API reference", "Reasoning tokens", "Prompt caching". */
const OPENROUTER = like({
  reasoning: 'object',
  echo: ['reasoning_details', 'reasoning'],
  cache: { style: 'cache_control', models: /./ },
  joinsTexts: false,
  support: {
    top_k: NATIVE,
    verbosity: NATIVE,
    reasoning: { how: 'mapped', note: 'becomes `reasoning` with an effort or a budget' },
    documents: { how: 'mapped', note: 'become `file` parts; plain text becomes text' },
    document_urls: MAPPED,
    cache_marks: { how: 'mapped', note: 'become `cache_control`' },
  },
});

/**
 * Source: Groq, "OpenAI compatibility": the fields named there, and any that it does not know, are answered with 400, as
 * is a list where instructions are to be a string.
 */
const GROQ = like(
  {
    maxTokens: 'max_completion_tokens',
    efforts: ['none', 'low', 'medium', 'high'],
    strictMessages: true,
    support: { logit_bias: NO_PARAMETER, participant_names: NO_PARAMETER, audio_input: NO_CONTENT },
  },
  { embeddings: false },
);

/**
 * Source: Mistral, "Chat completion": unknown fields are answered with 422, ids have nine characters, and a user's words
 * behind a tool's result are a 400 ("Unexpected role 'user' after role 'tool'").
 */
const MISTRAL = like({
  oneCapName: true,
  streamOptions: false,
  ids: 'mistral',
  bridgesResults: true,
  seed: 'random_seed',
  efforts: ['none', 'high'],
  strictMessages: true,
  support: {
    logit_bias: NO_PARAMETER,
    participant_names: NO_PARAMETER,
    audio_input: NO_CONTENT,
    end_user: NOT_SENT,
    prefill: {
      how: 'refused',
      note: 'end the conversation with a user message or a tool result',
      content: true,
    },
  },
});

/** Source: DeepSeek, "Create chat completion", "Thinking mode": a turn with tool calls must bring its reasoning back. */
const DEEPSEEK = like(
  {
    oneCapName: true,
    reasoning: 'toggle',
    efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
    echo: ['reasoning_content'],
    echoEmpty: true,
    joinsTexts: false,
    support: {
      seed: NO_PARAMETER,
      logit_bias: NO_PARAMETER,
      json_schema: { how: 'refused', note: 'only JSON of any shape can be asked for here' },
      single_tool_call: NO_PARAMETER,
      images: NO_CONTENT,
      image_urls: NO_CONTENT,
      audio_input: NO_CONTENT,
      end_user: NOT_SENT,
    },
  },
  { embeddings: false },
);

/**
 * Source: Google, "OpenAI compatibility" and "Thought signatures": a tool call without a signature is refused by newer
 * models, except under the word that stands for calls which the model did not make itself.
 */
const GEMINI = like({
  efforts: ['none', 'minimal', 'low', 'medium', 'high'],
  strictMessages: true,
  callExtra: {
    extra_content: '{"google":{"thought_signature":"skip_thought_signature_validator"}}',
  },
  support: { logit_bias: NO_PARAMETER, end_user: NOT_SENT },
});

export const SERVERS: Readonly<Record<PresetName, ServerFacts>> = {
  vllm: VLLM,
  ollama: OLLAMA,
  'llama.cpp': LLAMA_CPP,
  azure: AZURE,
  openrouter: OPENROUTER,
  groq: GROQ,
  mistral: MISTRAL,
  deepseek: DEEPSEEK,
  gemini: GEMINI,
};
