import type { ChatEvent, FinishReason } from '../../core/chat/events.ts';
import { TollgateError } from '../../core/errors.ts';
import { readErrorObject } from './errors.ts';
import { isRecord, readUsage } from './usage.ts';

/**
 * What an answer object says, whole (`choices[].message`) or one chunk of a stream (`choices[].delta`): the same reading
 * serves both, since the two differ only in that name. Source: OpenAI API reference, "chat.completion" and
 * "chat.completion.chunk".
 */
export function readAnswer(target: string, value: unknown): ChatEvent[] {
  if (!isRecord(value)) return [invalid(target, 'the answer is no JSON object')];
  const events: ChatEvent[] = [];
  const id = value['id'];
  const model = value['model'];
  const choices = value['choices'];
  const error = value['error'];
  if (typeof id === 'string' && typeof model === 'string') events.push({ type: 'start', id, model });
  if (Array.isArray(choices)) for (const choice of choices) readChoice(choice, events);
  const usage = readUsage(value['usage']);
  if (usage !== undefined) events.push({ type: 'usage', usage });
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

function readChoice(choice: unknown, events: ChatEvent[]): void {
  if (!isRecord(choice)) return;
  const index = typeof choice['index'] === 'number' ? choice['index'] : 0;
  const said = choice['delta'] ?? choice['message'];
  if (isRecord(said)) readSaid(index, said, events);
  else if (typeof choice['text'] === 'string') content(events, index, 'text', choice['text']);
  const finish = choice['finish_reason'];
  if (typeof finish === 'string' && finish !== '') {
    events.push({ type: 'finish', choice: index, reason: finishReason(finish), native: finish });
  }
}

function readSaid(index: number, said: Readonly<Record<string, unknown>>, events: ChatEvent[]): void {
  content(events, index, 'text', said['content']);
  content(events, index, 'refusal', said['refusal']);
  // One text under several names: DeepSeek and vLLM write reasoning_content, OpenRouter and newer vLLM reasoning.
  const reasoning = said['reasoning_content'] ?? said['reasoning'];
  content(events, index, 'reasoning', reasoning);
  if (reasoning === undefined || reasoning === null)
    content(events, index, 'reasoning', said['reasoning_details']);
  content(events, index, 'text', said['audio']);
  const calls = said['tool_calls'];
  if (Array.isArray(calls)) for (const call of calls) content(events, index, 'tool_call', functionOf(call));
  content(events, index, 'tool_call', functionOf(said));
}

/** `{function: {name, arguments}}` or `{custom: {name, input}}` of a tool call; `{function_call: ...}` of old answers. */
function functionOf(call: unknown): string | undefined {
  if (!isRecord(call)) return undefined;
  const made = call['function'] ?? call['custom'] ?? call['function_call'];
  if (!isRecord(made)) return undefined;
  const args = made['arguments'] ?? made['input'];
  return (typeof made['name'] === 'string' ? made['name'] : '') + (typeof args === 'string' ? args : '');
}

function content(
  events: ChatEvent[],
  choice: number,
  kind: 'text' | 'refusal' | 'reasoning' | 'tool_call',
  piece: unknown,
): void {
  if (piece === undefined || piece === null || piece === '') return;
  const text = typeof piece === 'string' ? piece : JSON.stringify(piece);
  if (text === '[]' || text === '{}') return;
  events.push({ type: 'content', choice, kind, bytes: Buffer.byteLength(text) });
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
    default:
      return 'other';
  }
}

export function invalid(target: string, what: string): ChatEvent {
  return {
    type: 'error',
    error: new TollgateError('upstream_invalid', `${target} sent an answer that cannot be read: ${what}`),
  };
}
