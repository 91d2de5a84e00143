import type { BlockHead, ChatEvent, Citation } from '../../core/chat/events.ts';
import { isJson, isRecord } from '../../core/json-value.ts';
import { type Edit, splice } from '../../wire/json-splice.ts';
import { type RawJson, scan } from './raw.ts';

const FORMAT = 'anthropic-messages';

type Value = Readonly<Record<string, unknown>>;

/** A block whose end was not seen yet. */
interface Open {
  /** Number among the events' blocks; undefined for an opaque block, which is told as a whole when it ends. */
  readonly block: number | undefined;
  readonly kind: BlockHead['kind'];
  /** Of a tool call: the arguments that its start carried. Of an opaque block: its start. */
  readonly json: string;
  /** Of a tool call: whether a piece of its arguments was told. */
  told: boolean;
  /** Of an opaque block: its start's value, pieces of its input, and members that deltas changed. */
  readonly value: Value;
  readonly input: string[];
  readonly grown: Map<string, unknown>;
}

/** The content blocks of an answer, from their starts, deltas and stops; those of a whole answer have no deltas. */
export class AnswerBlocks {
  /** Whether the answer calls a tool. */
  calls = false;
  readonly #events: ChatEvent[];
  readonly #open = new Map<number, Open>();
  #next = 0;

  /** `events` receives what the blocks say. */
  constructor(events: ChatEvent[]) {
    this.#events = events;
  }

  /** `raw` is the text of the block. */
  start(index: number, value: Value, raw: RawJson): void {
    switch (value['type']) {
      case 'text': {
        const block = this.#begin(index, { kind: 'text' });
        this.#text(block, value['text']);
        const citations = Array.isArray(value['citations']) ? value['citations'] : [];
        for (const [at, citation] of citations.entries()) {
          this.#citation(block, citation, raw.text(['citations', at], citation));
        }
        return;
      }
      case 'thinking': {
        const block = this.#begin(index, { kind: 'reasoning' });
        this.#text(block, value['thinking']);
        this.#signature(block, value['signature']);
        return;
      }
      case 'redacted_thinking':
        this.#begin(index, { kind: 'redacted_thinking', data: textOf(value['data']) });
        return;
      case 'tool_use': {
        this.calls = true;
        const { id, name, input } = value;
        const given = isRecord(input) && Object.keys(input).length > 0;
        const head = { kind: 'tool_call', id: textOf(id), name: textOf(name), custom: false } as const;
        this.#begin(index, head, given ? raw.text(['input'], input) : '');
        return;
      }
      default:
        this.#open.set(index, opened(undefined, 'opaque', raw.text([], value), value));
    }
  }

  /** `raw` gives the text of the delta, where its bytes matter. */
  delta(index: number, delta: Value, raw: () => RawJson): void {
    const open = this.#open.get(index) ?? this.#implied(index, delta['type']);
    if (open === undefined) return;
    if (open.block === undefined) {
      grow(open, delta);
      return;
    }
    switch (delta['type']) {
      case 'text_delta':
        this.#text(open.block, delta['text']);
        return;
      case 'thinking_delta':
        this.#text(open.block, delta['thinking']);
        return;
      case 'input_json_delta': {
        const piece = delta['partial_json'];
        open.told ||= typeof piece === 'string' && piece !== '';
        this.#text(open.block, piece);
        return;
      }
      case 'signature_delta':
        this.#signature(open.block, delta['signature']);
        return;
      case 'citations_delta':
        this.#citation(open.block, delta['citation'], raw().text(['citation'], delta['citation']));
    }
  }

  stop(index: number): void {
    const open = this.#open.get(index);
    if (open === undefined) return;
    this.#open.delete(index);
    let block = open.block;
    if (block === undefined) {
      block = this.#next++;
      const type = textOf(open.value['type']);
      const head = { kind: 'opaque', format: FORMAT, type, json: grownJson(open) } as const;
      this.#events.push({ type: 'open', choice: 0, block, head });
    } else if (open.kind === 'tool_call' && !open.told) {
      // A call without arguments streams none; an empty object is what its text stands for.
      this.#text(block, open.json === '' ? '{}' : open.json);
    }
    this.#events.push({ type: 'close', choice: 0, block });
  }

  /** Ends the blocks that the upstream left open. */
  stopAll(): void {
    for (const index of [...this.#open.keys()]) this.stop(index);
  }

  #begin(index: number, head: BlockHead, json = ''): number {
    const block = this.#next++;
    this.#open.set(index, opened(block, head.kind, json, {}));
    this.#events.push({ type: 'open', choice: 0, block, head });
    return block;
  }

  /** Servers that only resemble the API leave a text's start out. */
  #implied(index: number, type: unknown): Open | undefined {
    if (type === 'text_delta') this.#begin(index, { kind: 'text' });
    else if (type === 'thinking_delta') this.#begin(index, { kind: 'reasoning' });
    return this.#open.get(index);
  }

  #text(block: number, text: unknown): void {
    if (typeof text === 'string' && text !== '') this.#events.push({ type: 'text', choice: 0, block, text });
  }

  #signature(block: number, signature: unknown): void {
    if (typeof signature !== 'string' || signature === '') return;
    this.#events.push({ type: 'signature', choice: 0, block, signature });
  }

  #citation(block: number, value: unknown, raw: string): void {
    if (!isRecord(value)) return;
    this.#events.push({ type: 'citation', choice: 0, block, citation: citationOf(value, raw) });
  }
}

function opened(block: number | undefined, kind: Open['kind'], json: string, value: Value): Open {
  return { block, kind, json, told: false, value, input: [], grown: new Map() };
}

/** A piece of a block that is told as a whole: arguments of a server tool, or a text that grows. */
function grow(open: Open, delta: Value): void {
  if (delta['type'] === 'input_json_delta') {
    open.input.push(textOf(delta['partial_json']));
    return;
  }
  for (const name in delta) {
    if (name === 'type') continue;
    const piece = delta[name];
    const before = open.grown.get(name) ?? open.value[name];
    open.grown.set(name, typeof piece === 'string' && typeof before === 'string' ? before + piece : piece);
  }
}

function grownJson(open: Open): string {
  const edits: Edit[] = [];
  const input = open.input.join('');
  if (isJson(input)) edits.push({ op: 'set', path: ['input'], json: input });
  for (const [name, value] of open.grown) {
    if (value !== undefined) edits.push({ op: 'set', path: [name], json: JSON.stringify(value) });
  }
  const tape = edits.length === 0 ? undefined : scan(open.json);
  return tape === undefined ? open.json : Buffer.from(splice(tape.bytes, tape, edits)).toString();
}

function citationOf(value: Value, raw: string): Citation {
  const { url, cited_text: text } = value;
  const title = value['title'] ?? value['document_title'];
  return {
    format: FORMAT,
    raw,
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof text === 'string' ? { text } : {}),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
