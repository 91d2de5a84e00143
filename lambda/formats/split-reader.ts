import { invalidAnswer, type StreamPiece, type StreamReader } from '../core/chat/reading.ts';
import { TooLarge } from '../wire/too-large.ts';

/** What cuts the bytes of a stream into whole events. Fails by throwing `TooLarge`. */
export interface Splitter<Event> {
  push(bytes: Uint8Array): readonly Event[];
  /** Bytes of an unfinished event. */
  rest(): Uint8Array;
  /** After a clean end: what was complete but for the end itself. Not there where only more bytes complete an event. */
  end?(): readonly Event[];
}

/** A reader over a splitter: where the bytes are split makes no difference. A format says what one event means. */
export abstract class SplitReader<Event> implements StreamReader {
  protected readonly target: string;
  readonly #splitter: Splitter<Event>;

  constructor(target: string, splitter: Splitter<Event>) {
    this.target = target;
    this.#splitter = splitter;
  }

  push(bytes: Uint8Array): readonly StreamPiece[] {
    try {
      return this.#splitter.push(bytes).map((event) => this.read(event));
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      return [this.unreadable(new Uint8Array(0), error.message)];
    }
  }

  end(): readonly StreamPiece[] {
    return (this.#splitter.end?.() ?? []).map((event) => this.read(event));
  }

  get halfRead(): boolean {
    return this.#splitter.rest().length > 0;
  }

  protected abstract read(event: Event): StreamPiece;

  protected unreadable(raw: Uint8Array, what: string): StreamPiece {
    return { raw, events: [invalidAnswer(this.target, what)], usageOnly: false };
  }
}
