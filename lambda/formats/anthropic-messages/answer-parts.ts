import type { BlockHead, ChatEvent, Citation, FinishReason } from '../../core/chat/events.ts';
import { inputObject } from '../../core/chat/tool-input.ts';
import type { Usage } from '../../core/chat/usage.ts';
import { jsonObject, jsonString } from '../../wire/json-write.ts';

/** The parts that a whole answer and a stream have in common. Source: Anthropic API reference, "Create a Message". */

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  context_window: 'model_context_window_exceeded',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  malformed: 'end_turn',
  other: 'end_turn',
};

export type Finish = Extract<ChatEvent, { type: 'finish' }>;

/**
 * How the answer ended, as members of a message or of its last delta. Some upstreams say `stop` behind a tool call, and
 * clients run a tool only when the reason says so, so the blocks decide between these two.
 */
export function stopMembers(finish: Finish | undefined, hasCalls: boolean): Readonly<Record<string, string>> {
  const reason = finish?.reason ?? 'other';
  let told = STOP_REASONS[reason];
  if (told === 'end_turn' && hasCalls && reason !== 'malformed') told = 'tool_use';
  if (told === 'tool_use' && !hasCalls) told = 'end_turn';
  const details = jsonObject({
    type: jsonString('refusal'),
    category: 'null',
    explanation: finish?.explanation === undefined ? 'null' : jsonString(finish.explanation),
  });
  const stop = finish?.stopSequence;
  return {
    stop_reason: jsonString(told),
    stop_sequence: told === 'stop_sequence' && stop !== undefined ? jsonString(stop) : 'null',
    stop_details: told === 'refusal' ? details : 'null',
  };
}

const NOTHING: Usage = { input: 0, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0, reasoning: 0 };

/** Usage as the last delta of a stream tells it: totals of the whole answer. */
export function usageMembers(usage: Usage = NOTHING): Readonly<Record<string, string>> {
  return {
    input_tokens: String(usage.input),
    cache_creation_input_tokens: String(usage.cacheWrite + usage.cacheWriteLong),
    cache_read_input_tokens: String(usage.cacheRead),
    output_tokens: String(usage.output + usage.reasoning),
    output_tokens_details:
      usage.reasoning === 0 ? 'null' : jsonObject({ thinking_tokens: String(usage.reasoning) }),
    server_tool_use: 'null',
  };
}

/** Usage as a message tells it. */
export function messageUsage(usage: Usage = NOTHING): string {
  return jsonObject({
    ...usageMembers(usage),
    cache_creation: jsonObject({
      ephemeral_5m_input_tokens: String(usage.cacheWrite),
      ephemeral_1h_input_tokens: String(usage.cacheWriteLong),
    }),
    inference_geo: 'null',
    service_tier: 'null',
  });
}

/** Anthropic's own citations as raw JSON; those of other formats have no place in a message. */
export function ownCitations(citations: readonly Citation[]): readonly string[] {
  return citations.filter(({ format }) => format === 'anthropic-messages').map(({ raw }) => raw);
}

/** A tool call whose input is not known yet, or is `input`. */
export function toolUse(id: string, name: string, input: string): string {
  return jsonObject({
    type: jsonString('tool_use'),
    id: jsonString(id),
    name: jsonString(name),
    input,
    caller: '{"type":"direct"}',
  });
}

/** A block of this format that an upstream gave whole; undefined for a block of another format. */
export function rawBlock(head: BlockHead): string | undefined {
  if (head.kind === 'redacted_thinking')
    return jsonObject({ type: jsonString('redacted_thinking'), data: jsonString(head.data) });
  return head.kind === 'opaque' && head.format === 'anthropic-messages' ? head.json : undefined;
}

/** A call's input with its own bytes; a model also writes null for none. */
export function inputOf(text: string): string {
  return text.trim() === 'null' ? '{}' : inputObject(text);
}
