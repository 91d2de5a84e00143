import { type ErrorCode, TollgateError } from '../../../lambda/core/errors.ts';
import { renderError } from '../../../lambda/dialects/openai/errors.ts';
import { FAMILIES, type Words } from './error-words.ts';

/** The text of docs/reference/errors.md. Status, type and retry are asked of the code that answers callers. */
export function errorsReference(): string {
  return [
    '# Errors',
    '',
    'Every error has the shape that clients of OpenAI read:',
    '',
    '```json',
    '{"error": {"message": "...", "type": "...", "param": "messages[0].content", "code": "...", "tollgate": {}}}',
    '```',
    '',
    '`code` is one of this page, except where a provider sent its own. The header `x-tollgate-error` always holds the',
    "gateway's code, `x-tollgate-request-id` the id of the audit row. `tollgate` holds facts for programs, such as scope,",
    'limit, spent and reset of a budget; it is left out where there are none.',
    '',
    '**retry: no** is told to clients by `x-should-retry: false`, so that SDKs do not repeat what cannot succeed.',
    '**yes**: the very same request may succeed; with a `retry-after` where waiting helps.',
    '',
    'Until the head of an answer has left, an error is an HTTP status. After that it is the last event of the stream,',
    '`data: {"error": ...}`, and no `[DONE]` follows.',
    '',
    ...FAMILIES.flatMap(({ title, words }) => [`## ${title}`, '', ...table(words)]),
    '## Before the gateway',
    '',
    'What never reached the gateway is answered by whoever stood in front:',
    '',
    '- The local server answers bytes that are no HTTP request in the same shape and closes the connection: 400',
    '  `invalid_http` (a TLS client on the plain port is the usual reason), 408 `request_timeout`, 413',
    '  `chunk_extensions_too_large`, 431 `headers_too_large`.',
    '- On AWS the function URL itself refuses a request that is not signed, or whose caller may not invoke it (403), and',
    '  requests above the concurrency of the function (429). Their bodies are those of AWS, and they leave no audit row.',
    '',
  ].join('\n');
}

function table(words: Partial<Record<ErrorCode, Words>>): readonly string[] {
  const codes = Object.entries(words) as [ErrorCode, Words][];
  return [
    '| code | status | type | retry | means | what to do |',
    '|---|---|---|---|---|---|',
    ...codes.map(([code, { means, remedy }]) => {
      const { status, headers, body } = renderError(new TollgateError(code, ''), '');
      const retry = headers['x-should-retry'] === 'false' ? 'no' : 'yes';
      const own = code === 'upstream_rejected' ? 'its own 4xx' : String(status);
      return `| \`${code}\` | ${own} | \`${typeOf(body)}\` | ${retry} | ${means} | ${remedy} |`;
    }),
    '',
  ];
}

function typeOf(body: Uint8Array): string {
  // Rendered a line above, in the dialect's own shape.
  const parsed = JSON.parse(Buffer.from(body).toString()) as { error: { type: string } };
  return parsed.error.type;
}
