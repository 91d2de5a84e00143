import type { JsonPath } from '../../wire/json-path.ts';
import { scanJson } from '../../wire/json-scan.ts';
import { JsonTape } from '../../wire/json-tape.ts';

/** Nesting of an answer up to which it is cut at its places; a deeper one is printed anew. */
export const MAX_DEPTH = 256;

/**
 * The JSON text that a value was parsed from, for what must keep its own bytes: tool arguments, server blocks, citations.
 * It is scanned when the first piece is asked for, which most answers and events never do.
 */
export class RawJson {
  readonly #tape: () => JsonTape | undefined;
  readonly #prefix: JsonPath;

  /** Paths start at `prefix`. */
  constructor(tape: () => JsonTape | undefined, prefix: JsonPath) {
    this.#tape = tape;
    this.#prefix = prefix;
  }

  /** The same text, with paths from a place inside it. */
  under(...path: JsonPath): RawJson {
    return new RawJson(this.#tape, [...this.#prefix, ...path]);
  }

  /** The text at a path, of which `value` is the value. */
  text(path: JsonPath, value: unknown): string {
    const tape = this.#tape();
    const token = tape?.find([...this.#prefix, ...path]);
    return tape === undefined || token === undefined ? JSON.stringify(value) : tape.raw(token);
  }
}

/** `source` undefined: only the value is known, and every piece is printed from it. */
export function rawJson(source: string | Uint8Array | undefined, ...prefix: JsonPath): RawJson {
  let tape: JsonTape | undefined;
  let scanned = source === undefined;
  return new RawJson(() => {
    if (!scanned && source !== undefined) tape = scan(source);
    scanned = true;
    return tape;
  }, prefix);
}

/** Undefined where the strict scanner refuses what JSON.parse took, such as half a surrogate pair. */
export function scan(source: string | Uint8Array): JsonTape | undefined {
  const tape = scanJson(typeof source === 'string' ? Buffer.from(source) : source, MAX_DEPTH);
  return tape instanceof JsonTape ? tape : undefined;
}
