import { TollgateError } from '../core/errors.ts';
import type { UpstreamFailure } from '../ports/upstream.ts';
import type { Received } from './states.ts';

/** What the caller is told when a call ended without a clean end. */
export function failureError(target: string, failure: UpstreamFailure, state: Received): TollgateError {
  const details = { target, reason: failure.reason };
  if (state.interrupt.reason === 'draining') {
    return new TollgateError('draining', 'The gateway is shutting down and could not wait for this answer', {
      retryAfterS: 1,
    });
  }
  if (state.interrupt.reason === 'deadline') {
    return new TollgateError('upstream_timeout', `${target} did not finish within the time of the request`, {
      details,
    });
  }
  switch (failure.reason) {
    case 'connect':
      return new TollgateError('upstream_unavailable', `${target} cannot be reached`, {
        details,
        cause: failure.detail,
      });
    case 'timeout':
      return new TollgateError('upstream_timeout', `${target} was silent for too long`, {
        details,
        cause: failure.detail,
      });
    case 'reset':
    case 'cancelled':
      return new TollgateError('upstream_cut', `${target} broke off its answer`, {
        details,
        cause: failure.detail,
      });
    case 'protocol':
      return new TollgateError('upstream_invalid', `${target} does not speak HTTP as expected`, {
        details,
        cause: failure.detail,
      });
  }
}
