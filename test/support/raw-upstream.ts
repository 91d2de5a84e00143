import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** One request as it lay on the wire. */
export interface RawRequest {
  /** Number of the connection, from 1. */
  readonly connection: number;
  /** Number of the request on its connection, from 1. */
  readonly nth: number;
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a script may do to the connection: every byte is its own. */
export class RawReply {
  readonly socket: Socket;
  /** Resolves when the connection is closed, by either side. */
  readonly closed: Promise<void>;

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** Writes raw bytes; resolves when the kernel took them or the connection is gone. */
  send(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) return resolve();
      this.socket.write(bytes, () => resolve());
    });
  }

  head(status: number, headers: Readonly<Record<string, string | readonly string[]>> = {}): Promise<void> {
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).map((each) => `${name}: ${each}\r\n`),
    );
    return this.send(`HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n`);
  }

  /** A whole answer with its length. */
  async answer(
    status: number,
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const bytes = Buffer.from(body);
    await this.head(status, { 'content-length': String(bytes.length), ...headers });
    await this.send(bytes);
  }

  json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.answer(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });
  }

  /** The head of a chunked stream of events; `chunk` and `finish` follow. */
  sse(headers: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.head(200, {
      'content-type': 'text/event-stream',
      'transfer-encoding': 'chunked',
      ...headers,
    });
  }

  chunk(text: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(text);
    return this.send(
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]),
    );
  }

  finish(): Promise<void> {
    return this.send('0\r\n\r\n');
  }

  /** Closes in an orderly way (FIN), wherever the answer is. */
  cut(): void {
    this.socket.destroySoon();
  }

  /** Closes with a reset (RST). */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

export type RawScript = (request: RawRequest, reply: RawReply) => void | Promise<void>;

export interface RawUpstream {
  readonly url: string;
  readonly port: number;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly RawRequest[];
  /** Connections opened so far. */
  readonly connections: () => number;
  /** Resolves when that many requests have arrived. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * An HTTP upstream of raw sockets on loopback: a script answers each whole request byte by byte, so that a test can
 * cut, stall and reset where it wants. An error of a script fails the process: a test must not hide it.
 */
export async function startRawUpstream(
  script: RawScript,
  tls?: { readonly key: string; readonly cert: string },
): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  const waiting: { count: number; resolve: () => void }[] = [];
  let connections = 0;

  const accept = (socket: Socket): void => {
    connections += 1;
    const connection = connections;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    readRequests(socket, connection, (request) => {
      requests.push(request);
      for (const each of waiting) if (requests.length >= each.count) each.resolve();
      void script(request, new RawReply(socket));
    });
  };

  const server: Server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    connections: () => connections,
    arrived: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Reads requests with a content-length or none; that is all our clients send. */
function readRequests(socket: Socket, connection: number, found: (request: RawRequest) => void): void {
  let buffered = Buffer.alloc(0);
  let nth = 0;
  socket.on('data', (bytes: Buffer) => {
    buffered = Buffer.concat([buffered, bytes]);
    for (;;) {
      const end = buffered.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [first = '', ...lines] = buffered.subarray(0, end).toString('latin1').split('\r\n');
      const headers: Record<string, string> = {};
      for (const line of lines) {
        const colon = line.indexOf(':');
        headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
      }
      const length = Number(headers['content-length'] ?? 0);
      if (buffered.length < end + 4 + length) return;
      const body = Buffer.from(buffered.subarray(end + 4, end + 4 + length));
      buffered = buffered.subarray(end + 4 + length);
      nth += 1;
      const [method = '', path = ''] = first.split(' ');
      found({ connection, nth, method, path, headers, body });
    }
  });
}
