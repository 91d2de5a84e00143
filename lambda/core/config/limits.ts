import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Config } from './schema.ts';

type LimitKey = keyof NonNullable<Config['limits']>;

/** How the file spells each maximum that it may change. */
const NAMES: Record<LimitKey, keyof Limits> = {
  request_ms: 'requestMs',
  hold_headers_ms: 'holdHeadersMs',
  heartbeat_ms: 'heartbeatMs',
  upstream_head_ms: 'upstreamHeadMs',
  upstream_idle_ms: 'upstreamIdleMs',
  connect_ms: 'connectMs',
  attempts: 'attempts',
  body_bytes: 'bodyBytes',
  held_events: 'heldEvents',
  held_bytes: 'heldBytes',
  drain_ms: 'drainMs',
  refusal_rows_per_second: 'refusalRowsPerSecond',
};

/** The maxima in force: the built-in ones with the file's in their place. */
export function limitsOf(config: Pick<Config, 'limits'>): Limits {
  const limits: Record<keyof Limits, number> = { ...DEFAULT_LIMITS };
  for (const [key, name] of Object.entries(NAMES)) {
    // `Object.entries` forgets the key type that the record above guarantees.
    const value = config.limits?.[key as LimitKey];
    if (value !== undefined) limits[name] = value;
  }
  return limits;
}
