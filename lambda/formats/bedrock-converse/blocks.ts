import type { BlockHead, ChatEvent, Citation } from '../../core/chat/events.ts';
import { isRecord } from '../../core/json-value.ts';

type Kind = 'text' | 'reasoning' | 'tool_call';

interface Open {
  readonly kind: Kind;
  readonly block: number;
}

/**
 * Which blocks of an answer are open. Converse numbers blocks itself, but announces only tool calls: a text or a
 * reasoning begins with its first piece, and an empty block never begins, so our numbers are counted apart.
 */
export class ConverseBlocks {
  content = false;
  toolCalls = false;
  #next = 0;
  readonly #open = new Map<number, Open>();

  /** A piece of text; an empty one opens nothing. */
  text(events: ChatEvent[], index: number, kind: 'text' | 'reasoning', text: unknown): void {
    if (typeof text !== 'string' || text === '') return;
    const block = this.#in(events, index, kind);
    this.content = true;
    events.push({ type: 'text', choice: 0, block, text });
  }

  /** A signature belongs to the reasoning before it, or alone to one whose text is not shown. */
  signature(events: ChatEvent[], index: number, signature: unknown): void {
    if (typeof signature !== 'string' || signature === '') return;
    events.push({ type: 'signature', choice: 0, block: this.#in(events, index, 'reasoning'), signature });
  }

  /** Base64 of the model's own blob, which for Claude is text already. Latin-1 keeps every byte whatever it is. */
  redacted(events: ChatEvent[], index: number, content: unknown): void {
    if (typeof content !== 'string' || content === '') return;
    this.close(events, index);
    const data = Buffer.from(content, 'base64').toString('latin1');
    this.#whole(events, { kind: 'redacted_thinking', data });
  }

  citation(events: ChatEvent[], index: number, citation: unknown): void {
    if (!isRecord(citation)) return;
    events.push({
      type: 'citation',
      choice: 0,
      block: this.#in(events, index, 'text'),
      citation: read(citation),
    });
  }

  toolCall(events: ChatEvent[], index: number, call: Readonly<Record<string, unknown>>): void {
    this.close(events, index);
    this.toolCalls = true;
    const id = typeof call['toolUseId'] === 'string' ? call['toolUseId'] : '';
    const name = typeof call['name'] === 'string' ? call['name'] : '';
    this.#begin(events, index, 'tool_call', { kind: 'tool_call', id, name, custom: false });
  }

  /** A piece of a call's arguments; without an open call there is nothing that it could belong to. */
  input(events: ChatEvent[], index: number, text: string): void {
    const open = this.#open.get(index);
    if (open?.kind !== 'tool_call' || text === '') return;
    events.push({ type: 'text', choice: 0, block: open.block, text });
  }

  opaque(events: ChatEvent[], type: string, value: unknown): void {
    this.#whole(events, { kind: 'opaque', format: 'bedrock-converse', type, json: JSON.stringify(value) });
  }

  close(events: ChatEvent[], index: number): void {
    const open = this.#open.get(index);
    if (open === undefined) return;
    this.#open.delete(index);
    events.push({ type: 'close', choice: 0, block: open.block });
  }

  closeAll(events: ChatEvent[]): void {
    for (const index of [...this.#open.keys()]) this.close(events, index);
  }

  #in(events: ChatEvent[], index: number, kind: 'text' | 'reasoning'): number {
    const open = this.#open.get(index);
    if (open?.kind === kind) return open.block;
    this.close(events, index);
    return this.#begin(events, index, kind, { kind });
  }

  #begin(events: ChatEvent[], index: number, kind: Kind, head: BlockHead): number {
    const block = this.#next++;
    this.#open.set(index, { kind, block });
    if (kind === 'tool_call') this.content = true;
    events.push({ type: 'open', choice: 0, block, head });
    return block;
  }

  #whole(events: ChatEvent[], head: BlockHead): void {
    this.content = true;
    const block = this.#next++;
    events.push({ type: 'open', choice: 0, block, head }, { type: 'close', choice: 0, block });
  }
}

/** Source: AWS, Bedrock API reference, "Citation" and "CitationLocation". */
function read(citation: Readonly<Record<string, unknown>>): Citation {
  const location = isRecord(citation['location']) ? citation['location'] : {};
  const web = isRecord(location['web']) ? location['web'] : {};
  const source = Array.isArray(citation['sourceContent']) ? citation['sourceContent'] : [];
  const text = source
    .map((part) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
  return {
    format: 'bedrock-converse',
    raw: JSON.stringify(citation),
    ...(typeof web['url'] === 'string' ? { url: web['url'] } : {}),
    ...(typeof citation['title'] === 'string' ? { title: citation['title'] } : {}),
    ...(text === '' ? {} : { text }),
  };
}
