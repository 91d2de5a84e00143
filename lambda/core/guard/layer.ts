import { InnerJson, scanInner } from '../../wire/json-inner.ts';
import { formatPath } from '../../wire/json-path.ts';
import type { JsonTape } from '../../wire/json-tape.ts';
import { DecodedString, type TextMap } from '../../wire/json-text.ts';
import { detect } from './detect.ts';
import { replaceFindings } from './placeholder.ts';

/** One JSON text: the body, or one that lies in a string of another. All offsets are those of the body's bytes. */
export interface Layer {
  readonly tape: JsonTape;
  /** 0 for the body. */
  readonly level: number;
  /** How many times a JSON text that replaces a whole token passes through `escapeJson`. */
  readonly escapes: number;
  /** The text of a string or key token. */
  string(token: number): TextMap;
  /** The bytes of a whole token, quotes included. */
  range(token: number): { readonly start: number; readonly end: number };
  /** The place of a token, with what is sensitive in its names replaced. */
  path(token: number): string;
}

export function bodyLayer(bytes: Uint8Array, tape: JsonTape): Layer {
  return {
    tape,
    level: 0,
    escapes: 0,
    string: (token) => new DecodedString(bytes, tape.start(token), tape.end(token)),
    range: (token) => ({ start: tape.start(token), end: tape.end(token) }),
    path: (token) => safePath(tape, token),
  };
}

/** The JSON that the text of a string token is; undefined where it is none, or none that two readers read alike. */
export function innerLayer(outer: Layer, token: number, maxDepth: number): Layer | undefined {
  const inner = scanInner(outer.string(token), maxDepth);
  if (!(inner instanceof InnerJson)) return undefined;
  return {
    tape: inner.tape,
    level: outer.level + 1,
    escapes: inner.escapes,
    string: (at) => inner.string(at),
    range: (at) => inner.rawRange(at),
    path: (at) => {
      const path = safePath(inner.tape, at);
      return path === '' || path.startsWith('[') ? outer.path(token) + path : `${outer.path(token)}.${path}`;
    },
  };
}

/** Names can be values: an object keyed by e-mail addresses. */
function safePath(tape: JsonTape, token: number): string {
  return formatPath(
    tape.path(token).map((part) => (typeof part === 'string' ? replaceFindings(part, detect(part)) : part)),
  );
}
