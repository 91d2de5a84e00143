import type { TollgateError } from '../core/errors.ts';
import type { StreamPiece } from '../formats/openai-chat/read-stream.ts';

export interface Forwarded {
  /** Bytes for the caller; undefined where nothing is to be written. */
  readonly out: Uint8Array | undefined;
  /** The upstream's terminator, which waits for the last comment; or the error that ends the stream. */
  readonly stop: Uint8Array | TollgateError | undefined;
}

/**
 * Which bytes of some whole events go on to the caller, unchanged: all but a usage event that was not asked for. Stops
 * at the terminator or at an error; what follows either is nobody's answer.
 */
export function forward(pieces: readonly StreamPiece[], includeUsage: boolean): Forwarded {
  const kept: Uint8Array[] = [];
  for (const piece of pieces) {
    const last = piece.events[piece.events.length - 1];
    if (last?.type === 'done') return { out: join(kept), stop: piece.raw };
    if (last?.type === 'error') return { out: join(kept), stop: last.error };
    if (includeUsage || !piece.usageOnly) kept.push(piece.raw);
  }
  return { out: join(kept), stop: undefined };
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
