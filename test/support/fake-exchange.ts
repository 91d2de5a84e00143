import type { IdentityClaim } from '../../lambda/core/identity/caller.ts';
import type { Exchange } from '../../lambda/ports/exchange.ts';

export interface FakeRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly claim?: IdentityClaim;
  readonly body?: string | Uint8Array | object;
  readonly remainingMs?: number;
}

/** An exchange in memory: the request is given, the answer is collected, the caller can leave or stop reading. */
export class FakeExchange implements Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly claim: IdentityClaim;
  status: number | undefined;
  answerHeaders: Readonly<Record<string, string>> = {};
  readonly written: Uint8Array[] = [];
  ended = false;
  /** Called for every write, before it is accepted. */
  onWrite: ((bytes: Uint8Array) => void) | undefined;
  #gone = false;
  #stalled: (() => void) | undefined;
  #stall = false;
  readonly #listeners: (() => void)[] = [];
  readonly #body: Uint8Array;
  readonly #remainingMs: number | undefined;

  constructor(request: FakeRequest) {
    this.method = request.method ?? 'POST';
    this.path = request.path ?? '/v1/chat/completions';
    this.headers = { 'content-type': 'application/json', ...request.headers };
    this.claim = request.claim ?? { kind: 'bearer', key: undefined };
    const body = request.body ?? '';
    this.#body =
      body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    this.#remainingMs = request.remainingMs;
  }

  async body(maxBytes: number): Promise<Uint8Array | 'too_large' | 'gone'> {
    return this.#body.length > maxBytes ? 'too_large' : this.#body;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.status !== undefined) throw new Error('Bug! two heads');
    this.status = status;
    this.answerHeaders = headers;
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.status === undefined) throw new Error('Bug! a write before the head');
    if (this.ended) throw new Error('Bug! a write after the end');
    this.onWrite?.(bytes);
    if (!this.#gone) this.written.push(Uint8Array.from(bytes));
    if (!this.#stall || this.#gone) return undefined;
    return new Promise((resolve) => {
      this.#stalled = resolve;
    });
  }

  async end(): Promise<void> {
    this.ended = true;
  }

  gone(): boolean {
    return this.#gone;
  }

  onGone(listener: () => void): void {
    if (this.#gone) listener();
    else this.#listeners.push(listener);
  }

  remainingMs(): number | undefined {
    return this.#remainingMs;
  }

  /** The caller closes its connection. */
  leave(): void {
    this.#gone = true;
    this.#stalled?.();
    for (const listener of this.#listeners) listener();
  }

  /** From now on the caller reads nothing. */
  stopReading(): void {
    this.#stall = true;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.written);
  }

  get text(): string {
    return this.bytes.toString();
  }

  /** The answer as JSON. */
  get json(): {
    error?: {
      code: string;
      type: string;
      message: string;
      param: string | null;
      tollgate?: Record<string, unknown>;
    };
  } & Record<string, unknown> {
    return JSON.parse(this.text) as never;
  }
}
