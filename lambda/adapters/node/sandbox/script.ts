import { createHash } from 'node:crypto';
import type { UpstreamFailure, UpstreamRequest } from '../../../ports/upstream.ts';
import { answerOf } from './answer.ts';
import { type Behaviour, behaviourOf } from './behaviours.ts';
import { embeddingsBody, readEmbeddings } from './embeddings.ts';
import { bodyOf, type Frame, streamOf } from './render.ts';
import { readRequest, type SandboxRequest } from './request.ts';

/** Milliseconds between two words of a stream: fast for a model, slow enough to be seen. */
const PACE_MS = 15;

/** Everything the sandbox will do for one request, before any time has passed. */
export type Script =
  | { readonly type: 'failure'; readonly failure: UpstreamFailure; readonly delayMs: number }
  | {
      readonly type: 'answer';
      readonly delayMs: number;
      readonly paceMs: number;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      /** Made one by one, only when read. */
      readonly frames: Iterator<Frame, 'end' | 'cut'>;
    };

/** Decides the whole answer from the request's bytes; `nowMs` only dates it. */
export function scriptOf(request: UpstreamRequest, nowMs: number): Script {
  const path = request.method === 'POST' ? (URL.parse(request.url)?.pathname ?? '') : '';
  if (path.endsWith('/embeddings')) return embeddingsScript(request.body);
  if (!path.endsWith('/chat/completions')) {
    return errorScript(404, 0, 'The sandbox serves POST .../chat/completions and .../embeddings only.');
  }
  const chat = readRequest(request.body);
  if (chat === undefined) return errorScript(400, 0, 'The body is not a JSON object with messages.');
  const behaviour = behaviourOf(chat.model);
  if (behaviour.unreachable) {
    return { type: 'failure', delayMs: behaviour.delayMs, failure: failure('connect', false) };
  }
  if (behaviour.reset)
    return { type: 'failure', delayMs: behaviour.delayMs, failure: failure('reset', true) };
  if (behaviour.errorStatus !== undefined) return errorScript(behaviour.errorStatus, behaviour.delayMs);
  if (behaviour.errorAfter !== undefined && !chat.stream) return errorScript(500, behaviour.delayMs);
  const hash = createHash('sha256')
    .update(request.body ?? '')
    .digest('hex')
    .slice(0, 24);
  return answerScript(chat, behaviour, {
    id: `chatcmpl-sandbox-${hash}`,
    created: Math.floor(nowMs / 1000),
    model: chat.model,
  });
}

/** Of the behaviours only those that fail or wait mean something to vectors. */
function embeddingsScript(body: Uint8Array | undefined): Script {
  const asked = readEmbeddings(body);
  if (asked === undefined) return errorScript(400, 0, 'The body is not a JSON object with texts as input.');
  const { delayMs, errorStatus } = behaviourOf(asked.model);
  if (errorStatus !== undefined) return errorScript(errorStatus, delayMs);
  return {
    type: 'answer',
    delayMs,
    paceMs: 0,
    status: 200,
    headers: { 'content-type': 'application/json' },
    frames: whole(embeddingsBody(asked), false),
  };
}

function answerScript(
  chat: SandboxRequest,
  behaviour: Behaviour,
  envelope: { readonly id: string; readonly created: number; readonly model: string },
): Script {
  const answers = Array.from({ length: chat.choices }, (_, index) => answerOf(chat, behaviour, index));
  if (chat.stream) {
    return {
      type: 'answer',
      delayMs: behaviour.delayMs,
      paceMs: behaviour.paceMs ?? PACE_MS,
      status: 200,
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': envelope.id },
      frames: streamOf(chat, behaviour, answers, envelope),
    };
  }
  const words = answers.reduce((most, answer) => Math.max(most, answer.tokens), 0);
  return {
    type: 'answer',
    delayMs: behaviour.delayMs + words * (behaviour.paceMs ?? 0),
    paceMs: 0,
    status: 200,
    headers: { 'content-type': 'application/json', 'x-request-id': envelope.id },
    frames: whole(bodyOf(chat, behaviour, answers, envelope), behaviour.cutAfter !== undefined),
  };
}

/** OpenAI's type and code of each status; others are the server's fault or the caller's by their hundred. */
const ERRORS: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  400: ['invalid_request_error', null],
  401: ['invalid_request_error', 'invalid_api_key'],
  403: ['permission_error', 'permission_denied'],
  404: ['invalid_request_error', 'not_found'],
  429: ['requests', 'rate_limit_exceeded'],
};

function errorScript(status: number, delayMs: number, message?: string): Script {
  const [type, code] = ERRORS[status] ?? [status < 500 ? 'invalid_request_error' : 'server_error', null];
  const text = message ?? `The sandbox answers ${status}, as asked.`;
  return {
    type: 'answer',
    delayMs,
    paceMs: 0,
    status,
    headers: { 'content-type': 'application/json', ...(status === 429 ? { 'retry-after': '1' } : {}) },
    frames: whole(JSON.stringify({ error: { message: text, type, param: null, code } }), false),
  };
}

function* whole(text: string, cut: boolean): Generator<Frame, 'end' | 'cut'> {
  yield { text: cut ? text.slice(0, text.length / 2).toWellFormed() : text, paced: false };
  return cut ? 'cut' : 'end';
}

export function failure(reason: UpstreamFailure['reason'], sent: boolean): UpstreamFailure {
  return { type: 'failure', reason, sent, detail: `the sandbox: ${reason}` };
}
