import type { Usage } from '../../core/chat/usage.ts';

/**
 * Reads `usage` of Converse (AWS, Bedrock API reference, "TokenUsage"). `inputTokens` leaves the cache out, and
 * `cacheDetails` splits what was written by its time to live. Reasoning is not counted apart. Undefined if it does not
 * carry both totals.
 */
export function readUsage(raw: unknown): Usage | undefined {
  if (!isRecord(raw)) return undefined;
  const input = tokens(raw['inputTokens']);
  const output = tokens(raw['outputTokens']);
  if (input === undefined || output === undefined) return undefined;
  const written = tokens(raw['cacheWriteInputTokens']) ?? 0;
  const long = Math.min(written, longWrites(raw['cacheDetails']));
  return {
    input,
    cacheRead: tokens(raw['cacheReadInputTokens']) ?? 0,
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
    return sum + (tokens(detail['inputTokens']) ?? 0);
  }, 0);
}

function tokens(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
