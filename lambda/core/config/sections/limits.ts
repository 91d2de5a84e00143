import * as z from 'zod';
import { DEFAULT_LIMITS, type Limits } from '../../limits.ts';
import { count, milliseconds } from './values.ts';

function limit<S extends z.ZodType>(schema: S, key: keyof Limits, description: string) {
  return schema.optional().meta({ description, default: DEFAULT_LIMITS[key] });
}

export const limits = z
  .strictObject({
    request_ms: limit(milliseconds, 'requestMs', 'Milliseconds that one request may take in all.'),
    hold_headers_ms: limit(
      milliseconds,
      'holdHeadersMs',
      'Milliseconds that a streaming caller waits for the status, so that a failure can still be one.',
    ),
    heartbeat_ms: limit(milliseconds, 'heartbeatMs', 'Milliseconds of silence in a stream before a ping.'),
    upstream_head_ms: limit(
      milliseconds,
      'upstreamHeadMs',
      'Milliseconds until an upstream sends its status.',
    ),
    upstream_idle_ms: limit(
      milliseconds,
      'upstreamIdleMs',
      'Milliseconds between two pieces of an answer before the upstream is taken for dead.',
    ),
    connect_ms: limit(milliseconds, 'connectMs', 'Milliseconds to open a connection to an upstream.'),
    attempts: limit(
      z.int().min(1).max(10),
      'attempts',
      'Upstream attempts of one request, the first included.',
    ),
    body_bytes: limit(
      z
        .int()
        .positive()
        .max(6 * 1024 * 1024),
      'bodyBytes',
      'Bytes of a request body; Lambda takes no more than 6 MiB.',
    ),
    held_events: limit(count, 'heldEvents', 'Events of a stream held back before its answer commits.'),
    held_bytes: limit(count, 'heldBytes', 'Bytes of a stream held back before its answer commits.'),
    drain_ms: limit(milliseconds, 'drainMs', 'Milliseconds that Ctrl-C waits for running requests.'),
    refusal_rows_per_second: limit(
      count,
      'refusalRowsPerSecond',
      'Audit rows of refusals a second and principal; beyond it they become one row with a count.',
    ),
  })
  .describe('Maxima of the gateway. Everything has one; these may be changed.');
