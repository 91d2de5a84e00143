import type { TollgateError } from '../errors.ts';
import type { BlockHead, ChatEvent, FinishReason } from './events.ts';
import type { Usage } from './usage.ts';

/**
 * What is known of an answer so far. It decides two things for every format: whether the answer has committed, and
 * whether an end of the upstream's body is a normal one or a cut.
 */
export class Progress {
  /** Content, or a block that arrives whole, was seen in any choice. */
  content = false;
  /** The format's terminator was seen. */
  done = false;
  error: TollgateError | undefined;
  /** The last usage: providers that send several send running totals. */
  usage: Usage | undefined;
  /** UTF-8 bytes of everything generated, for a bound where usage never arrives. */
  outputBytes = 0;
  model: string | undefined;
  finish: FinishReason | undefined;
  readonly #finished = new Set<number>();
  readonly #choices: number;

  /** `choices`: how many answers were asked for. */
  constructor(choices: number) {
    this.#choices = choices;
  }

  see(event: ChatEvent): void {
    switch (event.type) {
      case 'text':
        this.content = true;
        this.outputBytes += Buffer.byteLength(event.text);
        return;
      case 'open':
        this.#open(event.head);
        return;
      case 'details':
        // Reasoning that is encrypted has no text beside it. Its bytes are not counted: elsewhere they repeat the text.
        this.content = true;
        return;
      case 'start':
        this.model ??= event.model;
        return;
      case 'finish':
        this.#finished.add(event.choice);
        this.finish ??= event.reason;
        return;
      case 'usage':
        this.usage = event.usage;
        return;
      case 'error':
        this.error ??= event.error;
        return;
      case 'done':
        this.done = true;
    }
  }

  /** Every choice has its finish reason, so a clean end of the body without a terminator is still a normal end. */
  get finished(): boolean {
    return this.#finished.size >= this.#choices;
  }

  #open(head: BlockHead): void {
    if (head.kind === 'tool_call') {
      this.content = true;
      this.outputBytes += Buffer.byteLength(head.name);
    } else if (head.kind === 'redacted_thinking' || head.kind === 'opaque') {
      this.content = true;
      this.outputBytes += Buffer.byteLength(head.kind === 'opaque' ? head.json : head.data);
    }
  }
}
