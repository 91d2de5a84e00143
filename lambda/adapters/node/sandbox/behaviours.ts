/** What a sandbox model does, read from the suffixes of its name. */
export interface Behaviour {
  /** Milliseconds before each word of a stream, and per word before an answer that is not streamed. */
  readonly paceMs: number | undefined;
  readonly delayMs: number;
  readonly tool: boolean;
  readonly refusal: boolean;
  readonly reasoning: boolean;
  /** Words of the answer, instead of the echo. */
  readonly words: number | undefined;
  readonly errorStatus: number | undefined;
  readonly cutAfter: number | undefined;
  readonly errorAfter: number | undefined;
  readonly reset: boolean;
  readonly unreachable: boolean;
  readonly usage: boolean;
  readonly done: boolean;
}

/** Words of the longest answer: some 20 MB of events. */
export const MAX_WORDS = 100_000;
/** Milliseconds of the longest wait that a name can ask for. */
const MAX_MS = 600_000;

/**
 * The suffixes, for the docs and the models list. They combine: `sandbox-reasoning-tool-fast`.
 *
 * | suffix | what the model does |
 * | --- | --- |
 * | (none) | quotes the last user message, one word every 15 ms |
 * | `-fast` | without a pause between words |
 * | `-slow-<ms>` | so many milliseconds a word |
 * | `-delay-<ms>` | waits before the HTTP status |
 * | `-long-<words>` | answers that many words, at most 100,000 |
 * | `-tool` | calls the first offered tool; answers a tool's result with text |
 * | `-refusal` | refuses |
 * | `-reasoning` | thinks first, in `reasoning_content` |
 * | `-no-usage` | never reports usage |
 * | `-nodone` | ends a stream without `[DONE]` |
 * | `-error-<status>` | answers with that HTTP status |
 * | `-midstream-error-<k>` | an error event after k chunks of content; not streamed: a 500 |
 * | `-cut-<k>` | the connection breaks after k chunks of content; not streamed: in the middle of the body |
 * | `-reset` | the connection breaks after the request was sent |
 * | `-unreachable` | no connection |
 */
export const SANDBOX_BEHAVIOURS: readonly { readonly suffix: string; readonly effect: string }[] = [
  { suffix: '', effect: 'quotes the last user message, one word every 15 ms' },
  { suffix: '-fast', effect: 'without a pause between words' },
  { suffix: '-slow-<ms>', effect: 'so many milliseconds a word' },
  { suffix: '-delay-<ms>', effect: 'waits before the HTTP status' },
  { suffix: '-long-<words>', effect: 'answers that many words, at most 100,000' },
  { suffix: '-tool', effect: "calls the first offered tool; answers a tool's result with text" },
  { suffix: '-refusal', effect: 'refuses' },
  { suffix: '-reasoning', effect: 'thinks first, in reasoning_content' },
  { suffix: '-no-usage', effect: 'never reports usage' },
  { suffix: '-nodone', effect: 'ends a stream without [DONE]' },
  { suffix: '-error-<status>', effect: 'answers with that HTTP status; 429 with retry-after' },
  { suffix: '-midstream-error-<k>', effect: 'an error event after k chunks of content; not streamed: a 500' },
  {
    suffix: '-cut-<k>',
    effect: 'the connection breaks after k chunks of content; not streamed: in the middle of the body',
  },
  { suffix: '-reset', effect: 'the connection breaks after the request was sent' },
  { suffix: '-unreachable', effect: 'no connection' },
];

const PLAIN: Behaviour = {
  paceMs: undefined,
  delayMs: 0,
  tool: false,
  refusal: false,
  reasoning: false,
  words: undefined,
  errorStatus: undefined,
  cutAfter: undefined,
  errorAfter: undefined,
  reset: false,
  unreachable: false,
  usage: true,
  done: true,
};

const WORD = /-(fast|tool|refusal|reasoning|no-usage|nodone|reset|unreachable)$/;
const NUMBER = /-(slow|delay|long|midstream-error|error|cut)-(\d{1,9})$/;

/** Reads suffixes from the end of the name until none fits; what is left is the model's own name and means nothing. */
export function behaviourOf(model: string): Behaviour {
  let rest = model;
  let behaviour = PLAIN;
  for (;;) {
    const match = NUMBER.exec(rest) ?? WORD.exec(rest);
    if (match === null) return behaviour;
    behaviour = { ...behaviour, ...effect(match[1] ?? '', Number(match[2] ?? 0)) };
    rest = rest.slice(0, match.index);
  }
}

function effect(name: string, value: number): Partial<Behaviour> {
  switch (name) {
    case 'fast':
      return { paceMs: 0 };
    case 'slow':
      return { paceMs: Math.min(value, MAX_MS) };
    case 'delay':
      return { delayMs: Math.min(value, MAX_MS) };
    case 'long':
      return { words: Math.min(value, MAX_WORDS) };
    case 'error':
      return { errorStatus: value >= 400 && value <= 599 ? value : 500 };
    case 'midstream-error':
      return { errorAfter: value };
    case 'cut':
      return { cutAfter: value };
    case 'no-usage':
      return { usage: false };
    case 'nodone':
      return { done: false };
    default:
      return { [name]: true };
  }
}
