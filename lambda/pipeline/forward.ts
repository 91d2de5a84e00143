import type { StreamPiece } from '../core/chat/reading.ts';
import type { TollgateError } from '../core/errors.ts';
import type { StreamWriter } from '../formats/format.ts';
import { answerFacts } from './disclosure.ts';
import type { GatewayPorts } from './ports.ts';
import { isForwarded } from './services.ts';
import type { Setup } from './setup.ts';
import type { Called } from './states.ts';

export interface Carried {
  /** Bytes for the caller; undefined where nothing is to be written. */
  readonly out: Uint8Array | undefined;
  /** The terminator, which waits for the last comment; or the error that ends the stream. */
  readonly stop: Uint8Array | TollgateError | undefined;
}

/** Turns what was read of a stream into what goes on to the caller. What follows a terminator or an error is nobody's. */
export interface Carrier {
  take(pieces: readonly StreamPiece[]): Carried;
  /** What was held back until the end, before the last comment; undefined where there is nothing. */
  finish(costUsd: string | undefined): Uint8Array | undefined;
}

/** Bytes go on unchanged where caller and upstream speak one format; otherwise events are written anew. */
export function carrierFor(state: Called, ports: GatewayPorts, setup: Setup): Carrier {
  const { served } = state.candidate;
  if (served.kind !== 'chat' || isForwarded(served)) return forwarding(state.view.includeUsage);
  return rewriting(served.caller.streamWriter(answerFacts(state, ports, setup)), state.dialect.terminator);
}

/** All bytes but a usage event that was not asked for. */
export function forwarding(includeUsage: boolean): Carrier {
  return {
    take(pieces) {
      const kept: Uint8Array[] = [];
      for (const piece of pieces) {
        const last = piece.events[piece.events.length - 1];
        if (last?.type === 'done') return { out: join(kept), stop: piece.raw };
        if (last?.type === 'error') return { out: join(kept), stop: last.error };
        if (includeUsage || !piece.usageOnly) kept.push(piece.raw);
      }
      return { out: join(kept), stop: undefined };
    },
    finish: () => undefined,
  };
}

function rewriting(writer: StreamWriter, terminator: Uint8Array): Carrier {
  return {
    take(pieces) {
      let text = '';
      for (const piece of pieces) {
        for (const event of piece.events) {
          if (event.type === 'done') return { out: bytes(text), stop: terminator };
          if (event.type === 'error') return { out: bytes(text), stop: event.error };
          text += writer.write(event);
        }
      }
      return { out: bytes(text), stop: undefined };
    },
    finish: (costUsd) => bytes(writer.finish(costUsd)),
  };
}

function bytes(text: string): Uint8Array | undefined {
  return text === '' ? undefined : Buffer.from(text);
}

/** One write for many events; without a copy where they lie next to each other, as those of one read do. */
function join(pieces: readonly Uint8Array[]): Uint8Array | undefined {
  const [first] = pieces;
  if (first === undefined || pieces.length === 1) return first;
  let end = first.byteOffset;
  for (const piece of pieces) {
    if (piece.buffer !== first.buffer || piece.byteOffset !== end) return Buffer.concat(pieces);
    end += piece.length;
  }
  return new Uint8Array(first.buffer, first.byteOffset, end - first.byteOffset);
}
