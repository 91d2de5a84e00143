import type { SupportTable } from '../../core/chat/features.ts';

/** The service tiers that the API knows. */
export const SERVICE_TIERS: ReadonlySet<string> = new Set(['auto', 'standard_only']);
/** OpenAI's word for what happens where none is named: it asks for nothing and is not sent. */
export const NO_TIER = 'default';

/**
 * What becomes of each feature in the Messages API. Source: Anthropic API reference, "Create a Message". What depends on
 * values or on the model is told by `losses`.
 */
export const SUPPORT: SupportTable = {
  max_tokens: { how: 'native' },
  temperature: { how: 'native', note: 'from 0 to 1, and not with every model' },
  top_p: { how: 'native', note: 'not beside `temperature` with newer models' },
  top_k: { how: 'native' },
  stop: { how: 'mapped', note: '`stop_sequences`, without those of white space alone' },
  seed: { how: 'refused', note: 'this API has no seed' },
  frequency_penalty: { how: 'refused', note: 'this API has no penalties' },
  presence_penalty: { how: 'refused', note: 'this API has no penalties' },
  logit_bias: { how: 'refused', note: 'this API does not show tokens' },
  logprobs: { how: 'refused', note: 'this API does not show tokens' },
  choices: { how: 'refused', note: 'this API gives one answer' },
  reasoning: {
    how: 'mapped',
    note: '`thinking` and `output_config.effort`; a budget of tokens by effort with older models, as far as the output limit leaves room',
  },
  verbosity: { how: 'refused', note: 'this API has no verbosity' },
  json_schema: { how: 'mapped', note: '`output_config.format`, with every object closed' },
  json_object: { how: 'emulated', note: 'the model is told to answer in JSON, which is not enforced' },
  tools: { how: 'native' },
  custom_tools: {
    how: 'emulated',
    note: 'becomes a function with one string `input`, and is called as one',
  },
  hosted_tools: { how: 'refused', note: 'a tool that runs at its own provider only' },
  tool_choice: { how: 'native' },
  allowed_tools: { how: 'refused', note: 'this API cannot restrict the tools of a call' },
  single_tool_call: { how: 'mapped', note: '`tool_choice.disable_parallel_tool_use`' },
  end_user: { how: 'mapped', note: '`metadata.user_id`' },
  metadata: { how: 'refused', note: 'this API keeps no metadata but the user id' },
  store: { how: 'refused', note: 'this API does not store answers' },
  service_tier: { how: 'native', note: '`auto` and `standard_only`' },
  prompt_cache_key: { how: 'refused', note: 'this API caches by the prefix alone' },
  cache_marks: { how: 'mapped', note: '`cache_control`, for the next longer of 5 minutes and an hour' },
  participant_names: { how: 'refused', note: 'messages of this API have no names' },
  system_turns: { how: 'mapped', note: 'messages with role `system`, or text of a user message' },
  prefill: { how: 'native', note: 'refused by newer models' },
  images: { how: 'native' },
  image_urls: { how: 'native' },
  image_detail: { how: 'refused', note: 'this API has one resolution' },
  documents: { how: 'native', note: 'PDF and plain text' },
  document_urls: { how: 'native', note: 'PDF' },
  files: { how: 'refused', note: 'a file lies at the provider that it was uploaded to', content: true },
  audio_input: { how: 'refused', note: 'this API does not hear', content: true },
  video_input: { how: 'refused', note: 'this API does not see video', content: true },
  audio_output: { how: 'refused', note: 'this API does not speak' },
  prediction: { how: 'refused', note: 'this API takes no predicted output' },
  web_search: { how: 'refused', note: 'the search of another provider' },
  tool_errors: { how: 'native' },
  tool_result_media: { how: 'native' },
  citations: { how: 'native' },
  server_blocks: { how: 'native', note: 'of this API only' },
  threads: {
    how: 'refused',
    note: 'a thread lies at its provider and works with requests of its own format only',
    content: true,
  },
  unknown: { how: 'refused', note: 'not a field that this API is known to have' },
};
