import type { Dialect, ModelEntry } from '../dialect.ts';
import { errorBody, renderError, requestHeaders } from './errors.ts';
import { rateHeaders } from './rate-headers.ts';

/** `POST /v1/messages`, `/v1/messages/count_tokens` and `GET /v1/models` as Anthropic's clients know them. */
export const anthropic: Dialect = {
  name: 'anthropic',
  error: renderError,
  errorEvent(error, requestId) {
    return Buffer.from(`event: error\ndata: ${JSON.stringify(errorBody(error, requestId))}\n\n`);
  },
  streamHeaders: {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    // Proxies such as nginx buffer event streams unless told not to.
    'x-accel-buffering': 'no',
  },
  heartbeat(begun) {
    return begun ? PING : COMMENT;
  },
  terminator: Buffer.from('event: message_stop\ndata: {"type":"message_stop"}\n\n'),
  comment(facts) {
    return Buffer.from(`: tollgate ${JSON.stringify(facts)}\n\n`);
  },
  models(models) {
    return {
      data: models.map(model),
      has_more: false,
      first_id: models[0]?.id ?? null,
      last_id: models.at(-1)?.id ?? null,
    };
  },
  model,
  requestHeaders,
  rateHeaders,
};

/** Anthropic's own heartbeat is an event of the answer, so before its first event a comment has to do. */
const PING = Buffer.from('event: ping\ndata: {"type": "ping"}\n\n');
const COMMENT = Buffer.from(': ping\n\n');

function model(entry: ModelEntry): unknown {
  return {
    type: 'model',
    id: entry.id,
    display_name: entry.id,
    created_at: new Date(entry.created * 1000).toISOString(),
  };
}
