import type { ChatEvent } from '../../core/chat/events.ts';
import type { StreamPiece, StreamReader } from '../../core/chat/reading.ts';
import { type SseEvent, SseSplitter, SseTooLarge } from '../../wire/sse.ts';
import { OpenBlocks } from './blocks.ts';
import { invalid, isUsageOnly, readObject } from './read-answer.ts';

const NOTHING: readonly ChatEvent[] = [];
const DONE: readonly ChatEvent[] = [{ type: 'done' }];

/** Reads a stream of `chat.completion.chunk` events; where the bytes are split makes no difference. */
export class ChatStreamReader implements StreamReader {
  readonly #splitter: SseSplitter;
  readonly #target: string;
  readonly #blocks = new OpenBlocks();

  constructor(target: string, maxEventBytes: number) {
    this.#target = target;
    this.#splitter = new SseSplitter(maxEventBytes);
  }

  push(bytes: Uint8Array): readonly StreamPiece[] {
    try {
      return this.#splitter.push(bytes).map((event) => this.#read(event));
    } catch (error) {
      if (!(error instanceof SseTooLarge)) throw error;
      return [{ raw: new Uint8Array(0), events: [invalid(this.#target, error.message)], usageOnly: false }];
    }
  }

  /** After a clean end of the body: what its last bytes complete. */
  end(): readonly StreamPiece[] {
    return this.#splitter.end().map((event) => this.#read(event));
  }

  /** Whether the body ended in the middle of an event. */
  get halfRead(): boolean {
    return this.#splitter.rest().length > 0;
  }

  /** Some servers end a stream without a finish reason; one that ends so in the middle of a call was cut off. */
  #done(): readonly ChatEvent[] {
    return this.#blocks.halfCalled ? [invalid(this.#target, 'it ends in the middle of a tool call')] : DONE;
  }

  #read(event: SseEvent): StreamPiece {
    const { raw, data } = event;
    if (data === undefined || data === '') return { raw, events: NOTHING, usageOnly: false };
    if (data === '[DONE]') return { raw, events: this.#done(), usageOnly: false };
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      return { raw, events: [invalid(this.#target, 'an event is no JSON')], usageOnly: false };
    }
    return { raw, events: readObject(this.#target, value, this.#blocks), usageOnly: isUsageOnly(value) };
  }
}
