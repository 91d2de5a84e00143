import { type RawReply, type RawRequest, startRawUpstream } from './raw-upstream.ts';
import { json, type ReplayAnswer } from './replay-answer.ts';

/** A request body of any of the formats, as far as they agree. */
export interface SentBody {
  readonly [member: string]: unknown;
  readonly model: string;
  readonly messages: readonly SentMessage[];
}

export interface SentMessage {
  readonly [member: string]: unknown;
  readonly role: string;
  readonly content: string | readonly SentPart[] | null;
}

export interface SentPart {
  readonly [member: string]: unknown;
  readonly type: string;
}

/** One request as the gateway sent it. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly json: SentBody;
  /** Resolves when the connection is closed by either side. */
  readonly closed: Promise<void>;
}

/** Answers in order, or one function that is asked for each request. */
export type Play = readonly ReplayAnswer[] | ((request: SentRequest, index: number) => ReplayAnswer);

export interface ReplayUpstream {
  /** Without a version: append `/v1` where the provider's base URL has one. */
  readonly url: string;
  /** Sets what is answered from now on and forgets the requests so far. */
  play(answers: Play): void;
  /** Requests since the last `play`, in order of arrival. */
  readonly requests: readonly SentRequest[];
  /** Resolves when that many requests have arrived since the last `play`. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A provider on loopback that answers with what was recorded of a real one. It takes any path, so one server is chat
 * completions, Messages, embeddings and Bedrock at once. A request for which nothing is left to play gets a 500 that says
 * so, which no client mistakes for an answer.
 */
export async function startReplayUpstream(): Promise<ReplayUpstream> {
  let play: Play = [];
  let requests: SentRequest[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  const upstream = await startRawUpstream((raw, reply) => {
    // A kept connection gets one listener per request.
    reply.socket.setMaxListeners(0);
    const request = sentRequest(raw, reply.closed);
    const index = requests.length;
    requests.push(request);
    for (const each of waiting) if (requests.length >= each.count) each.resolve();
    const answer = typeof play === 'function' ? play(request, index) : play[index];
    return send(reply, answer ?? nothingLeft(request, index));
  });

  return {
    url: upstream.url,
    play(answers) {
      play = answers;
      requests = [];
      waiting = [];
    },
    get requests() {
      return requests;
    },
    arrived: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () => upstream.close(),
  };
}

function sentRequest(raw: RawRequest, closed: Promise<void>): SentRequest {
  const body = raw.body.toString();
  return {
    method: raw.method,
    path: raw.path,
    headers: raw.headers,
    body,
    get json() {
      return JSON.parse(body) as SentBody;
    },
    closed,
  };
}

function nothingLeft(request: SentRequest, index: number): ReplayAnswer {
  const message = `Nothing is recorded for request ${index + 1}: ${request.method} ${request.path}`;
  return json(500, { type: 'error', error: { type: 'api_error', message } });
}

async function send(reply: RawReply, answer: ReplayAnswer): Promise<void> {
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(
      ([name]) => !/^(content-length|transfer-encoding|connection)$/i.test(name),
    ),
  );
  if (!answer.stream) {
    await answer.before?.(0);
    return reply.answer(answer.status, Buffer.concat(answer.pieces), headers);
  }
  await reply.head(answer.status, { ...headers, 'transfer-encoding': 'chunked' });
  for (const [piece, bytes] of answer.pieces.entries()) {
    await answer.before?.(piece);
    await reply.chunk(bytes);
  }
  if (answer.end === 'cut') reply.cut();
  else await reply.finish();
}
