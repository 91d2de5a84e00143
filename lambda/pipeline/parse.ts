import { TollgateError } from '../core/errors.ts';
import type { Limits } from '../core/limits.ts';
import { scanJson } from '../wire/json-scan.ts';
import { JsonTape } from '../wire/json-tape.ts';
import type { Identified, Parsed } from './states.ts';

/**
 * Reads the body into bytes, a tape over them, and the view the rooms decide on. What the view says is what the
 * upstream reads: a body that two parsers could read differently is refused here.
 */
export async function parse(state: Identified, limits: Limits): Promise<Parsed | TollgateError> {
  const type = state.exchange.headers['content-type'];
  if (type !== undefined && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    return new TollgateError(
      'unsupported_media_type',
      `The body must be JSON: send content-type: application/json, not ${type.slice(0, 100)}`,
    );
  }
  const encoding = state.exchange.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return new TollgateError(
      'unsupported_media_type',
      `Send the body without content-encoding, not ${encoding.slice(0, 100)}`,
    );
  }
  const bytes = await state.exchange.body(limits.bodyBytes);
  if (bytes === 'gone')
    return new TollgateError('invalid_request', 'The caller left before its request was complete');
  if (bytes === 'too_large') {
    return new TollgateError('request_too_large', `The body is larger than ${limits.bodyBytes} bytes`);
  }
  if (bytes.length === 0) return new TollgateError('invalid_json', 'The body is empty; send a JSON object');
  const tape = scanJson(bytes, limits.jsonDepth);
  if (!(tape instanceof JsonTape)) {
    return new TollgateError('invalid_json', sentence(tape), tape.path === '' ? {} : { param: tape.path });
  }
  const view = state.dialect.readRequest(tape.value);
  if (view instanceof TollgateError) return view;
  state.trail.view = view;
  return { ...state, bytes, tape, view };
}

function sentence(problem: { problem: string; path: string; offset: number }): string {
  const where = problem.path === '' ? '' : ` at ${problem.path}`;
  return `The body cannot be read as JSON: ${problem.problem}${where} (byte ${problem.offset})`;
}
