import type { Feature } from './features.ts';

/** What a feature is called, for people, and how the two formats of callers spell it. */
export interface FeatureName {
  readonly label: string;
  /** In chat completions: paths of parameters, with a value or a remark behind a space; none where it has no word. */
  readonly chat: readonly string[];
  /** In Anthropic's messages. */
  readonly messages: readonly string[];
}

/** `a | b` lists spellings; a feature that a format cannot ask for has an empty list. */
export const FEATURE_NAMES: Readonly<Record<Feature, FeatureName>> = {
  max_tokens: name('Cap on output tokens', 'max_completion_tokens | max_tokens', 'max_tokens'),
  temperature: name('Temperature', 'temperature', 'temperature'),
  top_p: name('Nucleus sampling', 'top_p', 'top_p'),
  top_k: name('Top-k sampling', 'top_k', 'top_k'),
  stop: name('Stop sequences', 'stop', 'stop_sequences'),
  seed: name('Seed', 'seed', ''),
  frequency_penalty: name('Frequency penalty', 'frequency_penalty', ''),
  presence_penalty: name('Presence penalty', 'presence_penalty', ''),
  logit_bias: name('Bias of tokens', 'logit_bias', ''),
  logprobs: name('Log probabilities', 'logprobs | top_logprobs', ''),
  choices: name('Several answers', 'n', ''),
  reasoning: name('Thinking', 'reasoning_effort | reasoning | thinking', 'thinking | output_config.effort'),
  verbosity: name('Verbosity', 'verbosity', ''),
  json_schema: name(
    'Answer bound to a JSON schema',
    'response_format json_schema',
    'output_config.format | output_format',
  ),
  json_object: name('Answer of any JSON', 'response_format json_object', ''),
  tools: name('Tools', 'tools | functions', 'tools'),
  custom_tools: name('Tools with free text as input', 'tools[].custom', ''),
  hosted_tools: name(
    'Tools that run at a provider',
    'tools[].type any other',
    'tools[].type any other | container | mcp_servers',
  ),
  tool_choice: name('Choice of a tool', 'tool_choice | function_call', 'tool_choice'),
  allowed_tools: name('Some of the tools', 'tool_choice.allowed_tools', ''),
  single_tool_call: name(
    'One tool call at a time',
    'parallel_tool_calls false',
    'tool_choice.disable_parallel_tool_use',
  ),
  end_user: name('End user', 'user | safety_identifier', 'metadata.user_id'),
  metadata: name('Metadata', 'metadata', 'metadata any other'),
  store: name('Stored answers', 'store', ''),
  service_tier: name('Service tier', 'service_tier', 'service_tier'),
  prompt_cache_key: name('Key of the prompt cache', 'prompt_cache_key | prompt_cache_retention', ''),
  cache_marks: name(
    'Marks of what to cache',
    'prompt_cache_options | prompt_cache_breakpoint | cache_control of a part',
    'cache_control',
  ),
  participant_names: name('Names of participants', 'messages[].name', ''),
  system_turns: name(
    'Instructions between turns',
    'messages[].role system after the first turn',
    'messages[].role system',
  ),
  prefill: name(
    'Beginning of the answer',
    'messages[].role assistant at the end',
    'messages[].role assistant at the end',
  ),
  images: name('Images', 'image_url', 'image'),
  image_urls: name('Images by URL', 'image_url.url https:', 'image.source url'),
  image_detail: name('Detail of an image', 'image_url.detail', ''),
  documents: name('Documents', 'file', 'document'),
  document_urls: name('Documents by URL', 'file.file_data https:', 'document.source url'),
  files: name('Files that lie at a provider', 'file.file_id', 'document.source file | image.source file'),
  audio_input: name('Audio', 'input_audio', ''),
  video_input: name('Video', 'video_url', ''),
  audio_output: name('Spoken answers', 'modalities | audio', ''),
  prediction: name('Predicted output', 'prediction', ''),
  web_search: name("A provider's web search", 'web_search_options', ''),
  tool_errors: name('Tools that failed', 'messages[].is_error of a tool', 'tool_result.is_error'),
  tool_result_media: name('Media in tool results', 'messages[].content of a tool', 'tool_result.content'),
  citations: name('Citations', '', 'document.citations'),
  server_blocks: name("Blocks of a provider's own tools", '', 'server_tool_use and its results'),
  threads: name('Threads that lie at a provider', '', 'thread'),
  unknown: name('A field that is not known', 'any other', 'any other'),
};

function name(label: string, chat: string, messages: string): FeatureName {
  return { label, chat: spellings(chat), messages: spellings(messages) };
}

function spellings(text: string): readonly string[] {
  return text === '' ? [] : text.split(' | ');
}
