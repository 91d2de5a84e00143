import type { BlockHead, ChatEvent, Citation } from './events.ts';
import type { Usage } from './usage.ts';

/** A whole answer, put together from its events: what a writer of a format without streaming works on. */
export interface WholeAnswer {
  /** The upstream's own id and model; empty where it gave none. */
  readonly id: string;
  readonly model: string;
  /** In the order of their indexes. */
  readonly choices: readonly WholeChoice[];
  /** The last usage told. */
  readonly usage: Usage | undefined;
}

export interface WholeChoice {
  readonly index: number;
  /** In their order of opening. */
  readonly blocks: readonly AnswerBlock[];
  /** The first finish told; undefined where the answer has none. */
  readonly finish: Extract<ChatEvent, { type: 'finish' }> | undefined;
}

export interface AnswerBlock {
  readonly head: BlockHead;
  /** All pieces joined: text, reasoning, refusal, or the raw text of a tool's arguments. */
  readonly text: string;
  readonly signature: string | undefined;
  /** OpenRouter's `reasoning_details`: one raw JSON list, joined where several came. */
  readonly details: string | undefined;
  readonly citations: readonly Citation[];
}

interface OpenBlock {
  readonly head: BlockHead;
  readonly pieces: string[];
  readonly signatures: string[];
  readonly details: string[];
  readonly citations: Citation[];
}

interface OpenChoice {
  readonly blocks: Map<number, OpenBlock>;
  finish: WholeChoice['finish'];
}

/** Folds the events of a whole answer, or of a whole stream, into its blocks. Events of blocks never opened are ignored. */
export function foldAnswer(events: readonly ChatEvent[]): WholeAnswer {
  let id = '';
  let model = '';
  let usage: Usage | undefined;
  const choices = new Map<number, OpenChoice>();
  for (const event of events) {
    if (event.type === 'start') {
      if (id === '') id = event.id;
      if (model === '') model = event.model;
    } else if (event.type === 'usage') usage = event.usage;
    else if (event.type !== 'error' && event.type !== 'done') see(choiceOf(choices, event.choice), event);
  }
  const inOrder = [...choices].sort(([a], [b]) => a - b);
  return { id, model, usage, choices: inOrder.map(([index, choice]) => whole(index, choice)) };
}

function choiceOf(choices: Map<number, OpenChoice>, index: number): OpenChoice {
  let choice = choices.get(index);
  if (choice === undefined) {
    choice = { blocks: new Map(), finish: undefined };
    choices.set(index, choice);
  }
  return choice;
}

function see(choice: OpenChoice, event: Extract<ChatEvent, { choice: number }>): void {
  if (event.type === 'finish') {
    choice.finish ??= event;
    return;
  }
  if (event.type === 'open') {
    choice.blocks.set(event.block, {
      head: event.head,
      pieces: [],
      signatures: [],
      details: [],
      citations: [],
    });
    return;
  }
  const block = choice.blocks.get(event.block);
  if (block === undefined) return;
  if (event.type === 'text') block.pieces.push(event.text);
  else if (event.type === 'signature') block.signatures.push(event.signature);
  else if (event.type === 'details') block.details.push(event.json);
  else if (event.type === 'citation') block.citations.push(event.citation);
}

function whole(index: number, { blocks, finish }: OpenChoice): WholeChoice {
  return {
    index,
    finish,
    blocks: [...blocks.values()].map(({ head, pieces, signatures, details, citations }) => ({
      head,
      text: pieces.join(''),
      signature: signatures.length === 0 ? undefined : signatures.join(''),
      details: joinLists(details),
      citations,
    })),
  };
}

/** Several raw JSON lists as one, without reading what is in them; undefined where nothing is. */
export function joinLists(lists: readonly string[]): string | undefined {
  const inner = lists.map((list) => list.trim().slice(1, -1).trim()).filter((text) => text !== '');
  return inner.length === 0 ? undefined : `[${inner.join(',')}]`;
}
