import { clipMessage, codeOfStatus, contextCode, parseBody, retryAfter } from '../../core/chat/http-error.ts';
import { type ErrorFacts, TollgateError } from '../../core/errors.ts';
import { isRecord } from '../../core/json-value.ts';

/** HTTP status of each error type, for those that come without one, inside a stream. Source: Anthropic API, "Errors". */
const STATUS_OF_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** What an upstream says of its failure: `{type: "error", error: {type, message, details: {error_code}}, request_id}`. */
interface Told {
  readonly message: string | undefined;
  readonly type: string | null;
  readonly code: string | null;
}

/**
 * An HTTP error of the Messages API in the gateway's words. `body` may be anything: servers that only resemble the API
 * and CDNs in front of it answer other JSON, or a page.
 */
export function readHttpError(
  target: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): TollgateError {
  const parsed = parseBody(body);
  const told = tell(isRecord(parsed) ? (parsed['error'] ?? parsed) : parsed);
  const retryAfterS = retryAfter(headers);
  return made(target, status, told, ` (HTTP ${status})`, {
    details: { upstream_status: status, target },
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });
}

/** The `error` object of an `error` event, or of a body with status 200. */
export function readErrorObject(target: string, error: unknown): TollgateError {
  const told = tell(error);
  const status = STATUS_OF_TYPE[told.type ?? ''] ?? 500;
  return made(target, status, told, '', { details: { target } });
}

function made(target: string, status: number, told: Told, shown: string, facts: ErrorFacts): TollgateError {
  const code = codeOfStatus(status);
  const all: ErrorFacts = {
    ...facts,
    upstream: { type: told.type, code: contextCode(told.code, told.message) },
    ...(code === 'upstream_rejected' ? { status } : {}),
  };
  // The gateway's own key was refused: the text may name the key, and the caller can do nothing about it.
  if (code === 'upstream_auth') {
    return new TollgateError(code, `${target} refused the gateway's own credentials${shown}`, all);
  }
  return new TollgateError(code, told.message ?? `${target} failed${shown}`, all);
}

function tell(error: unknown): Told {
  if (typeof error === 'string') return { message: clipMessage(error), type: null, code: null };
  if (!isRecord(error)) return { message: undefined, type: null, code: null };
  const { message, type, details } = error;
  const code = isRecord(details) ? details['error_code'] : undefined;
  return {
    message: typeof message === 'string' ? clipMessage(message) : undefined,
    type: typeof type === 'string' ? type : null,
    code: typeof code === 'string' ? code : null,
  };
}
