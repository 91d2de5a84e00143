import type { Usage } from '../../core/chat/usage.ts';
import { countIn, isRecord } from '../../core/json-value.ts';

/**
 * Reads `usage` of Converse (AWS, Bedrock API reference, "TokenUsage"). `inputTokens` leaves the cache out, and
 * `cacheDetails` splits what was written by its time to live. Reasoning is not counted apart. Undefined if it does not
 * carry both totals.
 */
export function readUsage(raw: unknown): Usage | undefined {
  if (!isRecord(raw)) return undefined;
  const input = countIn(raw['inputTokens']);
  const output = countIn(raw['outputTokens']);
  if (input === undefined || output === undefined) return undefined;
  const written = countIn(raw['cacheWriteInputTokens']) ?? 0;
  const long = Math.min(written, longWrites(raw['cacheDetails']));
  return {
    input,
    cacheRead: countIn(raw['cacheReadInputTokens']) ?? 0,
    cacheWrite: written - long,
    cacheWriteLong: long,
    output,
    reasoning: 0,
  };
}

/** Tokens written for an hour; everything else is at the price of the default five minutes. */
function longWrites(details: unknown): number {
  if (!Array.isArray(details)) return 0;
  return details.reduce<number>((sum, detail) => {
    if (!isRecord(detail) || detail['ttl'] !== '1h') return sum;
    return sum + (countIn(detail['inputTokens']) ?? 0);
  }, 0);
}
