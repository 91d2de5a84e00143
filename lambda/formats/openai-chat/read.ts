import type { RequestView } from '../../core/chat/request.ts';
import { wrongValue } from '../../core/chat/wrong-value.ts';
import { TollgateError } from '../../core/errors.ts';
import { isGiven } from '../../core/json-value.ts';
import { formatPath } from '../../wire/json-path.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { imageBytes } from './image-bytes.ts';
import { ownEdits } from './own-edits.ts';
import { reasoningPaths } from './reasoning-paths.ts';
import { type ChatRequestBody, EXPECTED, requestSchema } from './types.ts';

/** Reads a request body into the view that the rooms decide on, or says which parameter is wrong and why. */
export function readRequest(tape: JsonTape): RequestView | TollgateError {
  const parsed = requestSchema.safeParse(tape.outline);
  if (!parsed.success) return explain(tape, parsed.error.issues[0]?.path ?? []);
  const body = parsed.data;
  if (isGiven(body.max_tokens) && isGiven(body.max_completion_tokens)) {
    return new TollgateError(
      'invalid_request',
      '`max_tokens` and `max_completion_tokens` are two names of one limit: give one of them',
      { param: 'max_tokens' },
    );
  }
  const parts = countParts(body);
  const reasoningAt = reasoningPaths(body);
  return {
    model: textAt(tape, 'model') ?? body.model,
    stream: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    maxTokens: maxTokens(body),
    choices: body.n ?? 1,
    messages: body.messages.length,
    images: parts.images,
    imageBytes: parts.images === 0 ? 0 : imageBytes(tape),
    documents: parts.documents,
    tools: body.tools?.length ?? 0,
    endUser: endUser(tape, body),
    unpriceable: unpriceable(body, parts.media),
    tokenIds: undefined,
    thread: false,
    own: ownEdits(tape, body),
    ...(reasoningAt.length === 0 ? {} : { reasoningAt }),
  };
}

function maxTokens(body: ChatRequestBody): RequestView['maxTokens'] {
  if (isGiven(body.max_completion_tokens)) {
    return { value: body.max_completion_tokens, param: 'max_completion_tokens' };
  }
  return isGiven(body.max_tokens) ? { value: body.max_tokens, param: 'max_tokens' } : undefined;
}

/** `safety_identifier` is OpenAI's newer name of `user`. */
function endUser(tape: JsonTape, body: ChatRequestBody): string | undefined {
  if (isGiven(body.safety_identifier)) return textAt(tape, 'safety_identifier');
  return isGiven(body.user) ? textAt(tape, 'user') : undefined;
}

interface Parts {
  images: number;
  documents: number;
  /** Paths of what no price covers: audio, video, and what a later version of the API may bring. */
  readonly media: string[];
}

function countParts(body: ChatRequestBody): Parts {
  const parts: Parts = { images: 0, documents: 0, media: [] };
  for (const [m, { content }] of body.messages.entries()) {
    if (!Array.isArray(content)) continue;
    for (const [p, { type }] of content.entries()) {
      if (type === 'image_url') parts.images += 1;
      else if (type === 'file' || type === 'input_file') parts.documents += 1;
      else if (type !== 'text' && type !== 'refusal') parts.media.push(`messages[${m}].content[${p}]`);
    }
  }
  return parts;
}

/** Fields whose use is billed beside the tokens that a bound covers. */
const PRICED_APART = ['best_of', 'web_search_options', 'audio', 'prediction', 'plugins'] as const;

function unpriceable(body: ChatRequestBody, media: readonly string[]): readonly string[] {
  const found: string[] = PRICED_APART.filter((field) => isGiven(body[field]));
  if (isGiven(body.service_tier) && body.service_tier !== 'auto' && body.service_tier !== 'default') {
    found.push('service_tier');
  }
  for (const [index, tool] of (body.tools ?? []).entries()) {
    if (tool.type !== 'function' && tool.type !== 'custom') found.push(`tools[${index}]`);
  }
  return found.length === 0 ? media : [...found, ...media];
}

/** A member's text, decoded; the schema has checked that it is one. */
function textAt(tape: JsonTape, name: string): string | undefined {
  const token = tape.find([name]);
  return token === undefined ? undefined : tape.text(token);
}

function explain(tape: JsonTape, path: readonly PropertyKey[]): TollgateError {
  const steps = path.map((part) => (typeof part === 'number' ? part : String(part)));
  const name = formatPath(steps).replace(/\[\d+\]/g, '[]');
  return wrongValue(tape, steps, EXPECTED[name] ?? 'another value');
}
