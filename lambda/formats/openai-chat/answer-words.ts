import type { FinishReason } from '../../core/chat/events.ts';
import { shortHash } from '../../core/chat/short-hash.ts';
import { inputOf, type Usage } from '../../core/chat/usage.ts';
import { jsonObject, jsonString } from '../../wire/json-write.ts';

/** The `format` under which OpenRouter's schema tells Claude's signed reasoning apart from other models'. */
export const SIGNED_FORMAT = 'anthropic-claude-v1';

/** `finish_reason` of OpenAI's published schema for each of our reasons; the native value stands beside it. */
const FINISH: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  context_window: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  pause: 'stop',
  malformed: 'stop',
  other: 'stop',
};

/**
 * Clients run tools only where the reason is `tool_calls`, so it is said whenever calls are present and complete; after
 * `length` or a filter the arguments may be cut off, and without a call there is nothing to run.
 */
export function finishReason(reason: FinishReason, calls: number): string {
  const said = FINISH[reason];
  if (said === 'stop' && calls > 0) return 'tool_calls';
  return said === 'tool_calls' && calls === 0 ? 'stop' : said;
}

/** `chatcmpl-…`: from the upstream's own id, so that both can be found in one another's logs. */
export function answerId(upstreamId: string, requestId: string): string {
  if (upstreamId.startsWith('chatcmpl-')) return upstreamId;
  return `chatcmpl-${upstreamId === '' ? requestId : upstreamId}`;
}

/** An id for a call that its upstream gave none: the same answer gives the same id again. */
export function madeUpCallId(...from: readonly (string | number)[]): string {
  return `call_${shortHash(from.join('\n'))}`;
}

const NUMBER = /^(0|[1-9]\d*)(\.\d+)?$/;

/**
 * Usage as OpenAI counts it: caches inside the prompt, reasoning inside the completion. `cost` is OpenRouter's member,
 * in US dollars.
 */
export function usageJson(usage: Usage, costUsd: string | undefined): string {
  const prompt = inputOf(usage);
  const completion = usage.output + usage.reasoning;
  return jsonObject({
    prompt_tokens: String(prompt),
    completion_tokens: String(completion),
    total_tokens: String(prompt + completion),
    prompt_tokens_details: jsonObject({
      cached_tokens: String(usage.cacheRead),
      cache_write_tokens: String(usage.cacheWrite + usage.cacheWriteLong),
    }),
    completion_tokens_details: jsonObject({ reasoning_tokens: String(usage.reasoning) }),
    cost: costUsd !== undefined && NUMBER.test(costUsd) ? costUsd : undefined,
  });
}

/** Our own member of an answer. */
export function warningsJson(warnings: readonly string[]): string | undefined {
  if (warnings.length === 0) return undefined;
  return jsonObject({ warnings: `[${warnings.map(jsonString).join(',')}]` });
}
