import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Prelude {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
}

/** What the runtime answered to one invocation, while it answers. */
export interface Invocation {
  readonly id: string;
  /** Headers of the runtime's own request. */
  readonly transport: Promise<IncomingMessage['headers']>;
  readonly prelude: Promise<Prelude>;
  /** Body bytes behind the prelude, in the pieces in which they arrived. */
  readonly pieces: AsyncIterable<Buffer>;
  /** Resolves when the answer ended, with the trailers, in which the runtime reports an error in mid-stream. */
  readonly ended: Promise<NodeJS.Dict<string>>;
  /** The whole body as text. */
  text(): Promise<string>;
}

export interface RuntimeApi {
  readonly address: string;
  invoke(event: unknown, timeoutMs?: number): Invocation;
  /** What happened, in order: `next`, `response ID`, `end ID`, `error ID`, `init error`. */
  readonly log: string[];
  /** Resolves when the runtime asks for an event while none waits. */
  idle(): Promise<void>;
  /** Rejects everything that still waits, for a runtime that died. */
  fail(error: Error): void;
  close(): Promise<void>;
}

const SEPARATOR = Buffer.alloc(8);

/** Lambda's Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), as far as a Node function uses it. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const log: string[] = [];
  const queue: { id: string; event: unknown; timeoutMs: number }[] = [];
  const open = new Map<string, ReturnType<typeof createInvocation>>();
  let poll: ServerResponse | undefined;
  let idlers: (() => void)[] = [];

  function hand(): void {
    if (poll === undefined) return;
    const next = queue.shift();
    if (next === undefined) {
      for (const resolve of idlers) resolve();
      idlers = [];
      return;
    }
    poll.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': next.id,
      'lambda-runtime-deadline-ms': String(Date.now() + next.timeoutMs),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:gateway:live',
      'lambda-runtime-trace-id': 'Root=1-0-0;Parent=0;Sampled=0',
    });
    poll.end(JSON.stringify(next.event));
    poll = undefined;
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    if (url.endsWith('/invocation/next')) {
      log.push('next');
      poll = response;
      hand();
      return;
    }
    const [, id = '', kind = ''] = /invocation\/([^/]+)\/(response|error)$/.exec(url) ?? [];
    const invocation = open.get(id);
    if (kind === 'response' && invocation !== undefined) {
      log.push(`response ${id}`);
      await invocation.receive(request);
      log.push(`end ${id}`);
    } else {
      const body = Buffer.concat(await request.toArray()).toString();
      log.push(id === '' ? `init error ${body}` : `error ${id}`);
      const error = new Error(body);
      invocation?.fail(error);
      if (id === '') for (const each of open.values()) each.fail(error);
    }
    response.writeHead(202).end();
  }

  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // TCP servers always have an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    log,
    invoke(event, timeoutMs = 60_000) {
      const id = randomUUID();
      const invocation = createInvocation(id);
      open.set(id, invocation);
      queue.push({ id, event, timeoutMs });
      hand();
      return invocation.view;
    },
    idle: () =>
      new Promise((resolve) => {
        if (poll !== undefined && queue.length === 0) resolve();
        else idlers.push(resolve);
      }),
    fail(error) {
      for (const invocation of open.values()) invocation.fail(error);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createInvocation(id: string) {
  const transport = Promise.withResolvers<IncomingMessage['headers']>();
  const prelude = Promise.withResolvers<Prelude>();
  const ended = Promise.withResolvers<NodeJS.Dict<string>>();
  for (const { promise } of [prelude, ended]) promise.catch(() => {});
  transport.promise.catch(() => {});
  const pieces: Buffer[] = [];
  let wake = Promise.withResolvers<void>();
  let over = false;

  const add = (piece: Buffer): void => {
    if (piece.length === 0) return;
    pieces.push(piece);
    wake.resolve();
  };
  async function receive(request: IncomingMessage): Promise<void> {
    transport.resolve(request.headers);
    let head: Buffer | undefined = Buffer.alloc(0);
    for await (const piece of request as AsyncIterable<Buffer>) {
      if (head === undefined) {
        add(piece);
        continue;
      }
      head = Buffer.concat([head, piece]);
      const at = head.indexOf(SEPARATOR);
      if (at < 0) continue;
      prelude.resolve(JSON.parse(head.subarray(0, at).toString()));
      add(head.subarray(at + SEPARATOR.length));
      head = undefined;
    }
    if (head !== undefined) prelude.reject(new Error(`no prelude, but ${JSON.stringify(head.toString())}`));
    over = true;
    wake.resolve();
    ended.resolve(request.trailers);
  }
  function fail(error: Error): void {
    over = true;
    wake.resolve();
    for (const each of [transport, prelude, ended]) each.reject(error);
  }
  async function* read(): AsyncGenerator<Buffer> {
    for (let at = 0; ; ) {
      const piece = pieces[at];
      if (piece !== undefined) {
        at += 1;
        yield piece;
      } else if (over) return;
      else {
        await wake.promise;
        wake = Promise.withResolvers();
      }
    }
  }
  const view: Invocation = {
    id,
    transport: transport.promise,
    prelude: prelude.promise,
    pieces: { [Symbol.asyncIterator]: read },
    ended: ended.promise,
    async text() {
      await ended.promise;
      return Buffer.concat(pieces).toString();
    },
  };
  return { view, receive, fail };
}
