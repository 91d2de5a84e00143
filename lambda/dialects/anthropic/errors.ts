import type { ErrorCode, TollgateError } from '../../core/errors.ts';
import type { Rendered } from '../dialect.ts';
import { errorHeaders } from '../error-headers.ts';

/**
 * How Anthropic's clients are told each code: they choose by status and `type`. Source: Anthropic API reference,
 * "Errors". A code missing here does not compile.
 */
const TYPES: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'invalid_request_error',
  invalid_json: 'invalid_request_error',
  unsupported_parameter: 'invalid_request_error',
  unauthenticated: 'authentication_error',
  route_not_found: 'not_found_error',
  model_not_found: 'not_found_error',
  method_not_allowed: 'invalid_request_error',
  request_too_large: 'request_too_large',
  unsupported_media_type: 'invalid_request_error',
  budget_exceeded: 'rate_limit_error',
  budget_held: 'rate_limit_error',
  rate_limit_exceeded: 'rate_limit_error',
  stopped: 'permission_error',
  guard_blocked: 'permission_error',
  policy_denied: 'permission_error',
  model_unpriced: 'permission_error',
  upstream_rejected: 'invalid_request_error',
  upstream_rate_limited: 'rate_limit_error',
  upstream_auth: 'api_error',
  upstream_error: 'api_error',
  upstream_unavailable: 'overloaded_error',
  upstream_timeout: 'timeout_error',
  upstream_invalid: 'api_error',
  upstream_cut: 'api_error',
  ledger_unavailable: 'api_error',
  guard_unavailable: 'api_error',
  provider_not_configured: 'api_error',
  draining: 'api_error',
  internal: 'api_error',
};

/** Codes of the upstream that are worth more to a client than ours, because its code branches on them. */
const RELAYED: ReadonlySet<ErrorCode> = new Set(['upstream_rejected', 'upstream_rate_limited']);

/** The types that Anthropic documents, by the status of each: an upstream's own word is relayed only if it is one of them. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};
const KNOWN: ReadonlySet<string> = new Set(Object.values(BY_STATUS));

const OVERLOADED = 529;

interface ErrorBody {
  readonly type: 'error';
  readonly error: {
    readonly type: string;
    readonly message: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
  readonly request_id: string;
}

export function errorBody(error: TollgateError, requestId: string): ErrorBody {
  const { param, details, clientDetails } = error.facts;
  const relay = RELAYED.has(error.code) ? error.facts.upstream : undefined;
  return {
    type: 'error',
    error: {
      type: typeOf(error),
      message: messageOf(error),
      details: {
        error_code: relay?.code ?? error.code,
        ...(param === undefined ? {} : { param }),
        ...details,
        ...clientDetails,
      },
    },
    request_id: requestId,
  };
}

/** By which Anthropic's clients know a request, and what people search logs for. */
export function requestHeaders(requestId: string): Readonly<Record<string, string>> {
  return { 'request-id': requestId, 'x-request-id': requestId };
}

export function renderError(error: TollgateError, requestId: string): Rendered {
  return {
    status: statusOf(error),
    headers: { ...requestHeaders(requestId), ...errorHeaders(error, requestId) },
    body: Buffer.from(JSON.stringify(errorBody(error, requestId))),
  };
}

function typeOf(error: TollgateError): string {
  if (!RELAYED.has(error.code)) return TYPES[error.code];
  const told = error.facts.upstream?.type;
  if (typeof told === 'string' && KNOWN.has(told)) return told;
  return BY_STATUS[error.status] ?? TYPES[error.code];
}

/** An overload keeps the status by which Anthropic's clients know one. */
function statusOf(error: TollgateError): number {
  if (error.code !== 'upstream_unavailable') return error.status;
  const { upstream, details } = error.facts;
  const overloaded =
    upstream?.type === 'overloaded_error' || String(details?.['upstream_status']) === String(OVERLOADED);
  return overloaded ? OVERLOADED : error.status;
}

/**
 * Coding agents shorten a conversation when an error begins with Anthropic's words for one that is too long, so another
 * provider's words for it get them in front.
 */
function messageOf({ code, message, facts }: TollgateError): string {
  if (code !== 'upstream_rejected' || facts.upstream?.code !== 'context_length_exceeded') return message;
  return message.includes(TOO_LONG) ? message : `${TOO_LONG}: ${message}`;
}

const TOO_LONG = 'prompt is too long';
