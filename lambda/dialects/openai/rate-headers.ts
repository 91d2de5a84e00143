import type { RatesTold, RateTold } from '../dialect.ts';

/** Headers of OpenAI's own answers about rates. Source: OpenAI API guide, "Rate limits", "Rate limits in headers". */
export function rateHeaders({ requests, tokens }: RatesTold): Readonly<Record<string, string>> {
  return {
    ...named(requests, [
      'x-ratelimit-limit-requests',
      'x-ratelimit-remaining-requests',
      'x-ratelimit-reset-requests',
    ]),
    ...named(tokens, [
      'x-ratelimit-limit-tokens',
      'x-ratelimit-remaining-tokens',
      'x-ratelimit-reset-tokens',
    ]),
  };
}

function named(
  rate: RateTold | undefined,
  [limit, remaining, reset]: readonly [string, string, string],
): Readonly<Record<string, string>> {
  if (rate === undefined) return {};
  return {
    [limit]: String(rate.limit),
    ...(rate.remaining === undefined ? {} : { [remaining]: String(Math.max(0, Math.floor(rate.remaining))) }),
    ...(rate.resetMs === undefined ? {} : { [reset]: duration(rate.resetMs) }),
  };
}

/** A duration as OpenAI writes it, which is Go's way: `120ms`, `1s`, `8.64s`, `6m0s`, `1h0m0s`; never too short. */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.ceil(ms));
  if (whole > 0 && whole < 1000) return `${whole}ms`;
  const seconds = `${(whole % 60_000) / 1000}s`;
  const minutes = Math.floor(whole / 60_000);
  if (minutes === 0) return seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`;
}
