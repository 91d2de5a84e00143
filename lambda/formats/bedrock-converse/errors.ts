import { clipMessage, codeOfStatus, contextCode, parseBody, retryAfter } from '../../core/chat/http-error.ts';
import { type ErrorCode, type ErrorFacts, TollgateError } from '../../core/errors.ts';
import { isRecord } from '../../core/json-value.ts';
import type { Headers } from '../format.ts';

/**
 * Exceptions of the Bedrock runtime by their names. Source: AWS, Bedrock API reference, "Common errors" and the errors
 * of Converse, ConverseStream and InvokeModel. An exception that is not here goes by its HTTP status.
 */
const CODES: Readonly<Record<string, ErrorCode>> = {
  ValidationException: 'upstream_rejected',
  ResourceNotFoundException: 'upstream_rejected',
  ConflictException: 'upstream_rejected',
  AccessDeniedException: 'upstream_auth',
  UnrecognizedClientException: 'upstream_auth',
  ExpiredTokenException: 'upstream_auth',
  InvalidSignatureException: 'upstream_auth',
  MissingAuthenticationTokenException: 'upstream_auth',
  IncompleteSignatureException: 'upstream_auth',
  ThrottlingException: 'upstream_rate_limited',
  ServiceQuotaExceededException: 'upstream_rate_limited',
  // The model is being loaded: AWS says to retry, and gives it the status of a throttle.
  ModelNotReadyException: 'upstream_rate_limited',
  ServiceUnavailableException: 'upstream_unavailable',
  ModelTimeoutException: 'upstream_timeout',
  InternalServerException: 'upstream_error',
  InternalFailure: 'upstream_error',
  ModelErrorException: 'upstream_error',
  ModelStreamErrorException: 'upstream_error',
};

/**
 * An HTTP error of the Bedrock runtime in the gateway's words. The exception's name is in a header, with a URL behind a
 * colon; the body is `{"message": ...}`, or anything where a proxy answered.
 */
export function readHttpError(
  target: string,
  status: number,
  headers: Headers,
  body: Uint8Array,
): TollgateError {
  const value = parseBody(body);
  const name = (headers['x-amzn-errortype'] ?? typeIn(value))?.split(':')[0]?.split('#').at(-1);
  const code = codeOf(name, status);
  const retryAfterS = retryAfter(headers);
  return error(target, code, name, messageIn(value), {
    details: { upstream_status: status, target },
    ...(code === 'upstream_rejected' && status >= 400 && status < 500 ? { status } : {}),
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });
}

/** An exception inside a stream: its name as the frame spells it, such as `throttlingException`, and its payload. */
export function readException(target: string, name: string, payload: unknown): TollgateError {
  const spelled = name.charAt(0).toUpperCase() + name.slice(1);
  const code = CODES[spelled] ?? 'upstream_error';
  const original = isRecord(payload) ? payload['originalMessage'] : undefined;
  const message = messageIn(payload) ?? (typeof original === 'string' ? original : undefined);
  return error(target, code, spelled, message, { details: { target } });
}

function error(
  target: string,
  code: ErrorCode,
  name: string | undefined,
  message: string | undefined,
  facts: ErrorFacts,
): TollgateError {
  const known = { ...facts, upstream: { type: name ?? null, code: contextCode(null, message) } };
  // The gateway's own credentials were refused: AWS's text names the role and the model's ARN.
  if (code === 'upstream_auth') {
    const status = facts.details?.['upstream_status'];
    const how = [name, status === undefined ? undefined : `HTTP ${status}`].filter(
      (part) => part !== undefined,
    );
    return new TollgateError(
      code,
      `${target} refused the gateway's own credentials (${how.join(', ')})`,
      known,
    );
  }
  return new TollgateError(
    code,
    message ?? `${target} failed${name === undefined ? '' : ` (${name})`}`,
    known,
  );
}

function codeOf(name: string | undefined, status: number): ErrorCode {
  const known = name === undefined ? undefined : CODES[name];
  if (known !== undefined) return known;
  // A failed dependency is the model's own failure, not the caller's.
  return status === 424 ? 'upstream_error' : codeOfStatus(status);
}

/** Some front ends write the exception's name into the body. */
function typeIn(value: unknown): string | undefined {
  const type = isRecord(value) ? value['__type'] : undefined;
  return typeof type === 'string' ? type : undefined;
}

function messageIn(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  const message = value['message'] ?? value['Message'];
  return typeof message !== 'string' || message === '' ? undefined : clipMessage(message);
}
