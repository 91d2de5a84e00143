import type { ChatEvent } from '../../core/chat/events.ts';
import type { StreamPiece } from '../../core/chat/reading.ts';
import { isRecord } from '../../core/json-value.ts';
import { JsonLineSplitter } from '../../wire/json-lines.ts';
import { SplitReader } from '../split-reader.ts';
import { ConverseBlocks } from './blocks.ts';
import { readException } from './errors.ts';
import { finishEvent } from './finish.ts';
import { startEvent } from './read-answer.ts';
import { readUsage } from './usage.ts';

/**
 * Reads ConverseStream as one JSON object a line, `{"contentBlockDelta": {...}}`: the event's type and its payload, as
 * the frames of the event stream carry them. Exceptions are lines too. Source: AWS, Bedrock API reference,
 * "ConverseStreamOutput".
 */
export class ConverseStreamReader extends SplitReader<Uint8Array> {
  readonly #blocks = new ConverseBlocks();
  #stop: Readonly<Record<string, unknown>> | undefined;

  constructor(target: string, maxEventBytes: number) {
    super(target, new JsonLineSplitter(maxEventBytes));
  }

  protected override read(raw: Uint8Array): StreamPiece {
    const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString().trim();
    if (text === '') return { raw, events: [], usageOnly: false };
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.unreadable(raw, 'an event is no JSON');
    }
    const [entry] = isRecord(value) ? Object.entries(value) : [];
    if (entry === undefined) {
      return this.unreadable(raw, 'an event is no JSON object');
    }
    return { raw, events: this.#say(entry[0], isRecord(entry[1]) ? entry[1] : {}), usageOnly: false };
  }

  #say(name: string, payload: Readonly<Record<string, unknown>>): readonly ChatEvent[] {
    const events: ChatEvent[] = [];
    const index = typeof payload['contentBlockIndex'] === 'number' ? payload['contentBlockIndex'] : 0;
    switch (name) {
      case 'messageStart':
        return [startEvent(this.target)];
      case 'contentBlockStart':
        this.#begin(events, index, payload['start']);
        return events;
      case 'contentBlockDelta':
        this.#delta(events, index, payload['delta']);
        return events;
      case 'contentBlockStop':
        this.#blocks.close(events, index);
        return events;
      case 'messageStop':
        this.#blocks.closeAll(events);
        this.#stop = payload;
        return events;
      case 'metadata':
        return this.#finish(payload);
      default:
        // No event of the answer has a message of its own, so a new one is stepped over and every failure is told.
        if (typeof payload['message'] !== 'string' && !/(?:Exception|Error|Failure)$/.test(name)) return [];
        return [{ type: 'error', error: readException(this.target, name, payload) }];
    }
  }

  #begin(events: ChatEvent[], index: number, start: unknown): void {
    if (isRecord(start) && isRecord(start['toolUse'])) this.#blocks.toolCall(events, index, start['toolUse']);
  }

  #delta(events: ChatEvent[], index: number, delta: unknown): void {
    if (!isRecord(delta)) return;
    const { text, toolUse, reasoningContent, citation } = delta;
    if (text !== undefined) this.#blocks.text(events, index, 'text', text);
    else if (isRecord(toolUse)) {
      if (typeof toolUse['input'] === 'string') this.#blocks.input(events, index, toolUse['input']);
    } else if (isRecord(reasoningContent)) {
      this.#blocks.text(events, index, 'reasoning', reasoningContent['text']);
      this.#blocks.signature(events, index, reasoningContent['signature']);
      this.#blocks.redacted(events, index, reasoningContent['redactedContent']);
    } else this.#blocks.citation(events, index, citation);
  }

  /** The last event, which brings what the end of the message still lacks: usage, and why a guardrail stepped in. */
  #finish(metadata: Readonly<Record<string, unknown>>): readonly ChatEvent[] {
    const usage = readUsage(metadata['usage']);
    const used: readonly ChatEvent[] = usage === undefined ? [] : [{ type: 'usage', usage }];
    const stop = this.#stop;
    if (stop === undefined) return used;
    const fields = stop['additionalModelResponseFields'];
    const finish = finishEvent(this.target, stop['stopReason'], fields, metadata['trace'], this.#blocks);
    return finish.type === 'error' ? [...used, finish] : [finish, ...used, { type: 'done' }];
  }
}
