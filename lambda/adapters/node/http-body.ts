import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Bytes of a body that was refused as too large which are still taken and thrown away, so that the client gets to read
 * its answer instead of a reset. A client that sends more is cut off.
 */
const DISCARDED_BYTES = 64 * 1024 * 1024;

const EMPTY = new Uint8Array(0);

/** The whole body, or `too_large` as soon as that is known, or `gone` when the client left before its end. */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  announced: number,
  maxBytes: number,
): Promise<Uint8Array | 'too_large' | 'gone'> {
  if (announced > maxBytes) {
    discard(request);
    return Promise.resolve('too_large');
  }
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) return Promise.resolve(EMPTY);
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const take = (piece: Buffer): void => {
      bytes += piece.length;
      if (bytes <= maxBytes) {
        pieces.push(piece);
        return;
      }
      request.off('data', take);
      pieces.length = 0;
      discard(request);
      resolve('too_large');
    };
    request.on('data', take);
    request.on('end', () => {
      const first = pieces[0];
      resolve(
        pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, Math.min(bytes, maxBytes)),
      );
    });
    // The response closes whenever the connection does; after the end above this changes nothing.
    response.on('close', () => resolve('gone'));
    request.on('error', () => resolve('gone'));
  });
}

function discard(request: IncomingMessage): void {
  let bytes = 0;
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > DISCARDED_BYTES) request.socket.destroy();
  });
  request.on('error', () => undefined);
  request.resume();
}
