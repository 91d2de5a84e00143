import { TollgateError } from '../errors.ts';
import type { ChatEvent } from './events.ts';

/** One whole event of a stream: its bytes as received, and what it says. */
export interface StreamPiece {
  readonly raw: Uint8Array;
  readonly events: readonly ChatEvent[];
  /** Carries usage and nothing else, so it can be left out where the caller did not ask for usage. */
  readonly usageOnly: boolean;
}

/** Reads an upstream's stream; where its bytes are split makes no difference. */
export interface StreamReader {
  push(bytes: Uint8Array): readonly StreamPiece[];
  /** After a clean end of the body: what its last bytes complete. */
  end(): readonly StreamPiece[];
  /** Whether the body ended in the middle of an event. */
  readonly halfRead: boolean;
}

/** The event of an answer that cannot be read; `what` follows a colon. */
export function invalidAnswer(target: string, what: string): ChatEvent {
  return {
    type: 'error',
    error: new TollgateError('upstream_invalid', `${target} sent an answer that cannot be read: ${what}`),
  };
}
