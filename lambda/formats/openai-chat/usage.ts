import type { Usage } from '../../core/chat/usage.ts';
import { countIn, isRecord } from '../../core/json-value.ts';

/**
 * Reads the `usage` object of OpenAI's chat completions and of what speaks its language. Source: OpenAI API reference,
 * "The chat completion object"; DeepSeek's `prompt_cache_hit_tokens`. Undefined if it does not carry both totals.
 *
 * `prompt_tokens` includes cached and cache-written tokens and `completion_tokens` includes reasoning; servers that
 * count it beside are recognised by their `total_tokens`. OpenRouter counts reasoning apart and may find more of it than
 * there is output: where the total has no room for it, it is a part.
 */
export function readUsage(raw: unknown): Usage | undefined {
  if (!isRecord(raw)) return undefined;
  const prompt = countIn(raw['prompt_tokens']);
  const completion = countIn(raw['completion_tokens']);
  if (prompt === undefined || completion === undefined) return undefined;
  const details = isRecord(raw['prompt_tokens_details']) ? raw['prompt_tokens_details'] : {};
  const cacheRead = countIn(details['cached_tokens']) ?? countIn(raw['prompt_cache_hit_tokens']) ?? 0;
  const cacheWrite = countIn(details['cache_write_tokens']) ?? 0;
  const completionDetails = isRecord(raw['completion_tokens_details'])
    ? raw['completion_tokens_details']
    : {};
  const counted = countIn(completionDetails['reasoning_tokens']) ?? 0;
  const total = countIn(raw['total_tokens']);
  const beside =
    counted > 0 &&
    (total === prompt + completion + counted || (counted > completion && total !== prompt + completion));
  const reasoning = beside ? counted : Math.min(counted, completion);
  return {
    input: Math.max(0, prompt - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    cacheWriteLong: 0,
    output: beside ? completion : completion - reasoning,
    reasoning,
  };
}
