import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Upstream, UpstreamRequest } from '../../ports/upstream.ts';
import { HttpCall } from './http-call.ts';
import { failureDetail, failureReason } from './upstream-errors.ts';
import { createTargets, type UpstreamTarget } from './upstream-target.ts';

/** Connections to one origin; a Lambda instance serves one request at a time, or a few hundred when shared. */
const CONNECTIONS_PER_ORIGIN = 1_000;

type Http = Pick<typeof import('node:http'), 'request' | 'Agent'>;

/** One scheme's way out: the pooled connections, and unused ones that close after one call. */
interface Transport {
  readonly http: Http;
  readonly pooled: Agent;
  readonly fresh: Agent;
}

/**
 * The upstream of Lambda: Node's own keep-alive agents. They load in a sixth of undici's time, which pays below some
 * 1,500 requests per instance. Taken by `getBuiltinModule`, because an ES import of node:http costs 45 ms of a cold
 * start. `close` cuts what still runs: drain first.
 */
export function createHttpsUpstream(): Upstream {
  const target = createTargets();
  const transports = new Map<boolean, Transport>();
  const running = new Set<HttpsCall>();
  let closed = false;

  const transport = (encrypted: boolean): Transport => {
    let found = transports.get(encrypted);
    if (found === undefined) {
      found = createTransport(encrypted);
      transports.set(encrypted, found);
    }
    return found;
  };

  return {
    send(request) {
      const where = target(request.url);
      const call = new HttpsCall(request, running);
      if (where === undefined) call.refuse('the URL is not http or https');
      else if (closed) call.refuse('closed');
      else call.start(where, transport(where.encrypted));
      return call;
    },
    async close() {
      closed = true;
      for (const call of running) call.shutDown();
      for (const { pooled, fresh } of transports.values()) {
        pooled.destroy();
        fresh.destroy();
      }
    },
  };
}

function createTransport(encrypted: boolean): Transport {
  const http: Http = encrypted
    ? process.getBuiltinModule('node:https')
    : process.getBuiltinModule('node:http');
  return {
    http,
    pooled: new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS_PER_ORIGIN }),
    fresh: new http.Agent({ keepAlive: false }),
  };
}

class HttpsCall extends HttpCall {
  readonly #running: Set<HttpsCall>;
  #out: ClientRequest | undefined;
  #answer: IncomingMessage | undefined;
  #socket: Socket | undefined;
  /** What the connection had read before this request: anything above it belongs to this answer. */
  #readBefore = 0;
  #resent = false;

  constructor(request: UpstreamRequest, running: Set<HttpsCall>) {
    super(request);
    this.#running = running;
  }

  refuse(detail: string): void {
    this.failed('connect', detail);
  }

  /** The adapter closes: the call ends as a lost connection. */
  shutDown(): void {
    this.failed('reset', 'closed');
    this.abort();
  }

  start(where: UpstreamTarget, transport: Transport): void {
    this.#running.add(this);
    this.#open(where, transport, transport.pooled);
  }

  protected pause(): void {
    this.#answer?.pause();
  }

  protected resume(): void {
    this.#answer?.resume();
  }

  protected abort(): void {
    this.#running.delete(this);
    this.#out?.destroy();
  }

  #open(where: UpstreamTarget, transport: Transport, agent: Agent): void {
    let out: ClientRequest;
    try {
      out = transport.http.request({
        hostname: where.hostname,
        port: where.port,
        path: where.path,
        method: this.request.method,
        headers: headersOf(this.request),
        agent,
      });
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#out = out;
    out.on('socket', (socket) => this.#connected(out, socket, where.encrypted));
    out.on('response', (answer) => this.#answered(answer));
    out.on('error', (error) => {
      if (out.reusedSocket && !this.#resent && !this.over && !this.#byteArrived()) {
        this.#resent = true;
        this.#socket = undefined;
        this.resending();
        this.#open(where, transport, transport.fresh);
        return;
      }
      this.#fail(error);
    });
    out.end(this.request.body);
  }

  #connected(out: ClientRequest, socket: Socket, encrypted: boolean): void {
    if (this.over) return;
    this.#socket = socket;
    this.#readBefore = socket.bytesRead;
    if (out.reusedSocket) this.sending();
    else socket.once(encrypted ? 'secureConnect' : 'connect', () => this.#opened());
  }

  #opened(): void {
    if (this.over) return;
    // A TLS handshake is no byte of the answer.
    this.#readBefore = this.#socket?.bytesRead ?? 0;
    this.sending();
  }

  #byteArrived(): boolean {
    return this.started || (this.#socket !== undefined && this.#socket.bytesRead > this.#readBefore);
  }

  #answered(answer: IncomingMessage): void {
    this.#answer = answer;
    answer.on('data', (bytes: Buffer) => this.data(bytes));
    answer.on('end', () => {
      if (!answer.complete) return;
      this.#running.delete(this);
      this.ended();
    });
    answer.on('error', (error) => this.#fail(error));
    answer.on('close', () => this.#fail(new Error('the connection closed within the answer')));
    this.head(answer.statusCode ?? 0, joined(answer.rawHeaders));
  }

  #fail(error: Error): void {
    this.#running.delete(this);
    this.failed(failureReason(error, this.sent), failureDetail(error));
  }
}

function headersOf(request: UpstreamRequest): Record<string, string | number> {
  const headers: Record<string, string | number> = { ...request.headers, 'accept-encoding': 'identity' };
  if (request.body !== undefined) headers['content-length'] = request.body.length;
  return headers;
}

/** From the raw list: Node's own view keeps only the first of some repeated headers. */
function joined(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}
