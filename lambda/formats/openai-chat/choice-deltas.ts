import type { BlockHead, ChatEvent, Citation } from '../../core/chat/events.ts';
import { jsonObject, jsonString } from '../../wire/json-write.ts';
import type { AnswerFacts } from '../format.ts';
import { madeUpCallId } from './answer-words.ts';
import { ReasoningSealer } from './seal-reasoning.ts';

/** One step of an answer in chat's own members: what a chunk's `delta` carries, and what a whole message sums up. */
export interface Delta {
  readonly content?: string;
  readonly refusal?: string;
  /** `reasoning_content`. */
  readonly reasoning?: string;
  readonly details?: readonly Detail[];
  /** JSON texts of annotations. */
  readonly annotations?: readonly string[];
  readonly call?: CallDelta;
}

/** An element of `reasoning_details` (OpenRouter's schema); `list` is an upstream's own, passed on as it is. */
export type Detail =
  | { readonly kind: 'text'; readonly index: number; readonly text: string }
  /** `text` is given where the reasoning has none, so that a signature without its text can be told from it. */
  | { readonly kind: 'signature'; readonly index: number; readonly signature: string; readonly text?: '' }
  | { readonly kind: 'encrypted'; readonly index: number; readonly data: string }
  | { readonly kind: 'list'; readonly json: string };

/** A tool call begins (`begin`), or a piece of its input. `index` is dense over the calls of a choice. */
export interface CallDelta {
  readonly index: number;
  readonly custom: boolean;
  readonly begin?: { readonly id: string; readonly name: string };
  readonly input: string;
}

type BlockEvent = Exclude<Extract<ChatEvent, { block: number }>, { type: 'open' }>;

interface Block {
  readonly head: BlockHead;
  /** Index among the reasoning details, or among the tool calls. */
  readonly index: number;
  /** Characters of visible text before this block. */
  readonly offset: number;
  /** Reasoning: whether the upstream's own details are passed on; undefined until its second event tells. */
  ownDetails: boolean | undefined;
  /** The first text of reasoning, until it is known whether an upstream's own details repeat it. */
  held: string;
  /** Whether a piece of its text went out. */
  worded: boolean;
  citations: Citation[];
  /** Whether a tool call got a piece of its input. */
  begun: boolean;
}

const NOTHING: readonly Delta[] = [];
const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Turns the events of one choice into deltas; the same for streams and for whole answers, so that both say the same. */
export class ChoiceDeltas {
  /** Tool calls so far. */
  calls = 0;
  readonly sealer: ReasoningSealer;
  readonly #idBase: string;
  readonly #blocks = new Map<number, Block>();
  #details = 0;
  #characters = 0;
  #refused = false;

  /** `idBase`: what ids of calls without one are derived from. */
  constructor(facts: AnswerFacts, idBase: string) {
    this.sealer = new ReasoningSealer(facts);
    this.#idBase = idBase;
  }

  open(number: number, head: BlockHead): readonly Delta[] {
    const reasons = head.kind === 'reasoning' || head.kind === 'redacted_thinking';
    const index = head.kind === 'tool_call' ? this.calls++ : reasons ? this.#details++ : 0;
    const offset = this.#characters;
    this.#blocks.set(number, {
      head,
      index,
      offset,
      ownDetails: undefined,
      held: '',
      worded: false,
      citations: [],
      begun: false,
    });
    if (head.kind !== 'tool_call') this.sealer.open(number, head);
    if (head.kind === 'redacted_thinking')
      return [{ details: [{ kind: 'encrypted', index, data: head.data }] }];
    if (head.kind !== 'tool_call') return NOTHING;
    const { name, custom } = head;
    const id = this.sealer.idOf(head.id === '' ? madeUpCallId(this.#idBase, index, name) : head.id);
    return [{ call: { index, custom, begin: { id, name }, input: '' } }];
  }

  see(event: BlockEvent): readonly Delta[] {
    const block = this.#blocks.get(event.block);
    if (block === undefined) return NOTHING;
    switch (event.type) {
      case 'text':
        return this.#text(event.block, block, event.text);
      case 'signature': {
        this.sealer.signature(event.block, event.signature);
        const { index, worded } = block;
        const { signature } = event;
        block.worded = true;
        const detail = {
          kind: 'signature',
          index,
          signature,
          ...(worded ? {} : { text: '' as const }),
        } as const;
        return [...flush(block), { details: [detail] }];
      }
      case 'details':
        block.ownDetails = true;
        block.held = '';
        return [{ details: [{ kind: 'list', json: event.json }] }];
      case 'citation':
        block.citations.push(event.citation);
        return NOTHING;
      case 'close':
        this.#blocks.delete(event.block);
        return this.#close(block);
    }
  }

  /** Before the finish reason: what blocks that never closed held back, and the explanation of a refusal. */
  end(explanation: string | undefined): readonly Delta[] {
    const deltas = [...this.#blocks.values()].flatMap((block) => this.#close(block));
    this.#blocks.clear();
    if (explanation === undefined || explanation === '' || this.#refused) return deltas;
    return [...deltas, { refusal: explanation }];
  }

  #text(number: number, block: Block, text: string): readonly Delta[] {
    const { head, index } = block;
    switch (head.kind) {
      case 'text':
        this.sealer.text(number, 'text', text);
        this.#characters += text.length - (text.match(PAIR)?.length ?? 0);
        return [{ content: text }];
      case 'refusal':
        this.#refused = true;
        return [{ refusal: text }];
      case 'tool_call':
        block.begun = true;
        return [{ call: { index, custom: head.custom, input: text } }];
      case 'reasoning':
        this.sealer.text(number, 'reasoning', text);
        block.worded = true;
        return [this.#reasoning(block, text)];
      default:
        return NOTHING;
    }
  }

  #reasoning(block: Block, text: string): Delta {
    if (block.ownDetails === true) return { reasoning: text };
    if (block.ownDetails === undefined && block.held === '') {
      block.held = text;
      return { reasoning: text };
    }
    const before = block.held;
    block.held = '';
    block.ownDetails = false;
    return { reasoning: text, details: [{ kind: 'text', index: block.index, text: before + text }] };
  }

  #close(block: Block): readonly Delta[] {
    const { head, index, offset } = block;
    if (head.kind === 'reasoning') return flush(block);
    if (head.kind === 'tool_call' && !head.custom && !block.begun) {
      return [{ call: { index, custom: false, input: '{}' } }];
    }
    const annotations = block.citations.flatMap((citation) => annotation(citation, offset, this.#characters));
    return annotations.length === 0 ? NOTHING : [{ annotations }];
  }
}

function flush(block: Block): readonly Delta[] {
  const text = block.held;
  block.held = '';
  return text === '' ? NOTHING : [{ details: [{ kind: 'text', index: block.index, text }] }];
}

/** `url_citation` for web pages; offsets are characters of the joined text, from the start of the cited block to its end. */
function annotation(citation: Citation, start: number, end: number): readonly string[] {
  if (citation.format === 'openai-chat') return [citation.raw];
  if (citation.url === undefined) return [];
  const place = jsonObject({
    start_index: String(start),
    end_index: String(end),
    url: jsonString(citation.url),
    title: jsonString(citation.title ?? ''),
  });
  return [jsonObject({ type: '"url_citation"', url_citation: place })];
}
