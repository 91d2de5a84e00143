import type { UpstreamAnswer, UpstreamFailure } from '../../../ports/upstream.ts';
import { failure } from './failures.ts';
import type { Answered } from './one-call.ts';

/** An answer that was read to its end. */
export interface Whole {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Reads an answer to its end; one above the maximum is given up. */
export async function readWhole(
  got: Answered | UpstreamFailure,
  maxBytes: number,
): Promise<Whole | UpstreamFailure> {
  if (got.type === 'failure') return got;
  const { answer, call } = got;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let piece = await answer.read(); piece !== 'end'; piece = await answer.read()) {
    if ('type' in piece) return piece;
    pieces.push(piece);
    length += piece.length;
    if (length > maxBytes) {
      call.cancel();
      return failure('protocol', true, `an answer is larger than ${maxBytes} bytes`);
    }
  }
  return { status: answer.status, headers: answer.headers, body: Buffer.concat(pieces, length) };
}

/** An answer that is here already. */
export function answerOf({ status, headers, body }: Whole): UpstreamAnswer {
  let unread = body.length > 0;
  return {
    type: 'answer',
    status,
    headers,
    read() {
      const piece = unread ? body : 'end';
      unread = false;
      return Promise.resolve(piece);
    },
  };
}
