import type { UpstreamAnswer, UpstreamCall, UpstreamFailure } from '../../../ports/upstream.ts';
import { type EventStreamMessage, EventStreamSplitter } from '../../../wire/event-stream.ts';
import { cancelled, detailOf, failure } from './failures.ts';
import type { FrameWriter } from './frames.ts';

type Piece = Uint8Array | 'end' | UpstreamFailure;

/** Bytes of one frame. AWS sends no larger ones than 16 MB of payload. */
const FRAME_BYTES = 24 * 1024 * 1024;

/** The answer of a streaming operation, its frames decoded as their bytes are asked for: not reading holds AWS back. */
export function decodedAnswer(
  call: UpstreamCall,
  answer: UpstreamAnswer,
  writer: FrameWriter,
): UpstreamAnswer {
  const source = new FrameSource(call, answer, writer);
  return {
    type: 'answer',
    status: answer.status,
    headers: { ...answer.headers, 'content-type': writer.contentType },
    read: () => source.read(),
  };
}

class FrameSource {
  readonly #call: UpstreamCall;
  readonly #answer: UpstreamAnswer;
  readonly #writer: FrameWriter;
  readonly #splitter = new EventStreamSplitter(FRAME_BYTES);
  #ending: 'end' | UpstreamFailure | undefined;

  constructor(call: UpstreamCall, answer: UpstreamAnswer, writer: FrameWriter) {
    this.#call = call;
    this.#answer = answer;
    this.#writer = writer;
  }

  /** Everything that the bytes of one read complete, in one piece. */
  async read(): Promise<Piece> {
    while (this.#ending === undefined) {
      const got = await this.#answer.read();
      if (got === 'end') this.#ending = this.#splitter.halfRead ? broken('it ends within a frame') : 'end';
      else if ('type' in got) this.#ending = got.reason === 'cancelled' ? cancelled(true) : got;
      else {
        const pieces = this.#decode(got);
        if (pieces.length > 0) return Buffer.concat(pieces);
      }
    }
    return this.#ending;
  }

  #decode(bytes: Uint8Array): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    try {
      for (const message of this.#splitter.push(bytes)) {
        if (!this.#take(message, pieces)) return pieces;
      }
    } catch (thrown) {
      // A payload that is no JSON.
      this.#stop(broken(detailOf(thrown)));
    }
    if (this.#splitter.broken !== undefined) this.#stop(broken(this.#splitter.broken));
    return pieces;
  }

  /** False where the message was the stream's last: an exception, told as its last piece. */
  #take({ headers, payload }: EventStreamMessage, pieces: Uint8Array[]): boolean {
    const kind = headers.get(':message-type');
    if (kind === 'event') {
      this.#writer.frame(headers.get(':event-type') ?? '', payload, pieces);
      return true;
    }
    const modelled = headers.get(':exception-type');
    const name = modelled ?? headers.get(':error-code') ?? 'error';
    const told = modelled === undefined ? messageOf(headers) : payload;
    this.#writer.exception(name, told, pieces);
    this.#stop('end');
    return false;
  }

  #stop(ending: 'end' | UpstreamFailure): void {
    this.#call.cancel();
    this.#ending = ending;
  }
}

/** An error that the API does not model has its words in a header. */
function messageOf(headers: ReadonlyMap<string, string>): Uint8Array {
  return Buffer.from(JSON.stringify({ message: headers.get(':error-message') ?? 'unknown error' }));
}

function broken(detail: string): UpstreamFailure {
  return failure('reset', true, `the event stream is broken: ${detail}`);
}
