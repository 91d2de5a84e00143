/**
 * Every way a request can end without an answer, as one closed union in five families. Each dialect renders each
 * code through an exhaustive table, so a new code does not compile until every dialect knows how to say it.
 */
export type CallerCode =
  | 'invalid_request'
  | 'invalid_json'
  | 'unsupported_parameter'
  | 'unauthenticated'
  | 'route_not_found'
  | 'model_not_found'
  | 'method_not_allowed'
  | 'request_too_large'
  | 'unsupported_media_type';

export type RefusalCode =
  | 'budget_exceeded'
  | 'budget_held'
  | 'rate_limit_exceeded'
  | 'stopped'
  | 'guard_blocked'
  | 'policy_denied'
  | 'model_unpriced';

export type UpstreamCode =
  | 'upstream_rejected'
  | 'upstream_rate_limited'
  | 'upstream_auth'
  | 'upstream_error'
  | 'upstream_unavailable'
  | 'upstream_timeout'
  | 'upstream_invalid'
  | 'upstream_cut';

export type DependencyCode =
  | 'ledger_unavailable'
  | 'guard_unavailable'
  | 'provider_not_configured'
  | 'draining';

export type BugCode = 'internal';

export type ErrorCode = CallerCode | RefusalCode | UpstreamCode | DependencyCode | BugCode;

/** HTTP status of each code, before a dialect has its say. `upstream_rejected` is replaced by the upstream's own 4xx. */
const STATUS: Record<ErrorCode, number> = {
  invalid_request: 400,
  invalid_json: 400,
  unsupported_parameter: 400,
  unauthenticated: 401,
  route_not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  request_too_large: 413,
  unsupported_media_type: 415,
  budget_exceeded: 429,
  budget_held: 429,
  rate_limit_exceeded: 429,
  stopped: 403,
  guard_blocked: 403,
  policy_denied: 403,
  model_unpriced: 403,
  upstream_rejected: 400,
  upstream_rate_limited: 429,
  upstream_auth: 502,
  upstream_error: 502,
  upstream_unavailable: 503,
  upstream_timeout: 504,
  upstream_invalid: 502,
  upstream_cut: 502,
  ledger_unavailable: 503,
  guard_unavailable: 503,
  provider_not_configured: 503,
  draining: 503,
  internal: 500,
};

/** Codes after which the very same request may succeed, so that a client's own retry makes sense. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'budget_held',
  'rate_limit_exceeded',
  'upstream_rate_limited',
  'upstream_error',
  'upstream_unavailable',
  'upstream_timeout',
  'upstream_invalid',
  'upstream_cut',
  'ledger_unavailable',
  'guard_unavailable',
  'draining',
]);

export interface ErrorFacts {
  /** The parameter that was wrong, as the caller spelled its path: `messages[2].content`. */
  readonly param?: string;
  /** Overrides the status of the code; only for an upstream's own 4xx. */
  readonly status?: number;
  /** Seconds after which waiting helps. Absent where it does not. */
  readonly retryAfterS?: number;
  /** Overrides whether the very same request may succeed; for a code whose cases differ in that. */
  readonly retryable?: boolean;
  /** Machine-readable facts for the body, such as scope, limit and reset of a budget. Never a secret or a masked value. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
  /** The upstream's own error type and code, relayed so that a client's handling of them keeps working. */
  readonly upstream?: { readonly type: string | null; readonly code: string | null };
  /** Details that one family's clients act on, in that family's own words; its dialect puts them before our own. */
  readonly clientDetails?: Readonly<Record<string, string | readonly string[]>>;
  readonly cause?: unknown;
}

/** The one error class. Rooms return it as a value for expected ends; only faults are thrown. */
export class TollgateError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'TollgateError';
    this.code = code;
    this.status = facts.status ?? STATUS[code];
    this.retryable = facts.retryable ?? RETRYABLE.has(code);
    this.facts = facts;
  }
}
