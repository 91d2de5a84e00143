import type { ChatEvent, FinishReason } from '../../core/chat/events.ts';
import { isRecord } from '../../core/json-value.ts';
import { argumentsText, Call, callOf } from './open-calls.ts';

type TextKind = 'text' | 'reasoning' | 'refusal';

interface TextBlock {
  readonly kind: TextKind;
  readonly block: number;
  /** Text came under a plain name, so that the same text in `reasoning_details` is not another one. */
  hasText: boolean;
}

interface Choice {
  /** Number of the next block. */
  next: number;
  /** The block that texts go to, until another kind begins. */
  text: TextBlock | undefined;
  readonly calls: Call[];
  /** The call that pieces with an `index` belong to. */
  readonly byIndex: Map<number, Call>;
}

/**
 * Which blocks of an answer are open. The chat format has no blocks of its own: a text, a reasoning or a refusal goes on
 * until something else begins, and a tool call until its choice ends, for calls may be interleaved.
 */
export class OpenBlocks {
  started = false;
  readonly #choices = new Map<number, Choice>();

  text(events: ChatEvent[], index: number, kind: TextKind, piece: unknown): void {
    if (typeof piece !== 'string') {
      // Mistral's reasoning models answer with parts instead of a string.
      if (Array.isArray(piece)) for (const part of piece) this.#part(events, index, kind, part);
      return;
    }
    if (piece === '') return;
    const open = this.#textBlock(events, index, kind);
    open.hasText = true;
    events.push({ type: 'text', choice: index, block: open.block, text: piece });
  }

  /**
   * `{index, id, function: {name, arguments}}`, or `custom: {name, input}`, whole or a piece of it. `apart`: it is known
   * to be another call than those before it.
   */
  toolCall(events: ChatEvent[], index: number, call: unknown, apart: boolean): void {
    if (!isRecord(call)) return;
    const made = call['function'] ?? call['custom'];
    if (!isRecord(made)) return;
    const choice = this.#choice(index);
    const id = typeof call['id'] === 'string' ? call['id'] : '';
    const name = typeof made['name'] === 'string' ? made['name'] : '';
    const text = argumentsText(made['arguments'] ?? made['input']);
    let known = apart ? undefined : callOf(choice, call['index'], { id, name, text });
    if (known === undefined) {
      this.#closeText(events, index, choice);
      known = new Call(id, !isRecord(call['function']));
      choice.calls.push(known);
    }
    if (typeof call['index'] === 'number') choice.byIndex.set(call['index'], known);
    if (known.name === '') known.name = name;
    known.take(text);
    if (known.name !== '') this.#tell(events, index, choice, known);
  }

