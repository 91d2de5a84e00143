import type { Progress } from '../core/chat/progress.ts';
import type { StreamPiece, StreamReader } from '../core/chat/reading.ts';
import type { RequestView } from '../core/chat/request.ts';
import type { Caller } from '../core/identity/caller.ts';
import type { Nano } from '../core/money.ts';
import type { Rung, Target } from '../core/routing/target.ts';
import type { ScopeLimits } from '../core/scope-limits.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { AnswerFacts, Operation } from '../formats/format.ts';
import type { Reservation } from '../ledger/ledger.ts';
import type { Exchange } from '../ports/exchange.ts';
import type { UpstreamAnswer, UpstreamCall } from '../ports/upstream.ts';
import type { JsonTape } from '../wire/json-tape.ts';
import type { Interrupt } from './interrupt.ts';
import type { Served } from './services.ts';
import type { Source } from './source.ts';
import type { Trail } from './trail.ts';

/**
 * The states of a request, one per room. Each room takes the state before it and returns the next, so a room that is
 * skipped or visited out of order does not compile: nothing reaches an upstream that was not identified, guarded and
 * admitted.
 */
export interface Received {
  readonly id: string;
  readonly exchange: Exchange;
  readonly dialect: Dialect;
  readonly interrupt: Interrupt;
  /** What the audit row will tell; every room adds what it learned. */
  readonly trail: Trail;
}

export interface Identified extends Received {
  readonly caller: Caller;
  /** What the route asks a model for. */
  readonly operation: Operation;
}

export interface Parsed extends Identified {
  readonly bytes: Uint8Array;
  readonly tape: JsonTape;
  readonly view: RequestView;
}

export interface Guarded extends Parsed {
  /** What may leave. */
  readonly source: Source;
}

/** A target together with what a call to it would send and could cost. */
export interface Candidate {
  readonly target: Target;
  readonly served: Served;
  /** Limits of its provider that the call takes part in; undefined: there are none. */
  readonly scope: ScopeLimits | undefined;
  /** Answers that are asked for, at least 1. */
  readonly choices: number;
  /** What is dropped, capped, emulated or injected for this target. */
  readonly warnings: readonly string[];
  /** Output tokens per choice that will be allowed; undefined only where no limit is known and nothing enforced needs one. */
  readonly outputTokens: number | undefined;
  /** Whether the gateway injects that cap because the caller gave none. */
  readonly inject: boolean;
  readonly inputBound: number;
  /** The most tokens one attempt can use, as far as anyone knows; 0 for a count of tokens. */
  readonly tokens: number;
  /** The most one attempt can cost; undefined where nobody knows and no enforced budget applies. */
  readonly bound: Nano | undefined;
}

export interface Planned extends Guarded {
  readonly rung: Rung;
  /** Limits that bind the caller, whichever target answers. */
  readonly scopes: readonly ScopeLimits[];
  /** Number of the config that the limits are from. */
  readonly number: number;
  /** In the order in which they are tried; at least one. */
  readonly candidates: Candidates;
  /** The target that would be called if no provider was stopped or short of room. */
  readonly preferred: Target;
  /** Which providers were passed over, and why, as the caller is told. */
  readonly passedOver: readonly string[];
}

export type Candidates = readonly [Candidate, ...Candidate[]];

export interface Admitted extends Planned {
  readonly reservation: Reservation;
  /** What each provider's own scope holds by now; grows with the top-ups. */
  readonly own: Map<string, Nano>;
}

/** The answer that committed: nothing of another target's can follow. */
export type CommittedAnswer =
  | {
      readonly kind: 'stream';
      readonly call: UpstreamCall;
      readonly answer: UpstreamAnswer;
      readonly reader: StreamReader;
      /** Whether a clean end without a terminator is normal. */
      readonly endsBare: boolean;
      /** Events held back until the commit, in order. */
      readonly held: readonly StreamPiece[];
      readonly progress: Progress;
      /** The body's end was read while holding. */
      readonly ended: boolean;
    }
  | {
      readonly kind: 'whole';
      /** The upstream's own bytes, or what writes the answer anew in the caller's format. */
      readonly body: Uint8Array | Rewrite;
      readonly contentType: string;
      readonly progress: Progress;
    };

export type Rewrite = (facts: AnswerFacts, costUsd: string | undefined) => string;

export interface Called extends Admitted {
  readonly candidate: Candidate;
  readonly committed: CommittedAnswer;
}
