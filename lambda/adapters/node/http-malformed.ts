import type { Duplex } from 'node:stream';

interface Problem {
  readonly status: string;
  readonly message: string;
  readonly code: string;
}

const INVALID: Problem = {
  status: '400 Bad Request',
  message: 'The request is not valid HTTP/1.1. A TLS client on this plain port is the usual reason.',
  code: 'invalid_http',
};

/** Node's codes for requests that never became one. */
const PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    message: 'The request headers are too large.',
    code: 'headers_too_large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    message: 'The request did not arrive in time.',
    code: 'request_timeout',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: '413 Content Too Large',
    message: 'The chunk extensions of the request are too large.',
    code: 'chunk_extensions_too_large',
  },
};

/**
 * Answers bytes that are no request, in the shape that OpenAI's clients read, and closes. While an answer is under way
 * on the connection it is only closed: a second head in the middle of it would pass for content.
 */
export function answerMalformed(error: Error, socket: Duplex, answering: boolean): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (answering || !socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = PROBLEMS[code] ?? INVALID;
  const body = JSON.stringify({
    error: { message: problem.message, type: 'invalid_request_error', param: null, code: problem.code },
  });
  socket.end(
    `HTTP/1.1 ${problem.status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}
