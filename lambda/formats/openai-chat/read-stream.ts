import type { ChatEvent } from '../../core/chat/events.ts';
import { invalidAnswer, type StreamPiece } from '../../core/chat/reading.ts';
import { type SseEvent, SseSplitter } from '../../wire/sse.ts';
import { SplitReader } from '../split-reader.ts';
import { OpenBlocks } from './blocks.ts';
import { isUsageOnly, readObject } from './read-answer.ts';

const NOTHING: readonly ChatEvent[] = [];
const DONE: readonly ChatEvent[] = [{ type: 'done' }];

/** Reads a stream of `chat.completion.chunk` events; where the bytes are split makes no difference. */
export class ChatStreamReader extends SplitReader<SseEvent> {
  readonly #blocks = new OpenBlocks();

  constructor(target: string, maxEventBytes: number) {
    super(target, new SseSplitter(maxEventBytes));
  }

  /** Some servers end a stream without a finish reason; one that ends so in the middle of a call was cut off. */
  #done(): readonly ChatEvent[] {
    return this.#blocks.halfCalled
      ? [invalidAnswer(this.target, 'it ends in the middle of a tool call')]
      : DONE;
  }

  protected override read(event: SseEvent): StreamPiece {
    const { raw, data } = event;
    if (data === undefined || data === '') return { raw, events: NOTHING, usageOnly: false };
    if (data === '[DONE]') return { raw, events: this.#done(), usageOnly: false };
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      return this.unreadable(raw, 'an event is no JSON');
    }
    return { raw, events: readObject(this.target, value, this.#blocks), usageOnly: isUsageOnly(value) };
  }
}
