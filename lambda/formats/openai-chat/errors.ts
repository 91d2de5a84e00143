import { codeOfStatus } from '../../core/chat/http-error.ts';
import { tellError } from '../../core/chat/openai-error.ts';
import { TollgateError } from '../../core/errors.ts';
import { isRecord } from '../../core/json-value.ts';

/** An `error` object where an answer was expected, in a stream or in a body with status 200. */
export function readErrorObject(target: string, error: unknown): TollgateError {
  const told = tellError(error);
  const status = statusIn(error);
  const code = status === undefined ? 'upstream_error' : codeOfStatus(status);
  return new TollgateError(
    code === 'upstream_rejected' ? 'upstream_error' : code,
    told.message ?? `${target} failed`,
    {
      upstream: { type: told.type, code: told.code },
      details: { target },
    },
  );
}

/** Gateways in between put an HTTP status into `code`: OpenRouter and llama.cpp do. */
function statusIn(error: unknown): number | undefined {
  const code = isRecord(error) ? error['code'] : undefined;
  return typeof code === 'number' && code >= 400 && code < 600 ? code : undefined;
}
