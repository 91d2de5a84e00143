import type { JsonProblem } from './json-problem.ts';
import { scanJson } from './json-scan.ts';
import { JsonTape } from './json-tape.ts';
import { InnerString, type TextMap } from './json-text.ts';

/**
 * JSON text inside a string, such as a tool's arguments. Its tokens lie in a tape over the UTF-8 bytes of the outer text;
 * `string` and `rawRange` lead from them back to the original bytes, through any number of levels.
 */
export class InnerJson {
  readonly tape: JsonTape;
  /** How many times the JSON text that replaces a whole token passes through `escapeJson`. */
  readonly escapes: number;
  readonly #outer: TextMap;
  /** The last place whose offset was translated, in bytes and in UTF-16 units. */
  #byte = 0;
  #unit = 0;

  /** For `scanInner`. */
  constructor(outer: TextMap, tape: JsonTape) {
    this.tape = tape;
    this.escapes = outer.escapes;
    this.#outer = outer;
  }

  /** The text of a string or key token of `tape`, mapped to the original bytes. */
  string(token: number): TextMap {
    return new InnerString(
      this.#outer,
      this.#units(this.tape.start(token)),
      this.#units(this.tape.end(token)),
    );
  }

  /** The original bytes of a whole token, quotes included. */
  rawRange(token: number): { readonly start: number; readonly end: number } {
    const start = this.#outer.rawStart(this.#units(this.tape.start(token)));
    return { start, end: this.#outer.rawEnd(this.#units(this.tape.end(token))) };
  }

  /** UTF-16 units before a byte offset; cheap when offsets grow. */
  #units(byte: number): number {
    const { bytes } = this.tape;
    if (bytes.length === this.#outer.text.length) return byte;
    if (byte < this.#byte) {
      this.#byte = 0;
      this.#unit = 0;
    }
    this.#unit += Buffer.from(bytes.buffer, bytes.byteOffset + this.#byte, byte - this.#byte).toString(
      'utf8',
    ).length;
    this.#byte = byte;
    return this.#unit;
  }
}

/** Reads the text of an outer string as JSON, as strictly as `scanJson`. */
export function scanInner(outer: TextMap, maxDepth: number): InnerJson | JsonProblem {
  const tape = scanJson(Buffer.from(outer.text), maxDepth);
  return tape instanceof JsonTape ? new InnerJson(outer, tape) : tape;
}
