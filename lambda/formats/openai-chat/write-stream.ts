import type { ChatEvent } from '../../core/chat/events.ts';
import type { Usage } from '../../core/chat/usage.ts';
import { modelOfTarget } from '../../core/routing/target.ts';
import { jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import type { AnswerFacts, StreamWriter } from '../format.ts';
import { answerId, finishReason, usageJson, warningsJson } from './answer-words.ts';
import { ChoiceDeltas, type Delta } from './choice-deltas.ts';
import { deltaJson } from './write-delta.ts';

interface Choice {
  readonly index: number;
  readonly deltas: ChoiceDeltas;
  /** The first chunk, which tells the role, went out. */
  begun: boolean;
  finished: boolean;
}

/** Writes an answer as `chat.completion.chunk` events. Source: OpenAI API reference, "The chat completion chunk object". */
export class ChatStreamWriter implements StreamWriter {
  readonly #facts: AnswerFacts;
  readonly #choices = new Map<number, Choice>();
  #started: { readonly id: string; readonly model: string } | undefined;
  /** Everything of a chunk before its choices; the same for all chunks. */
  #head: string | undefined;
  #usage: Usage | undefined;

  constructor(facts: AnswerFacts) {
    this.#facts = facts;
  }

  write(event: ChatEvent): string {
    switch (event.type) {
      case 'start':
        this.#started ??= event;
        return '';
      case 'usage':
        this.#usage = event.usage;
        return '';
      case 'error':
      case 'done':
        return '';
      case 'finish':
        return this.#finish(event);
      case 'open':
        return this.#chunks(event.choice, (deltas) => deltas.open(event.block, event.head));
      default:
        return this.#chunks(event.choice, (deltas) => deltas.see(event));
    }
  }

  /** The usage chunk, where the caller asked for it. */
  finish(costUsd: string | undefined): string {
    if (!this.#facts.includeUsage || this.#usage === undefined) return '';
    return `data: ${this.#opening()}[],"usage":${usageJson(this.#usage, costUsd)}}\n\n`;
  }

  #chunks(index: number, step: (deltas: ChoiceDeltas) => readonly Delta[]): string {
    const choice = this.#choice(index);
    // Clients act on a finish reason at once, so nothing can follow it.
    if (choice.finished) return '';
    let text = '';
    for (const delta of step(choice.deltas))
      text += this.#begin(choice, delta) + this.#chunk(index, deltaJson(delta));
    return text;
  }

  /** OpenAI's first chunk has the role and an empty content, or null where the answer does not begin with text. */
  #begin(choice: Choice, delta: Delta | undefined): string {
    if (choice.begun) return '';
    choice.begun = true;
    const content = delta === undefined || delta.content !== undefined ? '""' : 'null';
    return this.#chunk(choice.index, `{"role":"assistant","content":${content},"refusal":null}`);
  }

  #finish(event: Extract<ChatEvent, { type: 'finish' }>): string {
    const choice = this.#choice(event.choice);
    if (choice.finished) return '';
    const { deltas } = choice;
    const before = this.#chunks(event.choice, () => deltas.end(event.explanation));
    choice.finished = true;
    const note = deltas.sealer.note;
    const reason = jsonObject({
      finish_reason: jsonString(finishReason(event.reason, deltas.calls)),
      native_finish_reason: jsonString(event.native),
      tollgate: stopSequenceJson(event.stopSequence),
    });
    const warnings = note === undefined ? '' : `,"tollgate":${warningsJson([note])}`;
    const last = `{"index":${event.choice},"delta":{},"logprobs":null,${reason.slice(1)}]`;
    return `${before}${this.#begin(choice, undefined)}data: ${this.#opening()}[${last}${this.#noUsage()}${warnings}}\n\n`;
  }

  #chunk(index: number, delta: string): string {
    const choice = `{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":null}`;
    return `data: ${this.#opening()}[${choice}]${this.#noUsage()}}\n\n`;
  }

  /** Where usage was asked for, every chunk but the last carries a null one. */
  #noUsage(): string {
    return this.#facts.includeUsage ? ',"usage":null' : '';
  }

  #opening(): string {
    if (this.#head === undefined) {
      const { requestId, created, target } = this.#facts;
      const head = jsonObject({
        id: jsonString(answerId(this.#started?.id ?? '', requestId)),
        object: '"chat.completion.chunk"',
        created: String(created),
        model: jsonString(modelOf(this.#started?.model, target)),
      });
      this.#head = `${head.slice(0, -1)},"choices":`;
    }
    return this.#head;
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      const base = `${answerId(this.#started?.id ?? '', this.#facts.requestId)}/${index}`;
      choice = { index, deltas: new ChoiceDeltas(this.#facts, base), begun: false, finished: false };
      this.#choices.set(index, choice);
    }
    return choice;
  }
}

/** The upstream's own name of the model; where it gave none, the target's. */
export function modelOf(told: string | undefined, target: string): string {
  return told === undefined || told === '' ? modelOfTarget(target) : told;
}

/** Which stop sequence was hit has no place in OpenAI's schema. */
export function stopSequenceJson(sequence: string | undefined): string | undefined {
  return sequence === undefined ? undefined : jsonObject({ stop_sequence: jsonValue(sequence) });
}
