import type { TollgateError } from '../core/errors.ts';

/** Headers of an error that every family of clients is told alike, beside those by which it knows a request. */
export function errorHeaders(error: TollgateError, requestId: string): Readonly<Record<string, string>> {
  const wait = error.facts.retryAfterS;
  return {
    'content-type': 'application/json',
    'x-tollgate-request-id': requestId,
    'x-tollgate-error': error.code,
    // Clients retry 429 and 5xx by themselves; where the same request cannot succeed that only costs time.
    ...(error.retryable ? {} : { 'x-should-retry': 'false' }),
    ...(wait === undefined ? {} : { 'retry-after': String(wait) }),
    ...(error.code === 'method_not_allowed' ? { allow: String(error.facts.details?.['allow'] ?? '') } : {}),
  };
}
