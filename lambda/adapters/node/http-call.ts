import type { UpstreamAnswer, UpstreamCall, UpstreamFailure, UpstreamRequest } from '../../ports/upstream.ts';

type Reason = UpstreamFailure['reason'];
type Piece = Uint8Array | 'end' | UpstreamFailure;

/** Bytes of one answer held unread before its socket is paused: a few reads, so that bulk answers keep flowing. */
const UNREAD_BYTES = 256 * 1024;
/** Characters of an error's text that go into a failure. */
const DETAIL_CHARS = 300;

/**
 * One call as every HTTP client of ours sees it: the time limits, the queue of bytes between socket and reader, and
 * the one way a call can end. A client extends it, reports what happens on the wire and obeys `pause`, `resume`
 * and `abort`. One timer at a time runs: for the connection, then for the head, then between pieces of the body.
 */
export abstract class HttpCall implements UpstreamCall {
  readonly answer: Promise<UpstreamAnswer | UpstreamFailure>;
  protected readonly request: UpstreamRequest;
  #answered: ((value: UpstreamAnswer | UpstreamFailure) => void) | undefined;
  #timer: NodeJS.Timeout;
  #sent = false;
  #started = false;
  #paused = false;
  #ending: 'end' | UpstreamFailure | undefined;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #reader: ((piece: Piece) => void) | undefined;

  constructor(request: UpstreamRequest) {
    this.request = request;
    const { promise, resolve } = Promise.withResolvers<UpstreamAnswer | UpstreamFailure>();
    this.answer = promise;
    this.#answered = resolve;
    this.#timer = setTimeout(connectTimeout, request.connectMs, this);
  }

  /** Called while pieces are unread; no more bytes may be taken from the socket, a few may still come. */
  protected abstract pause(): void;
  protected abstract resume(): void;
  /** Closes the connection; whatever the client reports after that is ignored. */
  protected abstract abort(): void;

  /** Whether the call has ended: nothing that the wire does counts any more. */
  protected get over(): boolean {
    return this.#ending !== undefined;
  }

  /** Whether a byte of the request may have reached the upstream. */
  protected get sent(): boolean {
    return this.#sent;
  }

  /** Whether one byte of the answer has arrived; from then on the request must never be sent again. */
  protected get started(): boolean {
    return this.#started;
  }

  /** A connection is open and the request is about to be written to it. */
  protected sending(): void {
    this.#sent = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(headTimeout, this.request.headMs, this);
  }

  /** The connection died before the answer and the request goes out anew: as if it had never been sent. */
  protected resending(): void {
    this.#sent = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(connectTimeout, this.request.connectMs, this);
  }

  protected firstByte(): void {
    this.#started = true;
  }

  protected head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.over) return;
    this.#started = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(idleTimeout, this.request.idleMs, this);
    this.#answered?.({ type: 'answer', status, headers, read: () => this.#read() });
    this.#answered = undefined;
  }

  protected data(bytes: Uint8Array): void {
    if (this.over || bytes.length === 0) return;
    this.#timer.refresh();
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    // The reader wakes after the whole socket read was parsed, and so gets all of its HTTP chunks at once.
    if (this.#pieces.length === 1 && this.#reader !== undefined) process.nextTick(deliver, this);
    if (this.#bytes < UNREAD_BYTES || this.#paused) return;
    this.#paused = true;
    this.pause();
  }

  protected ended(): void {
    this.#finish('end');
  }

  /** Ends the call badly; bytes that arrived before are still read first. A call that ended already stays as it is. */
  protected failed(reason: Reason, detail: string): void {
    this.#finish({ type: 'failure', reason, sent: this.#sent, detail: detail.slice(0, DETAIL_CHARS) });
  }

  cancel(): void {
    const running = !this.over;
    this.#pieces = [];
    this.#bytes = 0;
    const failure: UpstreamFailure = {
      type: 'failure',
      reason: 'cancelled',
      sent: this.#sent,
      detail: 'given up by the gateway',
    };
    if (running) this.#finish(failure);
    this.#ending = failure;
    if (running) this.abort();
  }

  /** Fails because of a time limit. A paused call is the reader's silence, not the upstream's. */
  protected expire(reason: Reason, what: string): void {
    if (this.#paused || this.over) return;
    this.failed(reason, what);
    this.abort();
  }

  #finish(ending: 'end' | UpstreamFailure): void {
    if (this.over) return;
    this.#ending = ending;
    clearTimeout(this.#timer);
    if (ending !== 'end') this.#answered?.(ending);
    this.#answered = undefined;
    if (this.#reader !== undefined) process.nextTick(deliver, this);
  }

  #read(): Promise<Piece> {
    if (this.#bytes > 0 || this.#ending !== undefined) return Promise.resolve(this.#take());
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  /** Hands the waiting reader what there is. Public to the module's timers only. */
  static deliver(call: HttpCall): void {
    const reader = call.#reader;
    if (reader === undefined) return;
    call.#reader = undefined;
    reader(call.#take());
  }

  static expire(call: HttpCall, reason: Reason, what: string): void {
    call.expire(reason, what);
  }

  #take(): Piece {
    if (this.#bytes === 0) return this.#ending ?? EMPTY;
    const pieces = this.#pieces;
    const first = pieces[0];
    const all = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, this.#bytes);
    this.#pieces = [];
    this.#bytes = 0;
    if (this.#paused) {
      this.#paused = false;
      if (!this.over) {
        this.#timer.refresh();
        this.resume();
      }
    }
    return all;
  }
}

const EMPTY = new Uint8Array(0);

function deliver(call: HttpCall): void {
  HttpCall.deliver(call);
}

function connectTimeout(call: HttpCall): void {
  HttpCall.expire(call, 'connect', 'no connection within the time limit');
}

function headTimeout(call: HttpCall): void {
  HttpCall.expire(call, 'timeout', 'no status and headers within the time limit');
}

function idleTimeout(call: HttpCall): void {
  HttpCall.expire(call, 'timeout', 'no further bytes of the answer within the time limit');
}
