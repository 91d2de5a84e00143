import type { ChatView } from '../core/chat/request.ts';
import type { TollgateError } from '../core/errors.ts';
import type { JsonTape } from '../wire/json-tape.ts';

/** A whole HTTP answer. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A format from the caller's side: how requests are read and how the gateway itself speaks in it. */
export interface Dialect {
  readonly name: 'openai-chat';
  readonly format: 'openai-chat';
  readRequest(tape: JsonTape): ChatView | TollgateError;
  /** An error as a whole answer, before the head went out. */
  error(error: TollgateError, requestId: string): Rendered;
  /** The same error as the last event of a stream. */
  errorEvent(error: TollgateError, requestId: string): Uint8Array;
  readonly streamHeaders: Readonly<Record<string, string>>;
  readonly heartbeat: Uint8Array;
  /** The format's terminator, for a normal end that the upstream left without one. */
  readonly terminator: Uint8Array;
  /** A comment that every client skips and that tells what headers could not: cost, late target, warnings. */
  comment(facts: Readonly<Record<string, unknown>>): Uint8Array;
  /** The list of models a caller may use, in the dialect's shape. */
  models(models: readonly ModelEntry[]): unknown;
  model(model: ModelEntry): unknown;
}

export interface ModelEntry {
  readonly id: string;
  readonly provider: string;
  /** Seconds since the epoch. */
  readonly created: number;
}
