import { TollgateError } from '../core/errors.ts';
import { maskText } from '../core/guard/mask.ts';
import { scanJson } from '../wire/json-scan.ts';
import { JsonTape } from '../wire/json-tape.ts';
import type { Setup } from './setup.ts';
import type { Identified, Parsed } from './states.ts';

/** Longest user agent that a row keeps. */
const CLIENT_CHARACTERS = 100;

/**
 * Reads the body into bytes, a tape over them, and the view the rooms decide on. What the view says is what the
 * upstream reads: a body that two parsers could read differently is refused here.
 */
export async function parse(state: Identified, setup: Setup): Promise<Parsed | TollgateError> {
  const { limits } = setup;
  const { trail } = state;
  trail.client = masked(state.exchange.headers['user-agent']?.slice(0, CLIENT_CHARACTERS), setup);
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
  const view = state.operation.readRequest(tape);
  if (view instanceof TollgateError) return view;
  trail.asked = {
    model: maskText(view.model, setup.guardPolicy),
    stream: view.stream,
    endUser: masked(view.endUser, setup),
  };
  return { ...state, bytes, tape, view };
}

function sentence(problem: { problem: string; path: string; offset: number }): string {
  const where = problem.path === '' ? '' : ` at ${problem.path}`;
  return `The body cannot be read as JSON: ${problem.problem}${where} (byte ${problem.offset})`;
}

function masked(text: string | undefined, setup: Setup): string | undefined {
  return text === undefined ? undefined : maskText(text, setup.guardPolicy);
}