  /** Opens a call whose name is known, and passes on what came of its arguments. */
  #tell(events: ChatEvent[], index: number, choice: Choice, call: Call): void {
    if (call.block === undefined) {
      call.block = choice.next++;
      const { id, name, custom } = call;
      const head = { kind: 'tool_call', id, name, custom } as const;
      events.push({ type: 'open', choice: index, block: call.block, head });
    }
    const text = call.drain();
    if (text !== '') events.push({ type: 'text', choice: index, block: call.block, text });
  }

  /** A `reasoning_details` list. Where no plain reasoning text stands beside it, its own texts are the reasoning. */
  details(events: ChatEvent[], index: number, details: readonly unknown[]): void {
    const { block, hasText } = this.#textBlock(events, index, 'reasoning');
    if (!hasText) {
      for (const detail of details) {
        const text = isRecord(detail) ? (detail['text'] ?? detail['summary']) : undefined;
        if (typeof text === 'string' && text !== '')
          events.push({ type: 'text', choice: index, block, text });
      }
    }
    events.push({ type: 'details', choice: index, block, json: JSON.stringify(details) });
  }

  citations(events: ChatEvent[], index: number, annotations: unknown): void {
    if (!Array.isArray(annotations)) return;
    for (const annotation of annotations) {
      if (!isRecord(annotation)) continue;
      const { block } = this.#textBlock(events, index, 'text');
      const url = isRecord(annotation['url_citation']) ? annotation['url_citation'] : {};
      events.push({
        type: 'citation',
        choice: index,
        block,
        citation: {
          format: 'openai-chat',
          raw: JSON.stringify(annotation),
          ...(typeof url['url'] === 'string' ? { url: url['url'] } : {}),
          ...(typeof url['title'] === 'string' ? { title: url['title'] } : {}),
        },
      });
    }
  }

  /** Content that only this format knows; an audio answer. */
  opaque(events: ChatEvent[], index: number, type: string, value: Readonly<Record<string, unknown>>): void {
    const choice = this.#choice(index);
    this.#closeText(events, index, choice);
    const block = choice.next++;
    const head = { kind: 'opaque', format: 'openai-chat', type, json: JSON.stringify(value) } as const;
    events.push({ type: 'open', choice: index, block, head }, { type: 'close', choice: index, block });
  }

  finish(index: number, native: string, from: Readonly<Record<string, unknown>>): ChatEvent {
    const told = from['native_finish_reason'];
    const reason =
      this.#choice(index).calls.length > 0 && native === 'stop' ? 'tool_calls' : finishReason(native);
    return {
      type: 'finish',
      choice: index,
      reason,
      native: typeof told === 'string' && told !== '' ? told : native,
    };
  }

  /** Ends every block of a choice, in the order of their opening. */
  close(events: ChatEvent[], index: number): void {
    const choice = this.#choices.get(index);
    if (choice === undefined) return;
    for (const call of choice.calls) {
      if (!call.open) continue;
      this.#tell(events, index, choice, call);
      if (call.block !== undefined) events.push({ type: 'close', choice: index, block: call.block });
      call.open = false;
    }
    this.#closeText(events, index, choice);
  }

  /** Whether a choice has said anything yet. */
  begun(index: number): boolean {
    const choice = this.#choices.get(index);
    return choice !== undefined && (choice.next > 0 || choice.calls.length > 0);
  }

  /** Whether a call of a choice without a finish reason has half of its arguments. */
  get halfCalled(): boolean {
    return [...this.#choices.values()].some(({ calls }) =>
      calls.some(({ open, begun, whole }) => open && begun && !whole),
    );
  }

  closeAll(events: ChatEvent[]): void {
    for (const index of this.#choices.keys()) this.close(events, index);
  }

  #part(events: ChatEvent[], index: number, kind: TextKind, part: unknown): void {
    if (!isRecord(part)) return;
    if (part['type'] === 'thinking') this.text(events, index, 'reasoning', part['thinking']);
    else if (typeof part['text'] === 'string') this.text(events, index, kind, part['text']);
  }

  #textBlock(events: ChatEvent[], index: number, kind: TextKind): TextBlock {
    const choice = this.#choice(index);
    if (choice.text?.kind === kind) return choice.text;
    this.#closeText(events, index, choice);
    const block = choice.next++;
    choice.text = { kind, block, hasText: false };
    events.push({ type: 'open', choice: index, block, head: { kind } });
    return choice.text;
  }

  #closeText(events: ChatEvent[], index: number, choice: Choice): void {
    if (choice.text === undefined) return;
    events.push({ type: 'close', choice: index, block: choice.text.block });
    choice.text = undefined;
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { next: 0, text: undefined, calls: [], byIndex: new Map() };
      this.#choices.set(index, choice);
    }
    return choice;
  }
}

function finishReason(native: string): FinishReason {
  switch (native) {
    case 'stop':
    case 'length':
    case 'tool_calls':
    case 'content_filter':
      return native;
    case 'function_call':
      return 'tool_calls';
    case 'max_tokens':
      return 'length';
    case 'model_length':
      return 'context_window';
    default:
      return 'other';
  }
}
