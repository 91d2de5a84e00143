import type { ChatEvent } from '../../core/chat/events.ts';
import { invalidAnswer } from '../../core/chat/reading.ts';
import { isRecord } from '../../core/json-value.ts';
import { OpenBlocks } from './blocks.ts';
import { readErrorObject } from './errors.ts';
import { readUsage } from './usage.ts';

/** What a whole answer (`chat.completion`) says. Source: OpenAI API reference, "The chat completion object". */
export function readAnswer(target: string, value: unknown): readonly ChatEvent[] {
  const blocks = new OpenBlocks();
  const events = readObject(target, value, blocks);
  if (isRecord(value) && !Array.isArray(value['choices']))
    events.push(invalidAnswer(target, 'it has no choices'));
  if (!events.some(({ type }) => type === 'error')) blocks.closeAll(events);
  return events;
}

/**
 * What an answer object says, whole (`choices[].message`) or one chunk of a stream (`choices[].delta`): the same reading
 * serves both, since the two differ only in that name. `blocks` remembers what earlier chunks opened.
 */
export function readObject(target: string, value: unknown, blocks: OpenBlocks): ChatEvent[] {
  if (!isRecord(value)) return [invalidAnswer(target, 'the answer is no JSON object')];
  const events: ChatEvent[] = [];
  const choices = value['choices'];
  const error = errorIn(value);
  if (!blocks.started) start(value, blocks, events);
  if (Array.isArray(choices)) for (const choice of choices) readChoice(choice, blocks, events);
  if (value['usage'] !== undefined) {
    const usage = readUsage(value['usage']);
    if (usage !== undefined) events.push({ type: 'usage', usage });
  }
  // Last, because it ends the answer: OpenRouter sends what was used, and a finish reason, beside it.
  if (error !== undefined) {
    return [
      ...events.filter(({ type }) => type === 'usage'),
      { type: 'error', error: readErrorObject(target, error) },
    ];
  }
  return events;
}

/**
 * What an answer object says of a failure: `error`, or as OpenRouter does inside a choice, or the object itself is one, as
 * older vLLM and Mistral write it (`object: "error"`) and what is built on FastAPI (`detail`).
 */
function errorIn(value: Readonly<Record<string, unknown>>): unknown {
  const { choices, error } = value;
  if (error !== undefined && error !== null) return error;
  if (value['object'] === 'error') return value;
  if (!Array.isArray(choices)) return value['usage'] === undefined ? detailOf(value) : undefined;
  for (const choice of choices) {
    if (!isRecord(choice)) continue;
    if (isRecord(choice['error'])) return choice['error'];
    const broken = BROKEN.get(choice['finish_reason']);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** Finish reasons that tell of a failure: vLLM, Mistral and OpenRouter; DeepSeek. */
const BROKEN: ReadonlyMap<unknown, unknown> = new Map([
  ['error', { message: 'the model failed while it answered' }],
  [
    'insufficient_system_resource',
    { message: 'the server ran out of resources while it answered', code: 503 },
  ],
]);

function isDetail(detail: unknown): boolean {
  return typeof detail === 'string' || Array.isArray(detail);
}

function detailOf(value: Readonly<Record<string, unknown>>): unknown {
  return typeof value['message'] === 'string' || isDetail(value['detail']) ? value : undefined;
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
  const { delta, message } = choice;
  if (isRecord(delta)) readSaid(index, delta, false, blocks, events);
  // Some servers end a stream with the whole message, which repeats what its pieces said.
  else if (isRecord(message) && !blocks.begun(index)) readSaid(index, message, true, blocks, events);
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
  whole: boolean,
  blocks: OpenBlocks,
  events: ChatEvent[],
): void {
  readReasoning(index, said, blocks, events);
  blocks.text(events, index, 'text', said['content']);
  blocks.text(events, index, 'refusal', said['refusal']);
  if (said['annotations'] !== undefined) blocks.citations(events, index, said['annotations']);
  const calls = said['tool_calls'];
  if (Array.isArray(calls)) {
    for (const [place, call] of calls.entries()) {
      // Calls that come together without an index are as many calls.
      const apart = whole || (place > 0 && isRecord(call) && typeof call['index'] !== 'number');
      blocks.toolCall(events, index, call, apart);
    }
  }
  const old = said['function_call'];
  if (isRecord(old)) blocks.toolCall(events, index, { function: old }, whole);
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
  const told = said['reasoning_content'];
  const text = told === '' || told === null || told === undefined ? said['reasoning'] : told;
  if (typeof text === 'string') blocks.text(events, index, 'reasoning', text);
  else if (isRecord(text)) blocks.text(events, index, 'reasoning', text['text']);
  const details = said['reasoning_details'];
  if (Array.isArray(details) && details.length > 0) blocks.details(events, index, details);
}
