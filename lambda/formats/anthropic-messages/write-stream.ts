import type { ChatEvent } from '../../core/chat/events.ts';
import type { Usage } from '../../core/chat/usage.ts';
import { jsonObject, jsonString } from '../../wire/json-write.ts';
import type { AnswerFacts, StreamWriter } from '../format.ts';
import { messageId, modelName, ToolCallIds } from './answer-ids.ts';
import { type Finish, messageUsage, stopMembers, usageMembers } from './answer-parts.ts';
import { StreamBlock } from './stream-block.ts';

type Start = Extract<ChatEvent, { type: 'start' }>;
type Open = Extract<ChatEvent, { type: 'open' }>;

/**
 * Writes the events of any upstream as a stream of Messages events. One block is open at a time, as the format demands:
 * the pieces of further ones wait until it closes. `message_start` waits for the first block, so that it can tell the
 * usage where an upstream tells it early; `message_delta` waits for the end, because usage may follow the finish reason.
 */
export class MessagesStreamWriter implements StreamWriter {
  readonly #facts: AnswerFacts;
  readonly #blocks = new Map<number, StreamBlock>();
  /** Opened and not yet written to their end, in the order of opening; the first one is written live. */
  readonly #queue: StreamBlock[] = [];
  #start: Start | undefined;
  #ids: ToolCallIds | undefined;
  #usage: Usage | undefined;
  #finish: Finish | undefined;
  #begun = false;
  #hasCalls = false;
  /** Index of the next block: indexes have no gaps, whatever was left out. */
  #next = 0;

  constructor(facts: AnswerFacts) {
    this.#facts = facts;
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        this.#start ??= event;
        return '';
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'error':
      case 'done':
        return '';
    }
    if (event.choice !== 0) return '';
    if (event.type === 'finish') {
      this.#finish ??= event;
      return '';
    }
    if (event.type === 'open') return this.#open(event);
    const block = this.#blocks.get(event.block);
    if (block === undefined) return '';
    block.take(event);
    return block === this.#queue[0] ? this.#flush() : '';
  }

  finish(): string {
    for (const block of this.#queue) block.close();
    const rest = this.#begin() + this.#flush();
    const delta = jsonObject({ ...stopMembers(this.#finish, this.#hasCalls), container: 'null' });
    return `${rest}${sse('message_delta', { delta, usage: jsonObject(usageMembers(this.#usage)) })}`;
  }

  #open({ block: number, head }: Open): string {
    this.#ids ??= new ToolCallIds(this.#start?.id ?? '');
    if (head.kind === 'tool_call') this.#hasCalls = true;
    const block = new StreamBlock(head, number, this.#ids);
    this.#blocks.set(number, block);
    this.#queue.push(block);
    const begun = this.#begin();
    return block === this.#queue[0] ? begun + this.#flush() : begun;
  }

  #begin(): string {
    if (this.#begun) return '';
    this.#begun = true;
    const message = jsonObject({
      id: jsonString(messageId(this.#start?.id ?? '', this.#facts)),
      type: '"message"',
      role: '"assistant"',
      model: jsonString(modelName(this.#start?.model ?? '', this.#facts)),
      content: '[]',
      stop_reason: 'null',
      stop_sequence: 'null',
      stop_details: 'null',
      container: 'null',
      diagnostics: 'null',
      usage: messageUsage(this.#usage),
    });
    return sse('message_start', { message });
  }

  /** What the first block of the queue has to say; where it is closed, the next ones as well. */
  #flush(): string {
    let text = '';
    for (let block = this.#queue[0]; block !== undefined; block = this.#queue[0]) {
      text += this.#piecesOf(block);
      if (!block.closed) break;
      if (block.index !== undefined) text += sse('content_block_stop', { index: String(block.index) });
      this.#queue.shift();
    }
    return text;
  }

  #piecesOf(block: StreamBlock): string {
    let text = '';
    if (block.index === undefined) {
      const head = block.begin();
      if (head === undefined) return '';
      block.index = this.#next++;
      text += sse('content_block_start', { index: String(block.index), content_block: head });
    }
    const index = String(block.index);
    for (const delta of block.drain()) text += sse('content_block_delta', { index, delta });
    return text;
  }
}

function sse(type: string, members: Readonly<Record<string, string>>): string {
  return `event: ${type}\ndata: ${jsonObject({ type: jsonString(type), ...members })}\n\n`;
}
