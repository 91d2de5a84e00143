import type { UpstreamAnswer, UpstreamCall, UpstreamFailure } from '../../../ports/upstream.ts';
import { cancelled, detailOf, failure } from './failures.ts';
import { type Frame, FrameException, type FrameWriter, StreamCut } from './frames.ts';
import type { Sdk } from './sdk.ts';

type Piece = Uint8Array | 'end' | UpstreamFailure;

/** The answer of a streaming operation, its frames decoded as they are asked for: not reading holds AWS back. */
export function decodedAnswer(
  call: UpstreamCall,
  answer: UpstreamAnswer,
  sdk: Sdk,
  writer: FrameWriter,
): UpstreamAnswer {
  const source = new FrameSource(call, answer, sdk, writer);
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
  readonly #frames: AsyncIterator<Frame>;
  #ending: 'end' | UpstreamFailure | undefined;
  /** How the bytes under the frames ended, where they ended badly. */
  #cut: UpstreamFailure | undefined;

  constructor(call: UpstreamCall, answer: UpstreamAnswer, sdk: Sdk, writer: FrameWriter) {
    this.#call = call;
    this.#answer = answer;
    this.#writer = writer;
    this.#frames = sdk.frames(this.#bytes())[Symbol.asyncIterator]();
  }

  async read(): Promise<Piece> {
    while (this.#ending === undefined) {
      try {
        const { done, value } = await this.#frames.next();
        if (done === true) {
          this.#ending = 'end';
          break;
        }
        const bytes = this.#writer.frame(value);
        if (bytes.length > 0) return bytes;
      } catch (thrown) {
        const last = this.#fail(thrown);
        if (last !== undefined) return last;
      }
    }
    return this.#ending;
  }

  /** After a failure the stream is over: an exception is told as its last piece, everything else is a cut. */
  #fail(thrown: unknown): Uint8Array | undefined {
    if (this.#cut !== undefined) {
      this.#ending = this.#cut;
      return undefined;
    }
    this.#call.cancel();
    if (thrown instanceof FrameException) {
      this.#ending = 'end';
      return this.#writer.exception(thrown);
    }
    this.#ending = failure('reset', true, `the event stream is broken: ${detailOf(thrown)}`);
    return undefined;
  }

  async *#bytes(): AsyncGenerator<Uint8Array> {
    for (let got = await this.#answer.read(); got !== 'end'; got = await this.#answer.read()) {
      if ('type' in got) {
        this.#cut = got.reason === 'cancelled' ? cancelled(true) : got;
        throw new StreamCut(got.detail);
      }
      yield got;
    }
  }
}
