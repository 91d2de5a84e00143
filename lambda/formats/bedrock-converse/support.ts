import type { Feature, Support, SupportTable } from '../../core/chat/features.ts';
import type { Family } from './families.ts';

const NO_SUCH = { how: 'refused', note: 'Converse has no such parameter' } as const;

/** What becomes of each feature in a Converse request, for a model of which nothing more is known. */
export const CONVERSE: SupportTable = {
  max_tokens: { how: 'mapped', note: 'becomes `inferenceConfig.maxTokens`' },
  temperature: { how: 'mapped', note: 'becomes `inferenceConfig.temperature`' },
  top_p: { how: 'mapped', note: 'becomes `inferenceConfig.topP`' },
  top_k: { how: 'refused', note: 'this model has no documented field for it' },
  stop: { how: 'mapped', note: 'becomes `inferenceConfig.stopSequences`' },
  seed: NO_SUCH,
  frequency_penalty: NO_SUCH,
  presence_penalty: NO_SUCH,
  logit_bias: NO_SUCH,
  logprobs: { how: 'refused', note: 'Converse gives no log probabilities' },
  choices: { how: 'refused', note: 'Converse gives one answer' },
  reasoning: {
    how: 'mapped',
    note: 'becomes `thinking` for Claude and `reasoningConfig` for Nova, where the model has it',
  },
  verbosity: NO_SUCH,
  json_schema: { how: 'mapped', note: 'becomes `outputConfig.textFormat`' },
  json_object: { how: 'emulated', note: 'asked for by an instruction, and not enforced' },
  tools: { how: 'mapped', note: 'become `toolConfig.tools`' },
  custom_tools: { how: 'refused', note: 'a tool takes a JSON object; describe the input by a schema' },
  hosted_tools: { how: 'refused', note: 'a tool that runs at a provider runs at its own provider only' },
  tool_choice: { how: 'mapped', note: 'becomes `toolConfig.toolChoice`' },
  allowed_tools: { how: 'refused', note: 'offer only the tools that may be called' },
  single_tool_call: { how: 'refused', note: 'this model has no documented field for it' },
  end_user: { how: 'refused', note: 'Converse has no place for it; the audit row names the user' },
  metadata: { how: 'refused', note: 'an answer is not stored' },
  store: { how: 'refused', note: 'an answer is not stored' },
  service_tier: { how: 'mapped', note: 'becomes `serviceTier`; `standard_only` becomes `default`' },
  prompt_cache_key: { how: 'refused', note: 'prompts are cached by marks only' },
  cache_marks: { how: 'refused', note: 'this model has no prompt cache on Bedrock' },
  participant_names: { how: 'refused', note: 'a message has no name; write it into the text' },
  system_turns: { how: 'emulated', note: 'sent as a user message inside `<system>` tags' },
  prefill: { how: 'native' },
  images: { how: 'native' },
  image_urls: { how: 'refused', note: 'Bedrock fetches no URL; send the image in base64', content: true },
  image_detail: NO_SUCH,
  documents: {
    how: 'mapped',
    note: 'named by a hash of their content, as Bedrock recommends a neutral name',
  },
  document_urls: {
    how: 'refused',
    note: 'Bedrock fetches no URL; send the document in base64',
    content: true,
  },
  files: { how: 'refused', note: 'a file of another provider cannot be read; send it inline', content: true },
  audio_input: { how: 'native' },
  video_input: { how: 'native' },
  audio_output: { how: 'refused', note: 'Converse answers with text' },
  prediction: NO_SUCH,
  web_search: { how: 'refused', note: "a provider's own search runs at that provider only" },
  tool_errors: { how: 'native' },
  tool_result_media: { how: 'native' },
  citations: { how: 'native' },
  server_blocks: {
    how: 'refused',
    note: "blocks of a provider's own tools have no equal elsewhere",
    content: true,
  },
  threads: { how: 'refused', note: 'send the whole conversation', content: true },
  unknown: { how: 'refused', note: 'not known to this gateway, so it cannot be translated' },
};

const CACHED: Support = { how: 'mapped', note: 'become `cachePoint` blocks behind what they mark' };

const NOVA: Partial<SupportTable> = {
  top_k: { how: 'mapped', note: 'becomes `additionalModelRequestFields.inferenceConfig.topK`' },
  cache_marks: CACHED,
};

/** Source: AWS, Bedrock user guide, "Model parameters" of each family and "Prompt caching"; Nova user guide. */
const OF_FAMILY: Readonly<Record<Family, Partial<SupportTable>>> = {
  claude: {
    top_k: { how: 'mapped', note: 'becomes `additionalModelRequestFields.top_k`' },
    single_tool_call: { how: 'mapped', note: 'becomes `disable_parallel_tool_use`' },
    cache_marks: CACHED,
  },
  nova: NOVA,
  'nova-2': NOVA,
  mistral: { top_k: { how: 'mapped', note: 'becomes `additionalModelRequestFields.top_k`' } },
  other: {},
};

export function supportOf(family: Family): SupportTable {
  return { ...CONVERSE, ...OF_FAMILY[family] };
}

/** Whether a request may carry a feature: what is emulated or refused has no place of its own in it. */
export function takes(family: Family, feature: Feature): boolean {
  const { how } = OF_FAMILY[family][feature] ?? CONVERSE[feature];
  return how === 'native' || how === 'mapped';
}
