import type { UpstreamFailure } from '../../ports/upstream.ts';

/** Codes of Node and undici for a connection that ended early; every other parser error is a broken protocol. */
const CUTS: ReadonlySet<string> = new Set(['HPE_INVALID_EOF_STATE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

/** Codes for bytes that are no HTTP answer, apart from the parser's own. */
const PROTOCOL: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'ERR_UNESCAPED_CHARACTERS',
]);

/** Sorts an error of a client: `sent` false and no broken protocol means that no connection came about. */
export function failureReason(error: Error, sent: boolean): UpstreamFailure['reason'] {
  const code = errorCode(error);
  if (PROTOCOL.has(code) || (code.startsWith('HPE_') && !CUTS.has(code))) return 'protocol';
  return sent ? 'reset' : 'connect';
}

/** Code and text, without a stack. Errors of both clients name hosts and ports, never headers or bodies. */
export function failureDetail(error: Error): string {
  const code = errorCode(error);
  if (code === '') return error.message;
  return error.message === '' || error.message.includes(code)
    ? error.message || code
    : `${code}: ${error.message}`;
}

function errorCode(error: Error): string {
  // undici's parser errors carry their kind in the text only.
  if (error.name === 'HTTPParserError') {
    return error.message.includes('EOF') ? 'HPE_INVALID_EOF_STATE' : 'HPE_INVALID';
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
