import type { TollgateError } from '../core/errors.ts';
import type { Limits } from '../core/limits.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { Interrupt } from './interrupt.ts';
import type { Trail } from './trail.ts';

/**
 * The answer to the caller. It knows whether the head has gone out, and so whether a failure is still an HTTP status
 * or has to be the dialect's error event; it keeps a silent stream alive; and it never waits past an interruption.
 */
export class Reply {
  readonly #exchange: Exchange;
  readonly #dialect: Dialect;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #interrupt: Interrupt;
  readonly #trail: Trail;
  readonly #requestId: string;
  #headSent = false;
  /** An event of the answer went out. */
  #begun = false;
  #finished = false;
  #timer: Timer | undefined;

  constructor(
    to: { exchange: Exchange; dialect: Dialect; interrupt: Interrupt; trail: Trail; id: string },
    clock: Clock,
    limits: Limits,
  ) {
    this.#exchange = to.exchange;
    this.#dialect = to.dialect;
    this.#interrupt = to.interrupt;
    this.#trail = to.trail;
    this.#requestId = to.id;
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * A streaming caller gets a real status for as long as it can wait for one. After that the stream opens with what is
   * known, heartbeats follow, and failures become events.
   */
  holdHeaders(headers: () => Readonly<Record<string, string>>): void {
    this.#timer = this.#clock.after(this.#limits.holdHeadersMs, () => {
      if (this.#headSent || this.#finished) return;
      this.openStream(headers());
      this.#exchange.write(this.#dialect.heartbeat(this.#begun));
    });
  }

  openStream(headers: Readonly<Record<string, string>>): void {
    if (this.#headSent) return;
    this.#head(200, { ...this.#dialect.streamHeaders, ...headers });
    this.#timer?.cancel();
    this.#timer = this.#clock.after(this.#limits.heartbeatMs, () => this.#beat());
  }

  /** Whole events only, so that a heartbeat never falls inside one. Undefined when the next write can follow at once. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    this.#begun = true;
    this.#trail.firstByteAt ??= this.#clock.monotonic();
    this.#timer?.restart();
    const drained = this.#exchange.write(bytes);
    return drained === undefined ? undefined : this.#interrupt.orInterrupted(drained);
  }

  async whole(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<void> {
    if (this.#finished) return;
    this.#head(status, { ...headers, 'content-length': String(body.length) });
    this.#trail.firstByteAt ??= this.#clock.monotonic();
    this.#exchange.write(body);
    await this.finish();
  }

  async fail(error: TollgateError, headers: Readonly<Record<string, string>>): Promise<void> {
    if (this.#finished) return;
    if (this.#headSent) {
      this.#exchange.write(this.#dialect.errorEvent(error, this.#requestId));
      await this.finish();
      return;
    }
    const rendered = this.#dialect.error(error, this.#requestId);
    await this.whole(rendered.status, { ...headers, ...rendered.headers }, rendered.body);
  }

  async finish(): Promise<void> {
    if (this.#finished) return;
    this.#finished = true;
    this.#timer?.cancel();
    await this.#interrupt.orInterrupted(this.#exchange.end());
  }

  #head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#headSent = true;
    this.#trail.status = status;
    this.#exchange.head(status, headers);
  }

  #beat(): void {
    if (this.#finished) return;
    this.#exchange.write(this.#dialect.heartbeat(this.#begun));
    this.#timer?.restart();
  }
}
