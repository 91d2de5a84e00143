import type { Effort } from '../../core/chat/conversation.ts';
import type { Feature, Support } from '../../core/chat/features.ts';

/** Members of an assistant message in which servers take reasoning back. */
export type EchoMember = 'reasoning_content' | 'reasoning' | 'reasoning_details';

/**
 * How a server that speaks chat completions differs from the others, as far as requests to it go: plain data, so that a
 * further server is a further value and no further code.
 */
export interface ChatQuirks {
  /** The name under which it takes the cap on output tokens. */
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens';
  /** It refuses or ignores the other name, so a caller's cap must be renamed or it would not hold. */
  readonly oneCapName: boolean;
  /** It takes `stream_options`; where it does not, usage comes without being asked for. */
  readonly streamOptions: boolean;
  /** Tool call ids: at most 64 characters (OpenAI), or exactly nine letters and digits (Mistral). */
  readonly ids: 'openai' | 'mistral';
  readonly seed: 'seed' | 'random_seed';
  /** `effort`: `reasoning_effort`. `object`: OpenRouter's `reasoning`. `toggle`: as `effort`, switched off by DeepSeek's `thinking`. */
  readonly reasoning: 'effort' | 'object' | 'toggle';
  /** The efforts that it knows, from least to most; a wish for another becomes the nearest one below. */
  readonly efforts: readonly Effort[];
  /** Members in which it wants the reasoning of earlier turns back; none where it cannot use it. */
  readonly echo: readonly EchoMember[];
  /** It refuses a turn with tool calls that has no reasoning at all, so an empty one is sent. */
  readonly echoEmpty: boolean;
  /** How prompt-cache marks are written, and for which models; undefined where the prefix is cached without marks. */
  readonly cache: { readonly style: 'breakpoint' | 'cache_control'; readonly models: RegExp } | undefined;
  /** It knows the member `refusal` of an assistant message; elsewhere a refusal is its text. */
  readonly refusals: boolean;
  /** Further members of a turn's first tool call, as JSON by name. */
  readonly callExtra: Readonly<Record<string, string>>;
  /** A message of nothing but texts is one string: it refuses a list of them, or reads each as a message of its own. */
  readonly joinsTexts: boolean;
  /** It refuses a user's words right behind a tool's result, so an assistant's short message goes in between. */
  readonly bridgesResults: boolean;
  /** `tool_choice` can name a tool; elsewhere a named tool becomes `required`. */
  readonly namedToolChoice: boolean;
  /** Most stop sequences; undefined: no limit is known. */
  readonly maxStops: number | undefined;
  /** It refuses members of messages that are not its own, such as the reasoning of other servers. */
  readonly strictMessages: boolean;
  /** What becomes of features where that differs from the table in `support.ts`. */
  readonly support: Readonly<Partial<Record<Feature, Support>>>;
}

/** The efforts of OpenAI's `reasoning_effort`, from least to most. */
export const EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/**
 * OpenAI itself. Sources: API reference, "Create chat completion"; guide "Prompt caching" (breakpoints: GPT-5.6 and
 * later, older models refuse them).
 */
export const OPENAI_QUIRKS: ChatQuirks = {
  maxTokens: 'max_completion_tokens',
  oneCapName: false,
  streamOptions: true,
  ids: 'openai',
  seed: 'seed',
  reasoning: 'effort',
  efforts: EFFORTS,
  echo: [],
  echoEmpty: false,
  cache: { style: 'breakpoint', models: /^(ft:)?gpt-(5\.([6-9]|\d\d)|[6-9]|\d\d)/ },
  refusals: true,
  callExtra: {},
  joinsTexts: false,
  bridgesResults: false,
  namedToolChoice: true,
  maxStops: 4,
  strictMessages: true,
  support: {},
};

const ELSEWHERE: Support = { how: 'refused', note: 'this provider has no such parameter' };
const NOT_SAID: Support = { how: 'refused', note: 'this provider takes no such content', content: true };

/** Any other server: the parts of the format that all of them have, under the names that the oldest of them know. */
export const PLAIN_QUIRKS: ChatQuirks = {
  ...OPENAI_QUIRKS,
  maxTokens: 'max_tokens',
  cache: undefined,
  refusals: false,
  joinsTexts: true,
  maxStops: undefined,
  strictMessages: false,
  support: {
    verbosity: ELSEWHERE,
    service_tier: ELSEWHERE,
    custom_tools: { ...NOT_SAID, note: 'this provider has no free-form tools' },
    documents: {
      ...NOT_SAID,
      note: 'this provider takes no files; a document of plain text is sent as text',
    },
    prompt_cache_key: { how: 'emulated', note: 'left out; prefixes are cached without a key here' },
    cache_marks: { how: 'emulated', note: 'left out; prefixes are cached without marks here' },
  },
};
