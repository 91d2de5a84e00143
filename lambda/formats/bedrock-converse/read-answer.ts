import type { ChatEvent } from '../../core/chat/events.ts';
import { invalidAnswer } from '../../core/chat/reading.ts';
import { isRecord } from '../../core/json-value.ts';
import { modelOfTarget } from '../../core/routing/target.ts';
import { scanJson } from '../../wire/json-scan.ts';
import { JsonTape } from '../../wire/json-tape.ts';
import { ConverseBlocks } from './blocks.ts';
import { finishEvent } from './finish.ts';
import { readUsage } from './usage.ts';

/** Nesting of an answer up to which arguments are cut from its bytes; those of a deeper one are printed anew. */
const MAX_DEPTH = 256;

/**
 * What a whole answer of Converse says. Source: AWS, Bedrock API reference, "Converse". Arguments of tool calls are JSON
 * there: with `body`, the bytes that `value` was parsed from, they keep their own spelling.
 */
export function readAnswer(target: string, value: unknown, body?: Uint8Array): readonly ChatEvent[] {
  const output = isRecord(value) ? value['output'] : undefined;
  const message = isRecord(output) ? output['message'] : undefined;
  if (!isRecord(value) || !isRecord(message) || !Array.isArray(message['content'])) {
    return [invalidAnswer(target, 'the answer holds no message')];
  }
  const blocks = new ConverseBlocks();
  const events: ChatEvent[] = [startEvent(target)];
  const inputs = new RawInputs(body);
  for (const [index, block] of message['content'].entries()) {
    if (isRecord(block)) readBlock(blocks, events, index, block, inputs);
    blocks.close(events, index);
  }
  const finish = finishEvent(
    target,
    value['stopReason'],
    value['additionalModelResponseFields'],
    value['trace'],
    blocks,
  );
  if (finish.type === 'error') return [finish];
  events.push(finish);
  const usage = readUsage(value['usage']);
  if (usage !== undefined) events.push({ type: 'usage', usage });
  return events;
}

/** Converse names neither the answer nor the model, so the model is the one that was asked. */
export function startEvent(target: string): ChatEvent {
  return { type: 'start', id: '', model: modelOfTarget(target) };
}

function readBlock(
  blocks: ConverseBlocks,
  events: ChatEvent[],
  index: number,
  block: Readonly<Record<string, unknown>>,
  inputs: RawInputs,
): void {
  const { text, toolUse, reasoningContent, citationsContent } = block;
  if (typeof text === 'string') blocks.text(events, index, 'text', text);
  else if (isRecord(toolUse)) {
    blocks.toolCall(events, index, toolUse);
    blocks.input(events, index, inputs.text(index, toolUse['input'] ?? {}));
  } else if (isRecord(reasoningContent)) readReasoning(blocks, events, index, reasoningContent);
  else if (isRecord(citationsContent)) readCited(blocks, events, index, citationsContent);
  else {
    const [type] = Object.keys(block);
    if (type !== undefined) blocks.opaque(events, type, block);
  }
}

function readReasoning(
  blocks: ConverseBlocks,
  events: ChatEvent[],
  index: number,
  reasoning: Readonly<Record<string, unknown>>,
): void {
  const said = reasoning['reasoningText'];
  if (isRecord(said)) {
    blocks.text(events, index, 'reasoning', said['text']);
    blocks.signature(events, index, said['signature']);
  }
  blocks.redacted(events, index, reasoning['redactedContent']);
}

/** A text with its sources. In streams they come before the text, and so here. */
function readCited(
  blocks: ConverseBlocks,
  events: ChatEvent[],
  index: number,
  cited: Readonly<Record<string, unknown>>,
): void {
  const citations = Array.isArray(cited['citations']) ? cited['citations'] : [];
  const content = Array.isArray(cited['content']) ? cited['content'] : [];
  for (const citation of citations) blocks.citation(events, index, citation);
  for (const part of content) if (isRecord(part)) blocks.text(events, index, 'text', part['text']);
}

/** Arguments as they are written in the answer's bytes, which are scanned when the first are asked for. */
class RawInputs {
  readonly #body: Uint8Array | undefined;
  #tape: JsonTape | undefined;
  #scanned = false;

  constructor(body: Uint8Array | undefined) {
    this.#body = body;
  }

  text(index: number, value: unknown): string {
    const tape = this.#scan();
    const token = tape?.find(['output', 'message', 'content', index, 'toolUse', 'input']);
    return tape === undefined || token === undefined ? JSON.stringify(value) : tape.raw(token);
  }

  #scan(): JsonTape | undefined {
    if (!this.#scanned && this.#body !== undefined) {
      const tape = scanJson(this.#body, MAX_DEPTH);
      if (tape instanceof JsonTape) this.#tape = tape;
    }
    this.#scanned = true;
    return this.#tape;
  }
}
