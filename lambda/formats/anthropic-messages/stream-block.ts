import { joinLists } from '../../core/chat/answer.ts';
import type { BlockHead, ChatEvent } from '../../core/chat/events.ts';
import { ownSignature } from '../../core/chat/own-signature.ts';
import { jsonObject, jsonString } from '../../wire/json-write.ts';
import type { ToolCallIds } from './answer-ids.ts';
import { inputOf, ownCitations, rawBlock, toolUse } from './answer-parts.ts';

type Piece = Extract<ChatEvent, { block: number }>;

/** One block of a stream: the start of it, and the deltas that were not written yet. */
export class StreamBlock {
  /** Its index in the message; undefined until its start was written. */
  index: number | undefined;
  closed = false;
  readonly #head: BlockHead;
  /** The start of the block as JSON; undefined for a block that the format has no place for. */
  readonly #start: string | undefined;
  /** A block whose start says nothing by itself opens with its first piece, so that an empty one never does. */
  #worthy: boolean;
  readonly #deltas: string[] = [];
  readonly #details: string[] = [];
  #signature: string | undefined;
  /** Arguments of a tool call that are not passed on yet: until they begin as an object does, or to the end. */
  #held = '';
  #isObject = false;

  constructor(head: BlockHead, position: number, ids: ToolCallIds) {
    this.#head = head;
    this.#start = startOf(head, position, ids);
    this.#worthy = head.kind !== 'text' && head.kind !== 'refusal' && head.kind !== 'reasoning';
    if (head.kind === 'tool_call' && head.custom) this.#argument('{"input":"');
  }

  take(event: Piece): void {
    if (this.#start === undefined || this.closed) {
      if (event.type === 'close') this.closed = true;
      return;
    }
    if (event.type === 'close') this.close();
    else if (event.type === 'text') this.#text(event.text);
    else if (event.type === 'signature') {
      this.#worthy = true;
      this.#signature = (this.#signature ?? '') + event.signature;
    } else if (event.type === 'details') {
      if (joinLists([event.json]) === undefined) return;
      this.#worthy = true;
      this.#details.push(event.json);
    } else if (event.type === 'citation' && isText(this.#head)) {
      for (const citation of ownCitations([event.citation]))
        this.#push(jsonObject({ type: '"citations_delta"', citation }));
    }
  }

  /** The block as its start event tells it; undefined as long as there is nothing to tell. */
  begin(): string | undefined {
    return this.#worthy ? this.#start : undefined;
  }

  /** The deltas that were not written yet, in order. */
  drain(): readonly string[] {
    return this.#deltas.splice(0);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const head = this.#head;
    if (head.kind === 'reasoning' && this.#worthy) {
      const signature = this.#signature ?? ownSignature(joinLists(this.#details));
      this.#push(jsonObject({ type: '"signature_delta"', signature: jsonString(signature) }));
    } else if (head.kind === 'tool_call') {
      if (head.custom) this.#argument('"}');
      // Without a single piece some clients read the arguments as an empty text, which is no JSON.
      else if (!this.#isObject) this.#argument(inputOf(this.#held));
    }
  }

  #text(text: string): void {
    const head = this.#head;
    if (head.kind === 'tool_call') {
      if (head.custom) this.#argument(jsonString(text).slice(1, -1));
      else this.#input(text);
    } else if (head.kind === 'reasoning') {
      this.#push(jsonObject({ type: '"thinking_delta"', thinking: jsonString(text) }));
    } else if (isText(head)) this.#push(jsonObject({ type: '"text_delta"', text: jsonString(text) }));
  }

  #input(text: string): void {
    if (!this.#isObject) {
      this.#held += text;
      this.#isObject = /^\s*\{/.test(this.#held);
      if (this.#isObject) this.#argument(this.#held);
    } else this.#argument(text);
  }

  #argument(piece: string): void {
    this.#push(jsonObject({ type: '"input_json_delta"', partial_json: jsonString(piece) }));
  }

  #push(delta: string): void {
    this.#worthy = true;
    this.#deltas.push(delta);
  }
}

function isText(head: BlockHead): boolean {
  return head.kind === 'text' || head.kind === 'refusal';
}

function startOf(head: BlockHead, position: number, ids: ToolCallIds): string | undefined {
  switch (head.kind) {
    case 'text':
    case 'refusal':
      return '{"type":"text","text":"","citations":null}';
    case 'reasoning':
      return '{"type":"thinking","thinking":"","signature":""}';
    case 'tool_call':
      return toolUse(ids.idFor(head.id, position, head.name), head.name, '{}');
    default:
      return rawBlock(head);
  }
}
