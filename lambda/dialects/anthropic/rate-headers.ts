import type { RatesTold, RateTold } from '../dialect.ts';

/**
 * Headers of Anthropic's own answers about rates; `reset` is a time. Source: Anthropic API reference, "Rate limits",
 * "Response headers".
 */
export function rateHeaders(
  { requests, tokens }: RatesTold,
  nowMs: number,
): Readonly<Record<string, string>> {
  return {
    ...named(requests, nowMs, [
      'anthropic-ratelimit-requests-limit',
      'anthropic-ratelimit-requests-remaining',
      'anthropic-ratelimit-requests-reset',
    ]),
    ...named(tokens, nowMs, [
      'anthropic-ratelimit-tokens-limit',
      'anthropic-ratelimit-tokens-remaining',
      'anthropic-ratelimit-tokens-reset',
    ]),
  };
}

function named(
  rate: RateTold | undefined,
  nowMs: number,
  [limit, remaining, reset]: readonly [string, string, string],
): Readonly<Record<string, string>> {
  if (rate === undefined) return {};
  return {
    [limit]: String(rate.limit),
    ...(rate.remaining === undefined ? {} : { [remaining]: String(Math.max(0, Math.floor(rate.remaining))) }),
    ...(rate.resetMs === undefined ? {} : { [reset]: rfc3339(nowMs + rate.resetMs) }),
  };
}

/** The last second that RFC 3339 can write. */
const LAST_S = 253_402_300_799;

/** RFC 3339 in whole seconds, as Anthropic writes it; never too early. */
function rfc3339(ms: number): string {
  return new Date(Math.min(Math.ceil(ms / 1000), LAST_S) * 1000).toISOString().replace('.000Z', 'Z');
}
