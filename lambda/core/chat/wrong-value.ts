import { formatPath, type JsonPath } from '../../wire/json-path.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { TollgateError } from '../errors.ts';
import { maskText } from '../guard/mask.ts';

/** Longest string of a caller that an error quotes, masked; a longer one is content and not a mistyped word. */
const SHOWN_CHARACTERS = 32;

/**
 * The refusal of a request in which the value at `path` is missing or not what it must be: names the parameter as the
 * caller spelled it, what was found and what was expected. `expected` follows "expected ".
 */
export function wrongValue(tape: JsonTape, path: JsonPath, expected: string): TollgateError {
  const param = formatPath(path);
  const where = param === '' ? 'The request body' : `\`${param}\``;
  return new TollgateError(
    'invalid_request',
    `${where}: found ${found(tape, tape.find(path))}, expected ${expected}`,
    param === '' ? {} : { param },
  );
}

const maskAll = () => 'redact' as const;

/** Names a value without quoting a caller's text: only short scalars are shown. */
function found(tape: JsonTape, token: number | undefined): string {
  if (token === undefined) return 'nothing';
  switch (tape.kind(token)) {
    case 'object':
      return 'an object';
    case 'array':
      return tape.next(token) === token + 1 ? 'an empty list' : 'a list';
    case 'string': {
      const text = tape.text(token);
      return text.length <= SHOWN_CHARACTERS ? JSON.stringify(maskText(text, maskAll)) : 'a longer string';
    }
    default: {
      const raw = tape.raw(token);
      return raw.length <= SHOWN_CHARACTERS ? raw : 'a longer number';
    }
  }
}
