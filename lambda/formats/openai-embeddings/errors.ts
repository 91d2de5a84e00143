import { clipMessage, codeOfStatus, isTooLong, parseBody, retryAfter } from '../../core/chat/http-error.ts';
import { type ErrorFacts, TollgateError } from '../../core/errors.ts';
import type { Headers } from '../format.ts';
import { isRecord } from './types.ts';

/** An HTTP error of an OpenAI-compatible upstream in the gateway's words; `body` may be anything. */
export function readHttpError(
  target: string,
  status: number,
  headers: Headers,
  body: Uint8Array,
): TollgateError {
  const parsed = parseBody(body);
  const error = isRecord(parsed) ? (parsed['error'] ?? parsed) : undefined;
  const told = isRecord(error) ? error : { message: error };
  const message = typeof told['message'] === 'string' ? clipMessage(told['message']) : undefined;
  const tooLong = isTooLong(status, message);
  const code = tooLong ? 'upstream_rejected' : codeOfStatus(status);
  const retryAfterS = retryAfter(headers);
  const facts: ErrorFacts = {
    upstream: { type: word(told['type']), code: word(told['code']) },
    details: { upstream_status: status, target },
    ...(code === 'upstream_rejected' ? { status: tooLong ? 400 : status } : {}),
    ...(typeof told['param'] === 'string' ? { param: told['param'] } : {}),
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  };
  // The gateway's own key was refused: its text may name the key, and the caller can do nothing about it.
  if (code === 'upstream_auth') {
    return new TollgateError(code, `${target} refused the gateway's own credentials (HTTP ${status})`, facts);
  }
  return new TollgateError(code, message ?? `${target} answered HTTP ${status}`, facts);
}

function word(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : null;
}
