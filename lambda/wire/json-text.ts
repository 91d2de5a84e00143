import { Places, stepOfBytes, stepOfText } from './json-places.ts';

/** The body of a JSON string for a text: escaped, without the quotes. */
export function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/**
 * A decoded text that knows where its characters lie in the original bytes, so that the span [i, j) of the text is
 * replaced by patching the bytes [rawStart(i), rawEnd(j)) with the new text passed `escapes` times through
 * `escapeJson`. Indices are UTF-16 units. One inside a surrogate pair moves outwards, to the pair's start or end, for
 * half a character cannot be replaced.
 */
export interface TextMap {
  readonly text: string;
  /** How many levels of JSON strings lie between the text and the bytes. */
  readonly escapes: number;
  /** Byte offset at which the character at `index` begins; at the text's end, where its last one ends. */
  rawStart(index: number): number;
  /** Byte offset at which the character before `index` ends; for 0, where the first one begins. */
  rawEnd(index: number): number;
}

/** The text of the JSON string or key token at [start, end) of `bytes`, a valid one with its quotes in the range. */
export class DecodedString implements TextMap {
  readonly text: string;
  readonly escapes = 1;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  /** Whether every byte is one character, so that places are sums. */
  readonly #plain: boolean;
  #places: Places | undefined;

  constructor(bytes: Uint8Array, start: number, end: number) {
    const raw = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
    const escaped = raw.includes(0x5c);
    this.text = escaped ? String(JSON.parse(raw.toString('utf8'))) : raw.toString('utf8', 1, raw.length - 1);
    this.#bytes = bytes;
    this.#start = start + 1;
    this.#plain = !escaped && this.text.length === end - start - 2;
  }

  rawStart(index: number): number {
    if (this.#plain) return this.#start + index;
    return this.#placed().before(index);
  }

  rawEnd(index: number): number {
    if (this.#plain) return this.#start + index;
    return this.#placed().behind(index);
  }

  #placed(): Places {
    this.#places ??= new Places(this.#start, this.text.length, (at) => stepOfBytes(this.#bytes, at));
    return this.#places;
  }
}

/** The text of a JSON string that stands, quotes included, in [start, end) of an outer text: one level deeper. */
export class InnerString implements TextMap {
  readonly text: string;
  readonly escapes: number;
  readonly #outer: TextMap;
  readonly #start: number;
  readonly #plain: boolean;
  #places: Places | undefined;

  /** `start` and `end` are UTF-16 units of the outer text. */
  constructor(outer: TextMap, start: number, end: number) {
    const raw = outer.text.slice(start, end);
    this.#plain = !raw.includes('\\');
    this.text = this.#plain ? raw.slice(1, -1) : String(JSON.parse(raw));
    this.escapes = outer.escapes + 1;
    this.#outer = outer;
    this.#start = start + 1;
  }

  rawStart(index: number): number {
    if (this.#plain) return this.#outer.rawStart(this.#start + index);
    return this.#outer.rawStart(this.#placed().before(index));
  }

  rawEnd(index: number): number {
    if (this.#plain) return this.#outer.rawEnd(this.#start + index);
    return this.#outer.rawEnd(this.#placed().behind(index));
  }

  #placed(): Places {
    this.#places ??= new Places(this.#start, this.text.length, (at) => stepOfText(this.#outer.text, at));
    return this.#places;
  }
}
