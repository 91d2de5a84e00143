import { isAscii } from 'node:buffer';
import { formatPath, type JsonPath } from './json-path.ts';

/** Codes of the kinds, as they lie in the tape's numbers. */
export const KIND = {
  object: 0,
  array: 1,
  string: 2,
  key: 3,
  number: 4,
  true: 5,
  false: 6,
  null: 7,
} as const;
const NAMES = ['object', 'array', 'string', 'key', 'number', 'true', 'false', 'null'] as const;
export type TokenKind = (typeof NAMES)[number];

/** Set beside the kind of a string or key whose bytes hold a backslash. */
export const ESCAPED = 8;
/** Numbers per token: start, end, next, kind and flag. */
export const STRIDE = 4;
/** `next` of a container that is still open while the scanner runs. */
export const OPEN = 0x7fffffff;

export interface Member {
  readonly key: number;
  readonly value: number;
}

/**
 * Where every token of a JSON text lies. Tokens are numbered in document order from 0, the root; a member is a key
 * token directly followed by its value's, so `for (let token = 0; token < tape.length; token++)` visits every key and
 * leaf. Offsets are bytes; those of strings and keys include the quotes. Accessors take tokens of this tape only.
 */
export class JsonTape {
  readonly bytes: Uint8Array;
  /**
   * What JSON.parse makes of the bytes read as Latin-1: structure, numbers and ASCII texts are right, other texts are
   * not decoded. Enough to check a shape; a text that matters is read with `text`.
   */
  readonly outline: unknown;
  /** Whether no byte is 0x80 or above and no `\u` escape occurs: then each character of each string is ASCII. */
  readonly ascii: boolean;
  /** Whether a `\u` escape occurs anywhere. */
  readonly unicodeEscapes: boolean;
  /** Number of tokens. */
  readonly length: number;
  readonly #tokens: Int32Array;
  readonly #view: Buffer;
  /** Texts of the outline are decoded, so that it is the value. */
  readonly #isDecoded: boolean;

  /** For the scanner; `tokens` holds `STRIDE` numbers per token. */
  constructor(
    bytes: Uint8Array,
    outline: unknown,
    isDecoded: boolean,
    escapes: boolean,
    tokens: Int32Array,
    length: number,
  ) {
    this.bytes = bytes;
    this.outline = outline;
    this.#isDecoded = isDecoded;
    this.unicodeEscapes = escapes;
    this.ascii = !escapes && isAscii(bytes);
    this.length = length;
    this.#tokens = tokens;
    this.#view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** What JSON.parse makes of the text. */
  get value(): unknown {
    return this.ascii || this.#isDecoded ? this.outline : JSON.parse(this.raw(0));
  }

  kind(token: number): TokenKind {
    return NAMES[(this.#tokens[token * STRIDE + 3] ?? 0) & 7] ?? 'null';
  }

  /** Offset of the token's first byte. */
  start(token: number): number {
    return this.#tokens[token * STRIDE] ?? 0;
  }

  /** Offset behind the token's last byte; a container ends behind its bracket. */
  end(token: number): number {
    return this.#tokens[token * STRIDE + 1] ?? 0;
  }

  /** The first token behind this one and all that lies inside it. */
  next(token: number): number {
    return this.#tokens[token * STRIDE + 2] ?? 0;
  }

  /** Whether a string or key is written with at least one escape, so that its bytes are not its text. */
  escaped(token: number): boolean {
    return ((this.#tokens[token * STRIDE + 3] ?? 0) & ESCAPED) !== 0;
  }

  /** The token exactly as it is written. */
  raw(token: number): string {
    const start = this.start(token);
    const end = this.end(token);
    return this.ascii ? this.#view.toString('latin1', start, end) : this.#view.toString('utf8', start, end);
  }

  /** The decoded text of a string or key; of any other token what `raw` gives. */
  text(token: number): string {
    const kind = this.kind(token);
    if (kind !== 'string' && kind !== 'key') return this.raw(token);
    if (this.escaped(token)) return String(JSON.parse(this.raw(token)));
    const start = this.start(token) + 1;
    const end = this.end(token) - 1;
    return this.ascii ? this.#view.toString('latin1', start, end) : this.#view.toString('utf8', start, end);
  }

  /** The members of an object in their order; none for anything else. */
  members(object: number): readonly Member[] {
    const members: Member[] = [];
    if (this.kind(object) !== 'object') return members;
    const end = this.next(object);
    for (let key = object + 1; key < end; key = this.next(key + 1)) members.push({ key, value: key + 1 });
    return members;
  }

  /** The elements of an array in their order; none for anything else. */
  elements(array: number): readonly number[] {
    const elements: number[] = [];
    if (this.kind(array) !== 'array') return elements;
    const end = this.next(array);
    for (let element = array + 1; element < end; element = this.next(element)) elements.push(element);
    return elements;
  }

  /** Every key, string and number in document order: all that can carry a caller's data. */
  *leaves(): Generator<number, void, undefined> {
    for (let token = 0; token < this.length; token++) {
      const kind = (this.#tokens[token * STRIDE + 3] ?? 0) & 7;
      if (kind === KIND.string || kind === KIND.key || kind === KIND.number) yield token;
    }
  }

  /** The value at a path; undefined where there is none. Names lead into objects only, positions into arrays only. */
  find(path: JsonPath): number | undefined {
    let token: number | undefined = 0;
    for (const part of path) {
      token = typeof part === 'string' ? this.#member(token, part) : this.#element(token, part);
      if (token === undefined) return undefined;
    }
    return token;
  }

  /** The path of a value, and of a key that of its value. Walks down from the root, so ask only for what is shown. */
  path(token: number): JsonPath {
    const path: (string | number)[] = [];
    let container = 0;
    while (container < token) {
      let child = container + 1;
      if (this.kind(container) === 'array') {
        let position = 0;
        for (; this.next(child) <= token; child = this.next(child)) position += 1;
        path.push(position);
      } else {
        while (child < token && this.next(child + 1) <= token) child = this.next(child + 1);
        path.push(this.text(child));
        if (child === token) return path;
        child += 1;
      }
      container = child;
    }
    return path;
  }

  /** The path as text: `messages[0].content`. */
  pathOf(token: number): string {
    return formatPath(this.path(token));
  }

  #member(object: number, name: string): number | undefined {
    if (this.kind(object) !== 'object') return undefined;
    const end = this.next(object);
    for (let key = object + 1; key < end; key = this.next(key + 1)) {
      if (this.#named(key, name)) return key + 1;
    }
    return undefined;
  }

  #element(array: number, position: number): number | undefined {
    if (this.kind(array) !== 'array' || position < 0) return undefined;
    const end = this.next(array);
    let left = position;
    for (let element = array + 1; element < end; element = this.next(element)) {
      if (left-- === 0) return element;
    }
    return undefined;
  }

  /** Compares without decoding where the key has a name's length in bytes, which an escaped or non-ASCII key never needs. */
  #named(key: number, name: string): boolean {
    if (this.escaped(key) || !this.ascii) return this.text(key) === name;
    const start = this.start(key) + 1;
    if (this.end(key) - 1 - start !== name.length) return false;
    for (let index = 0; index < name.length; index++) {
      if (this.bytes[start + index] !== name.charCodeAt(index)) return false;
    }
    return true;
  }
}
