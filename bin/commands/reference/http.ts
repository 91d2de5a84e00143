import { DEFAULT_LIMITS } from '../../../lambda/core/limits.ts';
import { ROUTES, type Route } from '../../../lambda/pipeline/routes.ts';
import { ANSWER_HEADERS } from './http-headers.ts';

const ROOMS: Readonly<Record<Route['rooms'], string>> = {
  model: 'a chat completion; every room, one audit row',
  models: 'models that can be asked for; the caller must be known, no audit row',
  health: 'no caller needed, no provider called, no audit row',
};

/** The text of docs/reference/http.md. */
export function httpReference(): string {
  return [
    '# HTTP',
    '',
    '| method | path | what it is |',
    '|---|---|---|',
    ...ROUTES.map(
      ({ method, path, rooms }) => `| ${method} | \`${path.replace('*', 'NAME')}\` | ${ROOMS[rooms]} |`,
    ),
    '',
    'What is not listed is answered 404; a slash at the end and a query string make no difference. Liveness says that the',
    'process answers. Readiness says whether it takes requests, which config it serves and what each provider lacks.',
    '',
    ...requests(),
    ...answers(),
    ...streams(),
  ].join('\n');
}

function requests(): readonly string[] {
  const { bodyBytes, jsonDepth } = DEFAULT_LIMITS;
  return [
    '## Requests',
    '',
    'The body of a chat completion is that of OpenAI. Parameters that the gateway does not know pass as they are.',
    '',
    '| header | meaning |',
    '|---|---|',
    '| `authorization: Bearer KEY`, `x-api-key` | locally a development key of [`callers`](configuration.md#callers); on AWS the signature of IAM |',
    '| `content-type` | `application/json`, or left out |',
    '| `content-encoding` | none: compressed bodies are refused |',
    '| `user-agent` | kept in the audit row, shortened |',
    '',
    `A body has at most ${bodyBytes.toLocaleString('en-US')} bytes (\`limits.body_bytes\`) and ${jsonDepth} levels. A repeated key, invalid UTF-8, a byte order mark or half a surrogate`,
    'pair is refused, since two readers could understand it differently.',
    '',
    'No header of the caller goes on to a provider. The body goes on byte for byte, but for these edits:',
    '',
    '- `model`, where the alias has another name at the target',
    '- `stream_options.include_usage`, in a stream whose caller did not ask for usage; the event that answers it is not',
    '  passed on',
    '- `max_tokens` (`max_completion_tokens` for OpenAI), where the caller gave none and the alias has',
    '  `max_output_tokens` or a budget applies; listed in the warnings',
    '- values of a class at `redact`, replaced by `REDACTED_TYPE`',
    '',
  ];
}

function answers(): readonly string[] {
  return [
    '## Headers of an answer',
    '',
    '*admitted*: the budgets had room, even if the provider failed then. *answered*: an answer of a provider follows.',
    '',
    '| header | sent with | meaning |',
    '|---|---|---|',
    ...ANSWER_HEADERS.map(({ name, when, means }) => `| \`${name}\` | ${when} | ${means} |`),
    '',
    'Values are ASCII; other characters are percent-encoded. Of the headers of a provider only the `content-type` of an answer',
    'that is not streamed is passed on.',
    '',
    "The body of an answer is the provider's, byte for byte, and so is `model` in it.",
    '',
  ];
}

function streams(): readonly string[] {
  const { holdHeadersMs, heartbeatMs, heldEvents, heldBytes } = DEFAULT_LIMITS;
  return [
    '## Streams',
    '',
    `Status and headers leave with the first content of the answer, or after ${seconds(holdHeadersMs)} (\`limits.hold_headers_ms\`). Until then`,
    'a failure is an HTTP status. Until the first content another target may still answer, also after the headers have left;',
    `of an answer that was given up nothing is sent. At most ${heldEvents} events or ${heldBytes.toLocaleString('en-US')} bytes are held back.`,
    '',
    `- **Heartbeat**: \`: ping\` and an empty line after ${seconds(heartbeatMs)} of silence (\`limits.heartbeat_ms\`), between whole events.`,
    '- **Last comment**: before `[DONE]`, what the headers could not tell. Every SSE client skips it:',
    '',
    '  ```',
    '  : tollgate {"request_id":"req_...","target":"openai/gpt-5.4-mini","attempts":1,"cost_usd":"0.00081","usage_source":"upstream"}',
    '  ```',
    '',
    '  with `warnings` where there are any. `usage_source` is that of the [audit row](audit.md).',
    '- **Normal end**: `data: [DONE]`. Where the provider ended cleanly without it, the gateway writes it.',
    '- **Any other end**: `data: {"error": ...}` with a [code](errors.md) such as `upstream_cut`, and no `[DONE]`.',
    '',
    'Where headers left before an answer, `x-tollgate-target` and `x-tollgate-attempts` are missing; the last comment has both.',
    '',
    '## On AWS',
    '',
    'Paths and bodies are the same behind the function URL. A caller that leaves is invisible there: the stream is read to',
    'its end and charged. Locally the upstream is cancelled and what may have been generated is charged.',
    '',
  ];
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
