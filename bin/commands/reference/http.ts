import { DEFAULT_LIMITS } from '../../../lambda/core/limits.ts';
import { type ModelRoute, type PlainRoute, ROUTES, type Route } from '../../../lambda/pipeline/routes.ts';
import { ANSWER_HEADERS } from './http-headers.ts';

const OPERATIONS: Readonly<Record<ModelRoute['operation']['kind'], string>> = {
  chat: 'an answer of a model; every room, one audit row',
  embeddings: 'vectors of texts; every room, one audit row; never streamed',
  count_tokens: 'input tokens of a request; every room, one audit row, no cost',
};

const ROOMS: Readonly<Record<PlainRoute['rooms'], string>> = {
  models:
    'models that the caller can reach now, without stopped ones; the caller must be known, no audit row',
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
      (route) => `| ${route.method} | \`${route.path.replace('*', 'NAME')}\` | ${purpose(route)} |`,
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

function purpose(route: Route): string {
  return route.rooms === 'model' ? OPERATIONS[route.operation.kind] : ROOMS[route.rooms];
}

function requests(): readonly string[] {
  const { bodyBytes, jsonDepth } = DEFAULT_LIMITS;
  return [
    '## Requests',
    '',
    'Bodies are those of OpenAI (`/chat/completions`, `/embeddings`) and of Anthropic (`/messages`). Where the target speaks the',
    'format of the request, parameters that the gateway does not know pass as they are. Where it speaks another one, the request',
    'is [translated](../guides/providers.md), and [every parameter](parameters.md) is carried, told about, or refused.',
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
    'No header of the caller goes on to a provider, but `anthropic-version` and `anthropic-beta` to Claude in its own format. A body',
    'in the format of its target goes on byte for byte, but for these edits:',
    '',
    '- `model`, where the alias has another name at the target',
    '- `stream_options.include_usage`, in a stream whose caller did not ask for usage; the event that answers it is not',
    '  passed on',
    '- `max_tokens` (`max_completion_tokens` for OpenAI), where the caller gave none and the alias has',
    '  `max_output_tokens` or a budget applies; listed in the warnings',
    '- a cap above that of the model, lowered to it where the alias has `unsupported: drop`; listed in the warnings',
    '- reasoning that this gateway put into ids of tool calls or under a signature of its own, taken out',
    '- what a provider is known to refuse: `model`, `stream` and versions in the body of Claude on Bedrock, foreign reasoning at',
    '  OpenAI, the other name of the cap at Mistral, DeepSeek and Ollama',
    '- values of a class at `redact`, replaced by `REDACTED_TYPE`',
    '',
  ];
}

function answers(): readonly string[] {
  return [
    '## Headers of an answer',
    '',
    '*admitted*: all limits had room, even if the provider failed then. *answered*: an answer of a provider follows.',
    '',
    '| header | sent with | meaning |',
    '|---|---|---|',
    ...ANSWER_HEADERS.map(({ name, when, means }) => `| \`${name}\` | ${when} | ${means} |`),
    '',
    'Limits are told from the last state that this process has seen, which may be some seconds old. Where several rates bind a call,',
    'the one with the least left is told.',
    '',
    'Values are ASCII; other characters are percent-encoded. Of the headers of a provider only the `content-type` of an answer',
    'that is not streamed is passed on.',
    '',
    "The body of an answer in the caller's format is the provider's, byte for byte. Of another format it is written anew: `model` is",
    'still the name that the provider gave, `native_finish_reason` (chat) its own reason, and `tollgate.warnings` what was dropped,',
    'capped or emulated.',
    '',
    "Clients that send `anthropic-version` get lists and errors in Anthropic's shape.",
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
    `- **Heartbeat**: \`: ping\` and an empty line (Messages: \`event: ping\`, once the message has begun) after ${seconds(heartbeatMs)} of silence`,
    '  (`limits.heartbeat_ms`), between whole events.',
    '- **Last comment**: before `[DONE]` or `message_stop`, what the headers could not tell. Every SSE client skips it:',
    '',
    '  ```',
    '  : tollgate {"request_id":"req_...","target":"openai/gpt-5.4-mini","attempts":1,"cost_usd":"0.00081","usage_source":"upstream"}',
    '  ```',
    '',
    '  with `warnings` where there are any. `usage_source` is that of the [audit row](audit.md).',
    '- **Normal end**: `data: [DONE]`, for Messages `message_stop`. Where a provider of chat completions ended cleanly without it, the',
    '  gateway writes it.',
    '- **Any other end**: `data: {"error": ...}`, for Messages `event: error`, with a [code](errors.md) such as `upstream_cut`, and no',
    '  terminator.',
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
