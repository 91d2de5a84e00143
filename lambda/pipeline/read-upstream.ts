import type { Progress } from '../core/chat/progress.ts';
import type { StreamPiece } from '../core/chat/reading.ts';
import { TollgateError } from '../core/errors.ts';
import type { Limits } from '../core/limits.ts';
import type { ChatUpstream } from '../formats/format.ts';
import type { UpstreamAnswer, UpstreamCall, UpstreamFailure } from '../ports/upstream.ts';
import type { Callable } from './attempt.ts';
import { interpret } from './interpret.ts';
import type { Admitted, CommittedAnswer } from './states.ts';

/**
 * Holds the events of a stream until the answer commits: at its first content, at a normal end without any, or when
 * more is held than the limits allow. Until then a failure leaves nothing behind and another target may answer.
 */
export async function readStreamToCommit(
  target: string,
  format: ChatUpstream,
  call: UpstreamCall,
  answer: UpstreamAnswer,
  progress: Progress,
  limits: Limits,
): Promise<CommittedAnswer | TollgateError | UpstreamFailure> {
  const reader = format.streamReader(target, limits.eventBytes);
  const held: StreamPiece[] = [];
  let heldBytes = 0;
  while (true) {
    const got = await answer.read();
    if (got !== 'end' && 'type' in got) return got;
    const pieces = got === 'end' ? reader.end() : reader.push(got);
    for (const piece of pieces) {
      held.push(piece);
      heldBytes += piece.raw.length;
      for (const event of piece.events) {
        if (event.type === 'error' && !progress.content) return event.error;
        progress.see(event);
      }
    }
    const ended = got === 'end';
    const normalEnd = progress.done || (ended && format.endsBare && progress.finished && !reader.halfRead);
    if (progress.content || normalEnd || held.length >= limits.heldEvents || heldBytes >= limits.heldBytes) {
      return { kind: 'stream', call, answer, reader, endsBare: format.endsBare, held, progress, ended };
    }
    if (ended) return cut(target);
  }
}

/** Reads an answer that is not streamed; it commits when all of it is there. */
export async function readWhole(
  state: Admitted,
  target: string,
  served: Callable,
  answer: UpstreamAnswer,
  progress: Progress,
  limits: Limits,
): Promise<CommittedAnswer | TollgateError | UpstreamFailure> {
  const body = await readAll(target, answer, limits);
  if (!(body instanceof Uint8Array)) return body;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  } catch {
    return new TollgateError('upstream_invalid', `${target} sent an answer that is no JSON`);
  }
  const out = interpret(state, target, served, value, body, answer.headers, progress);
  if (out instanceof TollgateError) return out;
  if (served.kind === 'chat' && state.view.stream)
    return new TollgateError('upstream_invalid', `${target} answered a streamed request without a stream`);
  const own = answer.headers['content-type'] ?? 'application/json';
  return { kind: 'whole', body: out, contentType: out === body ? own : 'application/json', progress };
}

async function readAll(
  target: string,
  answer: UpstreamAnswer,
  limits: Limits,
): Promise<Uint8Array | TollgateError | UpstreamFailure> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let got = await answer.read(); got !== 'end'; got = await answer.read()) {
    if ('type' in got) return got;
    pieces.push(got);
    length += got.length;
    if (length > limits.answerBytes) {
      return new TollgateError(
        'upstream_invalid',
        `${target} sent an answer of more than ${limits.answerBytes} bytes`,
      );
    }
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces, length);
}

/** Reads a body up to a limit, leaving the rest; a cut counts as its end. */
export async function readAtMost(answer: UpstreamAnswer, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < maxBytes) {
    const got = await answer.read();
    if (got === 'end' || 'type' in got) break;
    pieces.push(got);
    length += got.length;
  }
  return Buffer.concat(pieces).subarray(0, maxBytes);
}

export function cut(target: string): TollgateError {
  return new TollgateError('upstream_cut', `${target} broke off its answer`, { details: { target } });
}
