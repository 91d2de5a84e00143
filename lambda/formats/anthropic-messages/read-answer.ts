import type { ChatEvent, FinishReason } from '../../core/chat/events.ts';
import { invalidAnswer } from '../../core/chat/reading.ts';
import { isRecord } from '../../core/json-value.ts';
import { readErrorObject } from './errors.ts';
import { rawJson } from './raw.ts';
import { AnswerBlocks } from './read-answer-blocks.ts';
import { readUsage } from './usage.ts';

/**
 * What a whole answer (`message`) says. Source: Anthropic API reference, "Create a Message". With `body`, the bytes that
 * `value` was parsed from, tool arguments and blocks that only this format knows keep their own text.
 */
export function readAnswer(target: string, value: unknown, body?: Uint8Array): readonly ChatEvent[] {
  if (!isRecord(value)) return [invalidAnswer(target, 'the answer is no JSON object')];
  if (value['type'] === 'error' || isRecord(value['error'])) {
    return [{ type: 'error', error: readErrorObject(target, value['error']) }];
  }
  const content = value['content'];
  if (!Array.isArray(content)) return [invalidAnswer(target, 'the answer has no list of content blocks')];
  const events: ChatEvent[] = [startEvent(value)];
  const blocks = new AnswerBlocks(events);
  const raw = rawJson(body, 'content');
  for (const [index, block] of content.entries()) {
    if (!isRecord(block)) continue;
    blocks.start(index, block, raw.under(index));
    blocks.stop(index);
  }
  events.push(finishEvent(value, blocks.calls));
  const usage = readUsage(value['usage']);
  if (usage !== undefined) events.push({ type: 'usage', usage });
  return events;
}

/** The start of an answer, from a whole `message` or from the one of `message_start`. */
export function startEvent(message: Readonly<Record<string, unknown>>): ChatEvent {
  const { id, model } = message;
  return {
    type: 'start',
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
  };
}

/** Why an answer ended, from a whole `message` or the `delta` of `message_delta`. */
export function finishEvent(from: Readonly<Record<string, unknown>>, calls: boolean): ChatEvent {
  const native = typeof from['stop_reason'] === 'string' ? from['stop_reason'] : '';
  const stop = from['stop_sequence'];
  const details = isRecord(from['stop_details']) ? from['stop_details'] : {};
  const explanation = details['explanation'];
  return {
    type: 'finish',
    choice: 0,
    reason: finishReason(native, calls),
    native,
    ...(typeof stop === 'string' ? { stopSequence: stop } : {}),
    ...(typeof explanation === 'string' && explanation !== '' ? { explanation } : {}),
  };
}

function finishReason(native: string, calls: boolean): FinishReason {
  switch (native) {
    case '':
    case 'end_turn':
      // Servers that only resemble the API end a turn with calls this way, or give no reason at all.
      return calls ? 'tool_calls' : 'stop';
    case 'tool_use':
      return 'tool_calls';
    case 'stop_sequence':
    case 'refusal':
      return native;
    case 'max_tokens':
      return 'length';
    case 'model_context_window_exceeded':
      return 'context_window';
    case 'pause_turn':
    case 'compaction':
      return 'pause';
    default:
      return 'other';
  }
}
