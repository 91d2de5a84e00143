import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IdentityClaim } from '../../core/identity/caller.ts';
import type { Exchange } from '../../ports/exchange.ts';
import { readBody } from './http-body.ts';

const DONE: Promise<void> = Promise.resolve();

/** One request of the local server. Bytes go straight to Node's response; nothing is buffered here. */
export class NodeExchange implements Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #awaitsContinue: boolean;
  #started = false;
  #flushed = false;
  #ended: Promise<void> | undefined;
  #gone = false;
  #closing = false;
  #listeners: (() => void)[] | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #finish: (() => void) | undefined;

  /** `awaitsContinue`: the client sent `Expect: 100-continue` and holds its body back until it is asked for. */
  constructor(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) {
    this.#request = request;
    this.#response = response;
    this.#awaitsContinue = awaitsContinue;
    this.method = request.method ?? 'GET';
    this.path = pathOf(request.url ?? '/');
    // Node joins repeated request headers into strings; only set-cookie, which no request has, would be a list.
    this.headers = request.headers as Readonly<Record<string, string>>;
    response.on('close', () => this.#closed());
    response.on('error', ignore);
    response.on('drain', () => this.#drained());
  }

  get claim(): IdentityClaim {
    return { kind: 'bearer', key: keyOf(this.headers) };
  }

  async body(maxBytes: number): Promise<Uint8Array | 'too_large' | 'gone'> {
    if (this.#gone) return 'gone';
    const announced = Number(this.headers['content-length'] ?? 0);
    if (this.#awaitsContinue && announced <= maxBytes) {
      this.#awaitsContinue = false;
      this.#response.writeContinue();
    }
    return await readBody(this.#request, this.#response, announced, maxBytes);
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#gone || this.#started) return;
    this.#started = true;
    // A client that never got its 100 may send its body or not: the connection cannot be used again.
    const close = this.#closing || this.#awaitsContinue;
    this.#response.writeHead(status, close ? { ...headers, connection: 'close' } : headers);
    // Head and first bytes leave in one packet when they come in the same turn; else the head leaves alone.
    setImmediate(flushHead, this);
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#gone || this.#ended !== undefined) return undefined;
    this.#flushed = true;
    if (this.#response.write(bytes)) return undefined;
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  end(): Promise<void> {
    if (this.#ended !== undefined) return this.#ended;
    if (this.#gone) return DONE;
    this.#flushed = true;
    this.#ended = new Promise((resolve) => {
      this.#finish = resolve;
      this.#response.end(resolve);
    });
    return this.#ended;
  }

  gone(): boolean {
    return this.#gone;
  }

  onGone(listener: () => void): void {
    if (this.#gone) {
      listener();
      return;
    }
    this.#listeners ??= [];
    this.#listeners.push(listener);
  }

  remainingMs(): undefined {
    return undefined;
  }

  /** The connection closes after this answer; for a server that drains. */
  closeAfter(): void {
    this.#closing = true;
    if (!this.#response.headersSent) this.#response.shouldKeepAlive = false;
  }

  /** Whether this exchange runs on that socket. */
  on(socket: unknown): boolean {
    return this.#started && this.#request.socket === socket;
  }

  /** Whether the answer has its end, or nobody is there for it any more. */
  get complete(): boolean {
    return this.#gone || this.#ended !== undefined;
  }

  /** The handler failed: a 500 if nothing was said yet, else a cut that no client takes for a clean end. */
  fail(): void {
    if (this.complete) return;
    if (this.#started) {
      this.#response.destroy();
      return;
    }
    const body = Buffer.from(
      '{"error":{"message":"The gateway failed.","type":"server_error","param":null,"code":"internal"}}',
    );
    this.head(500, { 'content-type': 'application/json', 'content-length': String(body.length) });
    void this.write(body);
  }

  static flushHead(exchange: NodeExchange): void {
    if (exchange.#flushed || exchange.#gone) return;
    exchange.#flushed = true;
    exchange.#response.flushHeaders();
  }

  #drained(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }

  #closed(): void {
    if (this.#response.writableFinished || this.#gone) return;
    this.#gone = true;
    this.#drained();
    this.#finish?.();
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    for (const listener of listeners) listener();
  }
}

function flushHead(exchange: NodeExchange): void {
  NodeExchange.flushHead(exchange);
}

function ignore(): void {
  // A write after the client went is no fault: `close` follows and says so.
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (path.startsWith('/') || !path.includes('://')) return path;
  // The absolute form that clients use towards a proxy.
  const slash = path.indexOf('/', path.indexOf('://') + 3);
  return slash < 0 ? '/' : path.slice(slash);
}

/** The bearer token, else Anthropic's `x-api-key`; an empty one is none. */
function keyOf(headers: Readonly<Record<string, string>>): string | undefined {
  const bearer = /^bearer +(\S.*)$/i.exec(headers['authorization'] ?? '')?.[1];
  const key = (bearer ?? headers['x-api-key'])?.trim();
  return key === '' ? undefined : key;
}
