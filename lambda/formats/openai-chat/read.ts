import type { RequestView } from '../../core/chat/request.ts';
import { TollgateError } from '../../core/errors.ts';
import { maskText } from '../../core/guard/mask.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
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
  return {
    model: textAt(tape, 'model') ?? body.model,
    stream: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    maxTokens: maxTokens(body),
    choices: body.n ?? 1,
    messages: body.messages.length,
    images: parts.images,
    tools: body.tools?.length ?? 0,
    endUser: isGiven(body.user) ? textAt(tape, 'user') : undefined,
    unpriceable: unpriceable(body, parts.media),
  };
}

function maxTokens(body: ChatRequestBody): RequestView['maxTokens'] {
  if (isGiven(body.max_completion_tokens)) {
    return { value: body.max_completion_tokens, param: 'max_completion_tokens' };
  }
  return isGiven(body.max_tokens) ? { value: body.max_tokens, param: 'max_tokens' } : undefined;
}

function countParts(body: ChatRequestBody): { images: number; media: readonly string[] } {
  let images = 0;
  const media: string[] = [];
  for (const [m, { content }] of body.messages.entries()) {
    if (!Array.isArray(content)) continue;
    for (const [p, part] of content.entries()) {
      if (part.type === 'image_url') images += 1;
      else if (part.type !== 'text' && part.type !== 'refusal') media.push(`messages[${m}].content[${p}]`);
    }
  }
  return { images, media };
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
  const param = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  const expected = EXPECTED[param.replace(/\[\d+\]/g, '[]')] ?? 'another value';
  const found = describe(path.reduce<unknown>(step, tape.value));
  const where = param === '' ? 'The request body' : `\`${param}\``;
  return new TollgateError('invalid_request', `${where}: found ${found}, expected ${expected}`, {
    ...(param === '' ? {} : { param }),
  });
}

function step(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

const maskAll = () => 'redact' as const;

/** Names a value without quoting a caller's text: only short scalars are shown. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string')
    return value.length <= 32 ? JSON.stringify(maskText(value, maskAll)) : 'a longer string';
  if (typeof value === 'object') return 'an object';
  return String(value);
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
