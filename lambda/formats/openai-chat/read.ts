import type { RequestView } from '../../core/chat/request.ts';
import { wrongValue } from '../../core/chat/wrong-value.ts';
import { TollgateError } from '../../core/errors.ts';
import { isGiven } from '../../core/json-value.ts';
import { formatPath } from '../../wire/json-path.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { imageBytes } from './image-bytes.ts';
import { ownEdits } from './own-edits.ts';
import { unpriceable } from './read-unpriceable.ts';
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
    unpriceable: unpriceable(body),
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
}

function countParts(body: ChatRequestBody): Parts {
  const parts: Parts = { images: 0, documents: 0 };
  for (const { content } of body.messages) {
    if (!Array.isArray(content)) continue;
    for (const { type } of content) {
      if (type === 'image_url') parts.images += 1;
      else if (type === 'file' || type === 'input_file') parts.documents += 1;
    }
  }
  return parts;
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
