import type { ChatEvent } from '../../core/chat/events.ts';
import { TollgateError } from '../../core/errors.ts';
import { OpenBlocks } from './blocks.ts';
import { readErrorObject } from './errors.ts';
import { isRecord, readUsage } from './usage.ts';

/** What a whole answer (`chat.completion`) says. Source: OpenAI API reference, "The chat completion object". */
export function readAnswer(target: string, value: unknown): readonly ChatEvent[] {
  const blocks = new OpenBlocks();
  const events = readObject(target, value, blocks);
  if (!events.some(({ type }) => type === 'error')) blocks.closeAll(events);
  return events;
}

/**
 * What an answer object says, whole (`choices[].message`) or one chunk of a stream (`choices[].delta`): the same reading
 * serves both, since the two differ only in that name. `blocks` remembers what earlier chunks opened.
 */
export function readObject(target: string, value: unknown, blocks: OpenBlocks): ChatEvent[] {
  if (!isRecord(value)) return [invalid(target, 'the answer is no JSON object')];
  const events: ChatEvent[] = [];
  const choices = value['choices'];
  const error = value['error'];
  if (!blocks.started) start(value, blocks, events);
  if (Array.isArray(choices)) for (const choice of choices) readChoice(choice, blocks, events);
  if (value['usage'] !== undefined) {
    const usage = readUsage(value['usage']);
    if (usage !== undefined) events.push({ type: 'usage', usage });
  }
  // Last, because it ends the answer: OpenRouter sends what was used, and a finish reason, beside it.
  if (error !== undefined && error !== null) {
    return [
      ...events.filter(({ type }) => type === 'usage'),
      { type: 'error', error: readErrorObject(target, error) },
    ];
  }
  return events;
}

/** Whether an answer object is nothing but usage: the extra event of `stream_options.include_usage`. */
export function isUsageOnly(value: unknown): boolean {
  if (!isRecord(value) || !isRecord(value['usage'])) return false;
  const choices = value['choices'];
  return !Array.isArray(choices) || choices.length === 0;
}

/** Azure's first event, which only tells of its filter, has an empty id and model; the start comes with the next one. */
function start(value: Readonly<Record<string, unknown>>, blocks: OpenBlocks, events: ChatEvent[]): void {
  const id = value['id'];
  const model = value['model'];
  if (typeof id !== 'string' || typeof model !== 'string' || (id === '' && model === '')) return;
  blocks.started = true;
  events.push({ type: 'start', id, model });
}

function readChoice(choice: unknown, blocks: OpenBlocks, events: ChatEvent[]): void {
  if (!isRecord(choice)) return;
  const index = typeof choice['index'] === 'number' ? choice['index'] : 0;
  const said = choice['delta'] ?? choice['message'];
  if (isRecord(said)) readSaid(index, said, blocks, events);
  else if (typeof choice['text'] === 'string') blocks.text(events, index, 'text', choice['text']);
  const finish = choice['finish_reason'];
  if (typeof finish === 'string' && finish !== '') {
    blocks.close(events, index);
    events.push(blocks.finish(index, finish, choice));
  }
}

function readSaid(
  index: number,
  said: Readonly<Record<string, unknown>>,
  blocks: OpenBlocks,
  events: ChatEvent[],
): void {
  readReasoning(index, said, blocks, events);
  blocks.text(events, index, 'text', said['content']);
  blocks.text(events, index, 'refusal', said['refusal']);
  if (said['annotations'] !== undefined) blocks.citations(events, index, said['annotations']);
  const calls = said['tool_calls'];
  if (Array.isArray(calls)) {
    for (const call of calls) blocks.toolCall(events, index, call);
  }
  if (isRecord(said['function_call'])) blocks.toolCall(events, index, { function: said['function_call'] });
  if (isRecord(said['audio'])) blocks.opaque(events, index, 'audio', said['audio']);
}

/**
 * One text under several names: DeepSeek and vLLM write reasoning_content, OpenRouter and newer vLLM reasoning, some an
 * object with a text (Envoy). `reasoning_details` carries it again, with signatures.
 */
function readReasoning(
  index: number,
  said: Readonly<Record<string, unknown>>,
  blocks: OpenBlocks,
  events: ChatEvent[],
): void {
  const text = said['reasoning_content'] ?? said['reasoning'];
  if (typeof text === 'string') blocks.text(events, index, 'reasoning', text);
  else if (isRecord(text)) blocks.text(events, index, 'reasoning', text['text']);
  const details = said['reasoning_details'];
  if (Array.isArray(details) && details.length > 0) blocks.details(events, index, details);
}

export function invalid(target: string, what: string): ChatEvent {
  return {
    type: 'error',
    error: new TollgateError('upstream_invalid', `${target} sent an answer that cannot be read: ${what}`),
  };
}
