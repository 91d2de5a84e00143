import type { ErrorCode, TollgateError } from '../../core/errors.ts';
import type { Rendered } from '../dialect.ts';
import { errorHeaders } from '../error-headers.ts';

/**
 * How OpenAI's clients are told each code: `type` chooses how they handle it, `code` says what it was. Source: OpenAI
 * error guide; `insufficient_quota` is what its clients know as "spent". A code missing here does not compile.
 */
const TYPES: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'invalid_request_error',
  invalid_json: 'invalid_request_error',
  unsupported_parameter: 'invalid_request_error',
  unauthenticated: 'authentication_error',
  route_not_found: 'invalid_request_error',
  model_not_found: 'invalid_request_error',
  method_not_allowed: 'invalid_request_error',
  request_too_large: 'invalid_request_error',
  unsupported_media_type: 'invalid_request_error',
  budget_exceeded: 'insufficient_quota',
  budget_held: 'insufficient_quota',
  rate_limit_exceeded: 'rate_limit_error',
  stopped: 'permission_error',
  guard_blocked: 'permission_error',
  policy_denied: 'permission_error',
  model_unpriced: 'permission_error',
  upstream_rejected: 'invalid_request_error',
  upstream_rate_limited: 'rate_limit_error',
  upstream_auth: 'server_error',
  upstream_error: 'server_error',
  upstream_unavailable: 'server_error',
  upstream_timeout: 'server_error',
  upstream_invalid: 'server_error',
  upstream_cut: 'server_error',
  ledger_unavailable: 'server_error',
  guard_unavailable: 'server_error',
  provider_not_configured: 'server_error',
  draining: 'server_error',
  internal: 'server_error',
};

/** Codes of the upstream that are worth more to a client than ours, because its code branches on them. */
const RELAYED: ReadonlySet<ErrorCode> = new Set(['upstream_rejected', 'upstream_rate_limited']);

interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
    readonly tollgate?: Readonly<Record<string, unknown>>;
  };
}

/** Types as this API spells them; an AWS exception's name would mean nothing to its clients. */
function relayedType(type: string | null | undefined): string | undefined {
  return type !== null && type !== undefined && /^[a-z_]+$/.test(type) ? type : undefined;
}

export function errorBody(error: TollgateError): ErrorBody {
  const relay = RELAYED.has(error.code) ? error.facts.upstream : undefined;
  return {
    error: {
      message: error.message,
      type: relayedType(relay?.type) ?? TYPES[error.code],
      param: error.facts.param ?? null,
      code: relay?.code ?? error.code,
      ...(error.facts.details === undefined ? {} : { tollgate: error.facts.details }),
    },
  };
}

/** By which OpenAI's clients know a request. */
export function requestHeaders(requestId: string): Readonly<Record<string, string>> {
  return { 'x-request-id': requestId };
}

export function renderError(error: TollgateError, requestId: string): Rendered {
  return {
    // Anthropic's 529 (overloaded) is no status of OpenAI's, whose clients know 503 for it.
    status: error.status === 529 ? 503 : error.status,
    headers: { ...requestHeaders(requestId), ...errorHeaders(error, requestId) },
    body: Buffer.from(JSON.stringify(errorBody(error))),
  };
}
