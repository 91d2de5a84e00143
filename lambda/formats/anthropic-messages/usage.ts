import { addUsage, type Usage } from '../../core/chat/usage.ts';
import { countIn, isRecord } from '../../core/json-value.ts';

/**
 * Reads `usage` objects of the Messages API: the one of a whole answer, or a stream's in their order. Source: Anthropic
 * API reference, `Usage` and `MessageDeltaUsage`. A stream's first one (`message_start`) is provisional, those of
 * `message_delta` are running totals that may leave members out or null, so each member keeps its last value.
 *
 * `input_tokens` excludes the cache classes; `output_tokens` includes thinking. What a `compaction` iteration used is not
 * in the totals and is added.
 */
export class UsageReader {
  #seen: Record<string, unknown> = {};

  /** The usage so far; undefined where neither this nor an earlier object tells both totals. */
  read(raw: unknown): Usage | undefined {
    if (!isRecord(raw)) return undefined;
    for (const name in raw) {
      const value = raw[name];
      if (value !== null && value !== undefined) this.#seen[name] = value;
    }
    return usageOf(this.#seen);
  }
}

export function readUsage(raw: unknown): Usage | undefined {
  return new UsageReader().read(raw);
}

function usageOf(raw: Readonly<Record<string, unknown>>): Usage | undefined {
  const iterations = Array.isArray(raw['iterations']) ? raw['iterations'] : [];
  const apart = iterations.filter((entry) => isRecord(entry) && entry['type'] === 'compaction');
  return [raw, ...apart]
    .map(totals)
    .reduce((sum, usage) => (sum === undefined || usage === undefined ? sum : addUsage(sum, usage)));
}

function totals(raw: unknown): Usage | undefined {
  if (!isRecord(raw)) return undefined;
  const input = countIn(raw['input_tokens']);
  const output = countIn(raw['output_tokens']);
  if (input === undefined || output === undefined) return undefined;
  const split = isRecord(raw['cache_creation']) ? raw['cache_creation'] : {};
  const long = countIn(split['ephemeral_1h_input_tokens']) ?? 0;
  const short = countIn(split['ephemeral_5m_input_tokens']) ?? 0;
  const written = countIn(raw['cache_creation_input_tokens']) ?? short + long;
  const details = isRecord(raw['output_tokens_details']) ? raw['output_tokens_details'] : {};
  const reasoning = Math.min(output, countIn(details['thinking_tokens']) ?? 0);
  return {
    input,
    cacheRead: countIn(raw['cache_read_input_tokens']) ?? 0,
    cacheWrite: Math.max(0, written - long),
    cacheWriteLong: long,
    output: output - reasoning,
    reasoning,
  };
}
