import type { Dialect, ModelEntry } from '../dialect.ts';
import { errorBody, renderError, requestHeaders } from './errors.ts';
import { rateHeaders } from './rate-headers.ts';

/** The gateway as OpenAI's clients know an API: errors, streams and `GET /v1/models`. */
export const openai: Dialect = {
  name: 'openai',
  error: renderError,
  errorEvent(error) {
    return Buffer.from(`data: ${JSON.stringify(errorBody(error))}\n\n`);
  },
  streamHeaders: {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    // Proxies such as nginx buffer event streams unless told not to.
    'x-accel-buffering': 'no',
  },
  heartbeat() {
    return Buffer.from(': ping\n\n');
  },
  terminator: Buffer.from('data: [DONE]\n\n'),
  comment(facts) {
    return Buffer.from(`: tollgate ${JSON.stringify(facts)}\n\n`);
  },
  models(models) {
    return { object: 'list', data: models.map(model) };
  },
  model,
  requestHeaders,
  rateHeaders,
};

function model(entry: ModelEntry): unknown {
  return { id: entry.id, object: 'model', created: entry.created, owned_by: entry.provider };
}
