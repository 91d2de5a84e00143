import type { JsonTape } from './json-tape.ts';

/**
 * What a valid JSON text means, token by token. V8's JSON.parse, up to 14 at least, reads a key that begins with an
 * escape as a single backslash where an object with such a key was read before at the same place: then `"\u006e": 5` is
 * no `n` for us and one for whoever the bytes are sent to. Texts with such keys are read by this instead.
 */
export function buildJson(tape: JsonTape, token = 0): unknown {
  switch (tape.kind(token)) {
    case 'object': {
      const object: Record<string, unknown> = {};
      for (const { key, value } of tape.members(token))
        define(object, tape.text(key), buildJson(tape, value));
      return object;
    }
    case 'array':
      return tape.elements(token).map((element) => buildJson(tape, element));
    case 'string':
      return tape.text(token);
    default:
      // A scalar has no keys.
      return JSON.parse(tape.raw(token));
  }
}

/** As JSON.parse does it: a member called `__proto__` is one like any other. */
function define(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
