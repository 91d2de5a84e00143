import type { ChatEvent } from '../../core/chat/events.ts';
import type { StreamPiece } from '../../core/chat/reading.ts';
import { isRecord } from '../../core/json-value.ts';
import { type SseEvent, SseSplitter } from '../../wire/sse.ts';
import { SplitReader } from '../split-reader.ts';
import { readErrorObject } from './errors.ts';
import { rawJson } from './raw.ts';
import { finishEvent, startEvent } from './read-answer.ts';
import { AnswerBlocks } from './read-answer-blocks.ts';
import { UsageReader } from './usage.ts';

const NOTHING: readonly ChatEvent[] = [];

/**
 * Reads a stream of the Messages API; where the bytes are split makes no difference. Source: Anthropic API, "Streaming
 * messages". Events of unknown types are skipped, as that page asks for.
 */
export class MessagesStreamReader extends SplitReader<SseEvent> {
  /** What the event that is being read says. */
  readonly #events: ChatEvent[] = [];
  readonly #blocks = new AnswerBlocks(this.#events);
  readonly #usage = new UsageReader();
  #finished = false;

  constructor(target: string, maxEventBytes: number) {
    super(target, new SseSplitter(maxEventBytes));
  }

  protected override read(event: SseEvent): StreamPiece {
    const { raw, data } = event;
    if (data === undefined || data === '') return { raw, events: NOTHING, usageOnly: false };
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      return this.unreadable(raw, 'an event is no JSON');
    }
    if (!isRecord(value)) {
      return this.unreadable(raw, 'an event is no JSON object');
    }
    this.#see(value, data);
    const events = this.#events.length === 0 ? NOTHING : this.#events.splice(0);
    // The event with the last usage carries the stop reason too, so none can be left out.
    return { raw, events, usageOnly: false };
  }

  #see(value: Readonly<Record<string, unknown>>, data: string): void {
    const index = typeof value['index'] === 'number' ? value['index'] : 0;
    switch (value['type']) {
      case 'content_block_delta':
        if (isRecord(value['delta'])) {
          this.#blocks.delta(index, value['delta'], () => rawJson(data, 'delta'));
        }
        return;
      case 'content_block_start':
        if (isRecord(value['content_block'])) {
          this.#blocks.start(index, value['content_block'], rawJson(data, 'content_block'));
        }
        return;
      case 'content_block_stop':
        this.#blocks.stop(index);
        return;
      case 'message_start':
        if (isRecord(value['message'])) {
          this.#events.push(startEvent(value['message']));
          this.#readUsage(value['message']['usage']);
        }
        return;
      case 'message_delta':
        if (isRecord(value['delta'])) this.#finish(value['delta']);
        this.#readUsage(value['usage']);
        return;
      case 'message_stop':
        // A server that gave no stop reason still says that the answer is whole.
        this.#finish({ stop_reason: '' });
        this.#events.push({ type: 'done' });
        return;
      case 'error':
        this.#events.push({ type: 'error', error: readErrorObject(this.target, value['error']) });
    }
  }

  #finish(delta: Readonly<Record<string, unknown>>): void {
    if (this.#finished || typeof delta['stop_reason'] !== 'string') return;
    this.#finished = true;
    this.#blocks.stopAll();
    this.#events.push(finishEvent(delta, this.#blocks.calls));
  }

  #readUsage(raw: unknown): void {
    const usage = this.#usage.read(raw);
    if (usage !== undefined) this.#events.push({ type: 'usage', usage });
  }
}
