import type { ChatEvent, FinishReason } from '../../core/chat/events.ts';
import { TollgateError } from '../../core/errors.ts';
import { isRecord } from '../../core/json-value.ts';

/** Source: AWS, Bedrock API reference, "StopReason" of Converse. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop_sequence',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'context_window',
  guardrail_intervened: 'content_filter',
  content_filtered: 'content_filter',
  malformed_model_output: 'malformed',
  malformed_tool_use: 'malformed',
  // Claude's own, where Converse passes them on.
  refusal: 'refusal',
  pause_turn: 'pause',
};

/** What an answer held when it stopped. */
export interface Held {
  readonly content: boolean;
  readonly toolCalls: boolean;
}

/** The end of an answer: `stopReason`, the fields that were asked for, and the guardrail's trace. */
export function finishEvent(
  target: string,
  stopReason: unknown,
  fields: unknown,
  trace: unknown,
  held: Held,
): ChatEvent {
  const native = typeof stopReason === 'string' ? stopReason : '';
  const known = REASONS[native] ?? 'other';
  if (known === 'malformed' && !held.content) {
    return {
      type: 'error',
      error: new TollgateError(
        'upstream_invalid',
        `${target} could not read its own model's output (${native})`,
        {
          upstream: { type: native, code: null },
          details: { target },
        },
      ),
    };
  }
  const stopSequence = stopSequenceIn(fields);
  const explanation = known === 'content_filter' ? explanationIn(trace) : undefined;
  return {
    type: 'finish',
    choice: 0,
    // Some models end with `end_turn` after a tool call.
    reason: known === 'stop' && held.toolCalls ? 'tool_calls' : known,
    native,
    ...(stopSequence === undefined ? {} : { stopSequence }),
    ...(explanation === undefined ? {} : { explanation }),
  };
}

/** Claude's `stop_sequence`, asked for by two paths because streams keep it one level deeper. */
function stopSequenceIn(fields: unknown): string | undefined {
  if (!isRecord(fields)) return undefined;
  const delta = isRecord(fields['delta']) ? fields['delta'] : {};
  const found = fields['stop_sequence'] ?? delta['stop_sequence'];
  return typeof found === 'string' ? found : undefined;
}

/** The guardrail's own words. Nothing else of its trace is relayed: it quotes the personal data that was found. */
function explanationIn(trace: unknown): string | undefined {
  const guardrail = isRecord(trace) ? trace['guardrail'] : undefined;
  const reason = isRecord(guardrail) ? guardrail['actionReason'] : undefined;
  return typeof reason === 'string' && reason !== '' ? reason : undefined;
}
