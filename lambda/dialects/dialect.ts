import type { TollgateError } from '../core/errors.ts';

/** A whole HTTP answer. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How the gateway itself speaks to the clients of one API family: refusals, heartbeats, ends, lists. */
export interface Dialect {
  readonly name: 'openai' | 'anthropic';
  /** An error as a whole answer, before the head went out. */
  error(error: TollgateError, requestId: string): Rendered;
  /** The same error as the last event of a stream. */
  errorEvent(error: TollgateError, requestId: string): Uint8Array;
  readonly streamHeaders: Readonly<Record<string, string>>;
  /** Keeps a silent stream alive; `begun` tells whether an event of the answer went out before. */
  heartbeat(begun: boolean): Uint8Array;
  /** The format's terminator, for a normal end that the upstream left without one. */
  readonly terminator: Uint8Array;
  /** A comment that every client skips and that tells what headers could not: cost, late target, warnings. */
  comment(facts: Readonly<Record<string, unknown>>): Uint8Array;
  /** The list of models a caller may use, in the dialect's shape. */
  models(models: readonly ModelEntry[]): unknown;
  model(model: ModelEntry): unknown;
  /** Headers of every answer by which this family's clients know a request. */
  requestHeaders(requestId: string): Readonly<Record<string, string>>;
  /** Headers by which this family's clients learn how fast they may call. `nowMs`: milliseconds since the epoch. */
  rateHeaders(rates: RatesTold, nowMs: number): Readonly<Record<string, string>>;
}

/** What is known of the rates that bind a caller; a refusal knows only the one that refused. */
export interface RatesTold {
  readonly requests: RateTold | undefined;
  readonly tokens: RateTold | undefined;
}

export interface RateTold {
  /** A minute. */
  readonly limit: number;
  /** What may be used at once. */
  readonly remaining: number | undefined;
  /** Milliseconds until all that may be used at once is there again. */
  readonly resetMs: number | undefined;
}

export interface ModelEntry {
  readonly id: string;
  readonly provider: string;
  /** Seconds since the epoch. */
  readonly created: number;
}
