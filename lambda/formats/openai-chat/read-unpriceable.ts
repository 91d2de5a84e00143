import { isGiven, isRecord } from '../../core/json-value.ts';
import type { ChatRequestBody } from './types.ts';

/**
 * Fields whose use is billed beside the tokens that a bound covers, or that let something else be billed. The format is
 * spoken by many, so those of other servers stand here too; any that nobody knows passes, since it asks for nothing.
 */
const PRICED_APART = [
  // OpenAI: several answers of which one is given, search, speech, and predictions, whose misses are billed as output.
  'best_of',
  'web_search_options',
  'audio',
  'prediction',
  // OpenRouter: other models and providers at other prices, whole presets, and plugins such as search.
  'models',
  'provider',
  'preset',
  'plugins',
  // Search that xAI and Alibaba bill apart.
  'search_parameters',
  'enable_search',
  // Google: what was put into a cache earlier is input that the body does not show.
  'cached_content',
  // vLLM: a template or a processor of the caller's can make any number of tokens of a text or an image.
  'chat_template',
  'mm_processor_kwargs',
] as const;

/** Types of content parts that are texts, or are counted as images and documents. */
const BOUND: ReadonlySet<string> = new Set(['text', 'refusal', 'image_url', 'file', 'input_file']);

/** Parameters of a request that may raise its cost and that no price covers. */
export function unpriceable(body: ChatRequestBody): readonly string[] {
  const found: string[] = PRICED_APART.filter((field) => isAsked(body[field]));
  if (isAsked(body['extra_body']) && !onlyThinking(body['extra_body'])) found.push('extra_body');
  if (isGiven(body.service_tier) && body.service_tier !== 'auto' && body.service_tier !== 'default') {
    found.push('service_tier');
  }
  if (!onlyText(body['modalities'])) found.push('modalities');
  for (const [index, tool] of (body.tools ?? []).entries()) {
    if (tool.type !== 'function' && tool.type !== 'custom') found.push(`tools[${index}]`);
  }
  return [...found, ...unboundParts(body)];
}

function isAsked(value: unknown): boolean {
  return isGiven(value) && value !== false;
}

/** Google's own parameters stand in `extra_body.google`, a cache's name among them; how to think is inside the output cap. */
function onlyThinking(extra: unknown): boolean {
  if (!isRecord(extra) || Object.keys(extra).some((name) => name !== 'google')) return false;
  const { google } = extra;
  return isRecord(google) && Object.keys(google).every((name) => name === 'thinking_config');
}

/** Images and speech cost more than text, and are told apart in no price here. */
function onlyText(modalities: unknown): boolean {
  return !isGiven(modalities) || (Array.isArray(modalities) && modalities.every((one) => one === 'text'));
}

/** Audio, video, earlier answers that are only named, and what a later version of the API may bring. */
function unboundParts({ messages }: ChatRequestBody): readonly string[] {
  const found: string[] = [];
  for (const [m, message] of messages.entries()) {
    for (const name of ['audio', 'images'] as const) {
      if (isGiven(message[name])) found.push(`messages[${m}].${name}`);
    }
    if (!Array.isArray(message.content)) continue;
    for (const [p, { type }] of message.content.entries()) {
      if (!BOUND.has(type)) found.push(`messages[${m}].content[${p}]`);
    }
  }
  return found;
}
