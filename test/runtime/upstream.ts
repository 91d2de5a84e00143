import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call that the gateway made, answered step by step by the test. */
export interface Call {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
  start(status: number, headers?: Record<string, string>): void;
  /** One server-sent event with this chunk. */
  event(chunk: unknown): void;
  end(text?: string | Uint8Array): void;
  /** Resets the connection. */
  cut(): void;
}

export interface LoopbackUpstream {
  readonly baseUrl: string;
  /** The next call, as soon as there is one. */
  call(): Promise<Call>;
  close(): Promise<void>;
}

export async function startUpstream(): Promise<LoopbackUpstream> {
  const calls: Call[] = [];
  const waiting: ((call: Call) => void)[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const call = createCall(request.url ?? '', request.headers, JSON.parse(body), response);
    const next = waiting.shift();
    if (next === undefined) calls.push(call);
    else next(call);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // TCP servers always have an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    call() {
      const call = calls.shift();
      if (call !== undefined) return Promise.resolve(call);
      return new Promise((resolve) => waiting.push(resolve));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createCall(
  path: string,
  headers: Call['headers'],
  body: Record<string, unknown>,
  response: ServerResponse,
): Call {
  return {
    path,
    headers,
    body,
    start(status, extra = {}) {
      const type = body['stream'] === true && status === 200 ? 'text/event-stream' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...extra });
      response.flushHeaders();
    },
    event: (chunk) => void response.write(`data: ${JSON.stringify(chunk)}\n\n`),
    end: (text = '') => void response.end(text),
    cut: () => response.socket?.resetAndDestroy(),
  };
}

/** A chunk of a chat completion stream, as OpenAI sends it. */
export function chunk(delta: object, finish: string | null = null): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_780_000_000,
    model: 'gpt-5-mini-2026-01-01',
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

export function usageChunk(input: number, output: number): object {
  return {
    ...chunk({}),
    choices: [],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  };
}
