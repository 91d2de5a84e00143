import { once } from 'node:events';
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Exchange } from '../../ports/exchange.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { NodeExchange } from './http-exchange.ts';
import { answerMalformed } from './http-malformed.ts';

/** Bytes of a request's head. SDKs send 2 KB; a signed request with session tokens stays below 8 KB. */
const HEADER_BYTES = 32 * 1024;
/** Milliseconds a client may take for its head. */
const HEADERS_MS = 30_000;
/** Milliseconds a client may take for its whole request, body included. Says nothing about the answer. */
const REQUEST_MS = 300_000;
/** Milliseconds an unused connection is kept: longer than the 60 s of common load balancers, which then never race us. */
const KEEP_ALIVE_MS = 65_000;
/** Connections the kernel holds while the process is busy. */
const BACKLOG = 4_096;

export interface ServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Serves one request to its end. A rejection is a fault of ours: answered as 500, or by cutting the connection. */
  readonly handle: (exchange: Exchange) => Promise<void>;
  readonly telemetry?: Telemetry;
}

export interface Server {
  /** `http://127.0.0.1:4000`, where clients reach it. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting; resolves when every running request has been answered and its handler has returned. */
  close(): Promise<void>;
  /** Cuts every connection at once; handlers learn of it as callers that went away. */
  closeNow(): void;
}

/** The port could not be opened. The message is one line for a terminal. */
export class ListenError extends Error {
  /** `EADDRINUSE`, `EACCES`, ... */
  readonly code: string;

  constructor(code: string, host: string, port: number, cause: unknown) {
    super(listenText(code, host, port), { cause });
    this.name = 'ListenError';
    this.code = code;
  }
}

function listenText(code: string, host: string, port: number): string {
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE') return `cannot listen on ${where}: another program already does`;
  if (code === 'EACCES')
    return `cannot listen on ${where}: this user may not open that port; ports from 1024 up are free`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `cannot listen on ${where}: this machine has no such address`;
  }
  return `cannot listen on ${where}: ${code}`;
}

/** An HTTP/1.1 server on node:http, for local use and containers. Rejects with a `ListenError`. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const http = createServer({
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
  });
  const running = new Running(http, options);
  http.on('request', (request, response) => running.start(request, response, false));
  http.on('checkContinue', (request, response) => running.start(request, response, true));
  http.on('clientError', (error, socket) => answerMalformed(error, socket, running.answering(socket)));
  await listen(http, options.host, options.port);
  http.on('error', () => undefined);
  const address = http.address();
  const port = address !== null && typeof address === 'object' ? address.port : options.port;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    close: () => running.drain(),
    closeNow: () => running.cut(),
  };
}

async function listen(http: HttpServer, host: string, port: number): Promise<void> {
  http.listen(port, host, BACKLOG);
  try {
    await once(http, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ListenError(code, host, port, error);
  }
}

/** The requests under way, so that a drain knows when the last one is done. */
class Running {
  readonly #http: HttpServer;
  readonly #options: ServerOptions;
  readonly #exchanges = new Set<NodeExchange>();
  #drained: PromiseWithResolvers<void> | undefined;

  constructor(http: HttpServer, options: ServerOptions) {
    this.#http = http;
    this.#options = options;
  }

  start(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const exchange = new NodeExchange(request, response, awaitsContinue);
    this.#exchanges.add(exchange);
    if (this.#drained !== undefined) exchange.closeAfter();
    void this.#serve(exchange);
  }

  async #serve(exchange: NodeExchange): Promise<void> {
    try {
      await this.#options.handle(exchange);
      if (!exchange.complete) this.#bug(exchange, 'the handler returned without an end of its answer');
    } catch (error) {
      this.#bug(exchange, error instanceof Error ? (error.stack ?? error.message) : 'no Error was thrown');
    }
    await exchange.end();
    this.#exchanges.delete(exchange);
    if (this.#drained !== undefined && this.#exchanges.size === 0) this.#close();
  }

  #bug(exchange: NodeExchange, detail: string): void {
    exchange.fail();
    this.#options.telemetry?.emit({ type: 'bug', requestId: undefined, detail });
  }

  /** Whether an answer is under way on that connection, which foreign bytes would corrupt. */
  answering(socket: unknown): boolean {
    for (const exchange of this.#exchanges) if (exchange.on(socket)) return true;
    return false;
  }

  drain(): Promise<void> {
    if (this.#drained === undefined) {
      this.#drained = Promise.withResolvers();
      for (const exchange of this.#exchanges) exchange.closeAfter();
      // Connections that never sent a request count as busy for Node, so the rest is closed by hand at the end.
      this.#http.close();
      if (this.#exchanges.size === 0) this.#close();
    }
    return this.#drained.promise;
  }

  cut(): void {
    this.#http.close();
    this.#http.closeAllConnections();
  }

  #close(): void {
    this.#http.closeAllConnections();
    this.#drained?.resolve();
  }
}
