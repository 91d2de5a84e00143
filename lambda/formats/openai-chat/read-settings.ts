import type { Feature } from '../../core/chat/features.ts';
import { readEffort, readReasoningObject, readThinkingObject } from './read-effort.ts';
import type { RequestNode } from './read-node.ts';
import { readResponseFormat } from './read-response-format.ts';
import { readFunctions, readToolChoice, readTools } from './read-tools.ts';
import type { Reading } from './reading.ts';
import type { Draft } from './settings-draft.ts';

type ReadParameter = (node: RequestNode, draft: Draft, reading: Reading) => void;

/** What the view has told already, and what is no parameter of the model. */
const told: ReadParameter = () => undefined;

/** Only listed: the inner model has no place for it, so each upstream's table says what becomes of it. */
function listed(feature: Feature, asks: (node: RequestNode) => boolean): ReadParameter {
  return (node, _draft, reading) => {
    if (asks(node)) reading.ask(feature, node);
  };
}

/** The caller's own output cap, under either of its names. */
function readCap(node: RequestNode, { settings }: Draft, reading: Reading): void {
  reading.ask('max_tokens', node);
  settings.maxTokens = node.number();
}

const always = () => true;
const isTrue = (node: RequestNode) => node.kind === 'true';
const isFilled = (node: RequestNode) => node.kind !== 'object' || node.fields().size > 0;

/**
 * Every parameter of `POST /v1/chat/completions`, and those that its servers and clients agree on beside it: OpenRouter's
 * `reasoning`, Claude's `thinking`, `top_k`. A value that asks for nothing is not listed.
 */
export const PARAMETERS: Readonly<Record<string, ReadParameter>> = {
  model: told,
  messages: told,
  stream: told,
  stream_options: told,
  max_tokens: readCap,
  max_completion_tokens: readCap,
  temperature(node, { settings }, reading) {
    reading.ask('temperature', node);
    settings.temperature = node.number();
  },
  top_p(node, { settings }, reading) {
    reading.ask('top_p', node);
    settings.topP = node.number();
  },
  top_k(node, { settings }, reading) {
    reading.ask('top_k', node);
    settings.topK = node.number();
  },
  stop(node, { settings }, reading) {
    settings.stop =
      node.kind === 'string'
        ? [node.text()]
        : node.elements('a string or a list of strings').map((each) => each.text());
    if (settings.stop.length > 0) reading.ask('stop', node);
  },
  seed(node, { settings }, reading) {
    node.number('a whole number');
    reading.ask('seed', node);
    settings.seed = node.raw;
  },
  frequency_penalty(node, { settings }, reading) {
    settings.frequencyPenalty = node.number();
    if (settings.frequencyPenalty !== 0) reading.ask('frequency_penalty', node);
  },
  presence_penalty(node, { settings }, reading) {
    settings.presencePenalty = node.number();
    if (settings.presencePenalty !== 0) reading.ask('presence_penalty', node);
  },
  logit_bias(node, { settings }, reading) {
    if (node.fields('an object from token ids to biases').size === 0) return;
    reading.ask('logit_bias', node);
    settings.logitBias = node.raw;
  },
  logprobs: listed('logprobs', isTrue),
  top_logprobs: listed('logprobs', (node) => node.raw !== '0'),
  n: listed('choices', (node) => node.number() > 1),
  reasoning_effort: readEffort,
  reasoning: readReasoningObject,
  thinking: readThinkingObject,
  verbosity(node, { settings }, reading) {
    settings.verbosity = node.text();
    if (settings.verbosity !== 'medium') reading.ask('verbosity', node);
  },
  response_format: readResponseFormat,
  tools: readTools,
  functions: readFunctions,
  tool_choice: readToolChoice,
  function_call: readToolChoice,
  parallel_tool_calls(node, { settings }, reading) {
    settings.parallelToolCalls = node.boolean();
    if (!settings.parallelToolCalls) reading.ask('single_tool_call', node);
  },
  user(node, { settings }, reading) {
    reading.ask('end_user', node);
    nameUser(node.text(), settings.endUser, reading);
    settings.endUser ??= node.text();
  },
  safety_identifier(node, { settings }, reading) {
    reading.ask('end_user', node);
    nameUser(node.text(), settings.endUser, reading);
    settings.endUser = node.text();
  },
  metadata: listed('metadata', isFilled),
  store: listed('store', isTrue),
  service_tier(node, { settings }, reading) {
    settings.serviceTier = node.text();
    if (settings.serviceTier !== 'auto' && settings.serviceTier !== 'default') {
      reading.ask('service_tier', node);
    }
  },
  prompt_cache_key(node, { settings }, reading) {
    reading.ask('prompt_cache_key', node);
    settings.promptCacheKey = node.text();
  },
  prompt_cache_options(node, _draft, reading) {
    if (node.fields().size > 0) reading.ask('cache_marks', node);
  },
  prompt_cache_retention: listed('prompt_cache_key', (node) => node.text() !== 'in_memory'),
  audio: listed('audio_output', always),
  modalities: listed('audio_output', (node) => node.elements().some((each) => each.text() !== 'text')),
  prediction: listed('prediction', always),
  web_search_options: listed('web_search', always),
  // Moderation by OpenAI beside the answer: no other upstream has a word for it.
  moderation: listed('unknown', always),
};

/** Both names of the end user with two values: one place takes one of them. */
function nameUser(name: string, other: string | undefined, reading: Reading): void {
  if (other !== undefined && other !== name) {
    reading.notes.push('user left out: safety_identifier names the end user');
  }
}

/** Reads every parameter of the request, in the order in which it is written. */
export function readSettings(request: RequestNode, draft: Draft, reading: Reading): void {
  const parameters = request.fields('a JSON object');
  // Breakpoints without a time of their own have this one, wherever it is written.
  reading.cacheTtl = parameters.get('prompt_cache_options')?.fields().get('ttl')?.text();
  for (const [name, node] of parameters) {
    const read = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (read === undefined) reading.ask('unknown', node);
    else read(node, draft, reading);
  }
}
