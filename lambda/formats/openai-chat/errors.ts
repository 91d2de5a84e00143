import { isTooLong } from '../../core/chat/http-error.ts';
import { type ErrorCode, type ErrorFacts, TollgateError } from '../../core/errors.ts';
import { isRecord } from './usage.ts';

/** Longest upstream message that is relayed; some servers answer a whole page. */
const MESSAGE_CHARACTERS = 2_000;

/** What an upstream says of its failure, from an error body or an `error` object inside a stream. */
interface Told {
  readonly message: string | undefined;
  readonly type: string | null;
  readonly code: string | null;
  readonly param: string | undefined;
}

/**
 * An HTTP error of an OpenAI-compatible upstream in the gateway's words. `body` may be anything: OpenAI's
 * `{error: {message, type, param, code}}`, vLLM's `{error: "text"}`, a numeric code, a CDN's HTML page.
 */
export function readHttpError(
  target: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): TollgateError {
  const told = tell(parse(body));
  const tooLong = isTooLong(status, told.message);
  const code = tooLong ? 'upstream_rejected' : codeOf(status);
  const retryAfterS = retryAfter(headers);
  const facts: ErrorFacts = {
    upstream: { type: told.type, code: told.code },
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

/** An `error` object where an answer was expected, in a stream or in a body with status 200. */
export function readErrorObject(target: string, error: unknown): TollgateError {
  const told = tell({ error });
  const status = statusIn(error);
  const code = status === undefined ? 'upstream_error' : codeOf(status);
  return new TollgateError(
    code === 'upstream_rejected' ? 'upstream_error' : code,
    told.message ?? `${target} failed`,
    {
      upstream: { type: told.type, code: told.code },
      details: { target },
    },
  );
}

function codeOf(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'upstream_auth';
  if (status === 408 || status === 504) return 'upstream_timeout';
  if (status === 429) return 'upstream_rate_limited';
  if (status === 503 || status === 529) return 'upstream_unavailable';
  if (status >= 400 && status < 500) return 'upstream_rejected';
  return 'upstream_error';
}

/** Gateways in between put an HTTP status into `code`: OpenRouter and llama.cpp do. */
function statusIn(error: unknown): number | undefined {
  const code = isRecord(error) ? error['code'] : undefined;
  return typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function tell(body: unknown): Told {
  const error = isRecord(body) ? (body['error'] ?? body) : undefined;
  if (typeof error === 'string') return { message: clip(error), type: null, code: null, param: undefined };
  if (!isRecord(error)) return { message: undefined, type: null, code: null, param: undefined };
  return {
    message: typeof error['message'] === 'string' ? clip(error['message']) : undefined,
    type: text(error['type']),
    code: text(error['code']),
    param: typeof error['param'] === 'string' ? error['param'] : undefined,
  };
}

function text(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}

function clip(message: string): string {
  return message.length <= MESSAGE_CHARACTERS ? message : `${message.slice(0, MESSAGE_CHARACTERS)} [...]`;
}

/** `retry-after` in whole seconds; the HTTP-date form is not used by model providers and is left out. */
function retryAfter(headers: Readonly<Record<string, string>>): number | undefined {
  const ms = Number(headers['retry-after-ms']);
  if (Number.isFinite(ms) && ms > 0) return Math.ceil(ms / 1000);
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : undefined;
}
