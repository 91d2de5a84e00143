import type { Feature, SupportTable } from '../../core/chat/features.ts';
import type { ChatQuirks } from './quirks.ts';

/** What becomes of each feature in a chat completion request, as OpenAI itself takes it. */
const OPENAI: SupportTable = {
  max_tokens: { how: 'native' },
  temperature: { how: 'native' },
  top_p: { how: 'native' },
  top_k: { how: 'refused', note: 'chat completions have no such parameter' },
  stop: { how: 'native' },
  seed: { how: 'native' },
  frequency_penalty: { how: 'native' },
  presence_penalty: { how: 'native' },
  logit_bias: { how: 'native' },
  logprobs: { how: 'refused', note: 'a translated answer carries no log probabilities' },
  choices: { how: 'refused', note: 'a translated request asks for one answer' },
  reasoning: { how: 'mapped', note: 'becomes `reasoning_effort`; a token budget becomes an effort' },
  verbosity: { how: 'native' },
  json_schema: { how: 'native' },
  json_object: { how: 'native' },
  tools: { how: 'native' },
  custom_tools: { how: 'native' },
  hosted_tools: { how: 'refused', note: 'a tool that runs at a provider runs at its own provider only' },
  tool_choice: { how: 'native' },
  allowed_tools: { how: 'refused', note: 'offer only the tools that may be called' },
  single_tool_call: { how: 'mapped', note: 'becomes `parallel_tool_calls: false`' },
  end_user: { how: 'mapped', note: 'becomes `user`' },
  metadata: { how: 'refused', note: 'only stored completions have metadata' },
  store: { how: 'refused', note: 'a translated answer is not stored' },
  service_tier: { how: 'mapped', note: 'tiers of the same name; `standard_only` becomes `default`' },
  prompt_cache_key: { how: 'native' },
  cache_marks: {
    how: 'mapped',
    note: 'become `prompt_cache_breakpoint` on models that have it; others cache prefixes without marks',
  },
  participant_names: { how: 'native' },
  system_turns: { how: 'native' },
  prefill: {
    how: 'emulated',
    note: 'sent as the last assistant message; the model may begin anew instead of going on',
  },
  images: { how: 'native' },
  image_urls: { how: 'native' },
  image_detail: { how: 'native' },
  documents: { how: 'mapped', note: 'become `file` parts; plain text becomes text' },
  document_urls: { how: 'refused', note: 'a file is sent with its bytes; send it in base64', content: true },
  files: { how: 'refused', note: 'a file of another provider cannot be read; send it inline', content: true },
  audio_input: { how: 'native' },
  video_input: { how: 'refused', note: 'chat completions take no video', content: true },
  audio_output: { how: 'refused', note: 'a translated answer has no audio' },
  prediction: { how: 'refused', note: 'predicted output is not translated' },
  web_search: { how: 'refused', note: "a provider's own search runs at that provider only" },
  tool_errors: { how: 'emulated', note: 'the text is sent; the format has no mark for a tool that failed' },
  tool_result_media: {
    how: 'refused',
    note: 'a tool result holds text only; send images in a user message',
    content: true,
  },
  citations: { how: 'refused', note: 'answers do not cite documents of the request' },
  server_blocks: {
    how: 'refused',
    note: "blocks of a provider's own tools have no equal elsewhere",
    content: true,
  },
  threads: { how: 'refused', note: 'send the whole conversation', content: true },
  unknown: { how: 'refused', note: 'not known to this gateway, so it cannot be translated' },
};

/** The table of one server. */
export function supportOf(quirks: ChatQuirks): SupportTable {
  return { ...OPENAI, ...quirks.support };
}

/** Whether a request may carry a feature: what is emulated or refused has no place in its JSON. */
export function takes(table: SupportTable, feature: Feature): boolean {
  const { how } = table[feature];
  return how === 'native' || how === 'mapped';
}
