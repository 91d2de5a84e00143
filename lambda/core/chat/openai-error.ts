import { type ErrorFacts, TollgateError } from '../errors.ts';
import { isRecord } from '../json-value.ts';
import { clipMessage, codeOfStatus, contextCode, isTooLong, parseBody, retryAfter } from './http-error.ts';

/** What an upstream says of its failure, from an error body or an `error` object inside a stream. */
export interface ToldError {
  readonly message: string | undefined;
  readonly type: string | null;
  readonly code: string | null;
  readonly param: string | undefined;
}

/**
 * An HTTP error of an OpenAI-compatible upstream in the gateway's words, whatever was asked of it. `body` may be anything:
 * OpenAI's `{error: {message, type, param, code}}`, vLLM's `{error: "text"}`, Gemini's list of one, Mistral's and FastAPI's
 * `detail`, a numeric code, a CDN's HTML page.
 */
export function readHttpError(
  target: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): TollgateError {
  const whole = parseBody(body);
  const parsed: unknown = Array.isArray(whole) ? whole[0] : whole;
  const told = tellError(isRecord(parsed) ? (parsed['error'] ?? parsed) : undefined);
  const tooLong = isTooLong(status, told.message);
  const code = tooLong ? 'upstream_rejected' : codeOfStatus(status);
  const retryAfterS = retryAfter(headers);
  const facts: ErrorFacts = {
    // A status that is corrected takes its words along.
    upstream: tooLong
      ? { type: 'invalid_request_error', code: 'context_length_exceeded' }
      : { type: told.type, code: told.code },
    details: { upstream_status: status, target },
    ...(code === 'upstream_rejected' ? { status: tooLong ? 400 : status } : {}),
    ...(told.param === undefined ? {} : { param: told.param }),
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  };
  // The gateway's own key was refused: its text may name the key, and the caller can do nothing about it.
  if (code === 'upstream_auth') {
    return new TollgateError(code, `${target} refused the gateway's own credentials (HTTP ${status})`, facts);
  }
  return new TollgateError(code, told.message ?? `${target} answered HTTP ${status}`, facts);
}

export function tellError(error: unknown): ToldError {
  if (typeof error === 'string') {
    return { message: clipMessage(error), type: null, code: contextCode(null, error), param: undefined };
  }
  if (!isRecord(error)) return { message: undefined, type: null, code: null, param: undefined };
  const said = textOf(error['message'] ?? error['detail']);
  const { metadata } = error;
  // What a provider behind OpenRouter said itself.
  const raw = isRecord(metadata) ? textOf(metadata['raw']) : undefined;
  const message = said === undefined ? undefined : clipMessage(raw === undefined ? said : `${said}: ${raw}`);
  return {
    message,
    type: word(error['type']),
    code: contextCode(word(error['code']), message),
    param: typeof error['param'] === 'string' ? error['param'] : undefined,
  };
}

/** A message as text; some servers list what is wrong in place of it. */
function textOf(message: unknown): string | undefined {
  if (typeof message === 'string') return message === '' ? undefined : message;
  return typeof message === 'object' && message !== null ? JSON.stringify(message) : undefined;
}

function word(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}
