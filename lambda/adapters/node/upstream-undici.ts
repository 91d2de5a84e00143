import { Client, type Dispatcher, Pool } from 'undici';
import type { Upstream, UpstreamRequest } from '../../ports/upstream.ts';
import { HttpCall } from './http-call.ts';
import { failureDetail, failureReason } from './upstream-errors.ts';
import { createTargets, type UpstreamTarget } from './upstream-target.ts';

/** Connections to one origin. As many as a process serves requests, so that the pool is never what a call waits for. */
const CONNECTIONS_PER_ORIGIN = 5_000;
/** Milliseconds an unused connection is kept where the server names no time. A dead one costs one more send. */
const KEEP_ALIVE_MS = 60_000;
/** Milliseconds after which undici itself gives a connection up; each call's own limit comes first. */
const CONNECT_BACKSTOP_MS = 60_000;

const OPTIONS = {
  pipelining: 1,
  allowH2: false,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectTimeout: CONNECT_BACKSTOP_MS,
  // The calls' own timers rule: undici's are pool-wide defaults that tick twice a second.
  headersTimeout: 0,
  bodyTimeout: 0,
} as const;

/**
 * The upstream of a long-lived process: undici's pools, driven by raw handlers. A third of the CPU of `fetch`, but too
 * slow to load for a cold start. `close` cuts what still runs: drain first.
 */
export function createUndiciUpstream(): Upstream {
  const pools = new Map<string, Pool>();
  const target = createTargets();
  let closed = false;

  const pool = (origin: string): Pool => {
    let found = pools.get(origin);
    if (found === undefined) {
      found = new Pool(origin, { ...OPTIONS, connections: CONNECTIONS_PER_ORIGIN, factory: countingClient });
      pools.set(origin, found);
    }
    return found;
  };

  /** A connection of its own that nobody has used and that closes afterwards. */
  const fresh = (call: UndiciCall, where: UpstreamTarget, options: Dispatcher.DispatchOptions): void => {
    if (closed) {
      call.refuse('closed');
      return;
    }
    const client = new CountingClient(where.origin, OPTIONS);
    client.dispatch(options, call);
    void client.close();
  };

  return {
    send(request) {
      const where = target(request.url);
      const call = new UndiciCall(request);
      if (where === undefined) call.refuse('the URL is not http or https');
      else if (closed) call.refuse('closed');
      else
        call.start(pool(where.origin), dispatchOptions(request, where), (options) =>
          fresh(call, where, options),
        );
      return call;
    },
    async close() {
      closed = true;
      await Promise.all([...pools.values()].map((each) => each.destroy()));
    },
  };
}

function dispatchOptions(request: UpstreamRequest, where: UpstreamTarget): Dispatcher.DispatchOptions {
  return {
    path: where.path,
    method: request.method,
    headers: { ...request.headers, 'accept-encoding': 'identity' },
    body: request.body ?? null,
  };
}

/** A client (one connection) that knows how many answers its present connection has finished. */
class CountingClient extends Client {
  served = 0;

  constructor(origin: string | URL, options: Client.Options) {
    super(origin, options);
    this.on('connect', () => {
      this.served = 0;
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (handler instanceof UndiciCall) handler.client = this;
    return super.dispatch(options, handler);
  }
}

function countingClient(origin: URL, options: object): Dispatcher {
  return new CountingClient(origin, options);
}

class UndiciCall extends HttpCall implements Dispatcher.DispatchHandler {
  client: CountingClient | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #resend: (() => void) | undefined;
  #reused = false;

  start(
    pool: Pool,
    options: Dispatcher.DispatchOptions,
    fresh: (options: Dispatcher.DispatchOptions) => void,
  ): void {
    this.#resend = () => fresh(options);
    pool.dispatch(options, this);
  }

  refuse(detail: string): void {
    this.failed('connect', detail);
  }

  protected pause(): void {
    this.#controller?.pause();
  }

  protected resume(): void {
    this.#controller?.resume();
  }

  protected abort(): void {
    this.#controller?.abort(new Error('aborted'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it waited for a connection: it must not be written any more.
    if (this.over) {
      this.abort();
      return;
    }
    this.#reused = this.client !== undefined && this.client.served > 0;
    this.sending();
  }

  onResponseStarted(): void {
    this.firstByte();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.head(status, joined(headers));
  }

  onResponseData(_controller: Dispatcher.DispatchController, bytes: Buffer): void {
    this.data(bytes);
  }

  onResponseEnd(): void {
    if (this.client !== undefined) this.client.served += 1;
    this.ended();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.over) return;
    const reason = failureReason(error, this.sent);
    const resend = this.#resend;
    if (this.#reused && !this.started && reason !== 'protocol' && resend !== undefined) {
      this.#reused = false;
      this.#resend = undefined;
      this.#controller = undefined;
      this.resending();
      resend();
      return;
    }
    this.failed(reason, failureDetail(error));
  }
}

/** undici gives repeated headers as arrays and all names in lower case. */
function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (typeof value === 'string') flat[name] = value;
    else if (value !== undefined) flat[name] = value.join(', ');
  }
  return flat;
}
