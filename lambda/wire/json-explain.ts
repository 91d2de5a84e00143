import { formatPath } from './json-path.ts';
import { type JsonProblem, nestingProblem } from './json-problem.ts';
import { invalidUtf8 } from './utf8.ts';

/**
 * The first place at which bytes stop being valid JSON (RFC 8259) in UTF-8 without a byte order mark, or nest deeper
 * than `maxDepth`; undefined where they do not. It agrees with JSON.parse, whose own messages depend on the engine and
 * know no path, and is called only once something was refused.
 */
export function explainJson(bytes: Uint8Array, maxDepth: number): JsonProblem | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { problem: 'byte order mark', path: '', offset: 0 };
  }
  const invalid = invalidUtf8(bytes);
  const reader = new Reader(invalid === -1 ? bytes : bytes.subarray(0, invalid), maxDepth);
  const found = reader.read();
  if (invalid !== -1 && (found === undefined || found.offset >= invalid)) {
    return { problem: 'invalid UTF-8', path: reader.path(), offset: invalid };
  }
  return found;
}

type Expect = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'end of value';

const WORDS = new Map([
  [0x74, 'true'],
  [0x66, 'false'],
  [0x6e, 'null'],
]);

/** What may follow a backslash apart from `u`: `" \ / b f n r t`. */
const SIMPLE_ESCAPES = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);

class Reader {
  readonly #bytes: Uint8Array;
  readonly #maxDepth: number;
  #at = 0;
  #problem: JsonProblem | undefined;
  /** For each open container the key or position it is at; undefined while an object waits for a key. */
  readonly #places: (string | number | undefined)[] = [];
  readonly #closers: number[] = [];

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = bytes;
    this.#maxDepth = maxDepth;
  }

  path(): string {
    return formatPath(this.#places.filter((place) => place !== undefined));
  }

  read(): JsonProblem | undefined {
    let expect: Expect | undefined = 'value';
    while (this.#problem === undefined) {
      while (isSpace(this.#bytes[this.#at])) this.#at += 1;
      expect = this.#step(expect);
      if (expect === undefined) return this.#problem;
    }
    return this.#problem;
  }

  /** Reads one token; what must follow, or undefined at the end. */
  #step(expect: Expect): Expect | undefined {
    const byte = this.#bytes[this.#at];
    if (expect === 'end of value') return this.#behindValue(byte);
    if (byte === undefined) return this.#refuse('unexpected end of the text');
    if (expect === 'colon') {
      if (byte !== 0x3a) return this.#refuse('expected ":" behind a key');
      this.#at += 1;
      return 'value';
    }
    if ((expect === 'value or ]' && byte === 0x5d) || (expect === 'key or }' && byte === 0x7d)) {
      return this.#close();
    }
    if (expect === 'value' || expect === 'value or ]') return this.#value(byte);
    if (byte !== 0x22) return this.#refuse('expected a key in double quotes');
    const start = this.#at;
    if (!this.#string()) return undefined;
    this.#places[this.#places.length - 1] = String(JSON.parse(this.#text(start)));
    return 'colon';
  }

  #behindValue(byte: number | undefined): Expect | undefined {
    const closer = this.#closers.at(-1);
    if (closer === undefined) {
      return byte === undefined ? undefined : this.#refuse('unexpected text behind the value');
    }
    if (byte === undefined) return this.#refuse('unexpected end of the text');
    if (byte === closer) return this.#close();
    if (byte !== 0x2c) return this.#refuse(`expected "," or "${String.fromCharCode(closer)}"`);
    this.#at += 1;
    const place = this.#places.at(-1);
    this.#places[this.#places.length - 1] = typeof place === 'number' ? place + 1 : undefined;
    return typeof place === 'number' ? 'value' : 'key';
  }

  #value(byte: number): Expect | undefined {
    if (byte === 0x7b || byte === 0x5b) {
      if (this.#closers.length >= this.#maxDepth) return this.#refuse(nestingProblem(this.#maxDepth));
      this.#at += 1;
      this.#closers.push(byte === 0x7b ? 0x7d : 0x5d);
      this.#places.push(byte === 0x7b ? undefined : 0);
      return byte === 0x7b ? 'key or }' : 'value or ]';
    }
    const read = byte === 0x22 ? this.#string() : WORDS.has(byte) ? this.#word(byte) : this.#number();
    return read ? 'end of value' : undefined;
  }

  #close(): Expect {
    this.#at += 1;
    this.#closers.pop();
    this.#places.pop();
    return 'end of value';
  }

  #string(): boolean {
    for (this.#at += 1; this.#bytes[this.#at] !== 0x22; this.#at += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) return this.#fail('string without an end');
      if (byte < 0x20) return this.#fail('control character that is not escaped');
      if (byte === 0x5c && !this.#escape()) return this.#fail('invalid escape in a string');
    }
    this.#at += 1;
    return true;
  }

  /** Moves to the last byte of an escape. */
  #escape(): boolean {
    this.#at += 1;
    const byte = this.#bytes[this.#at];
    if (byte !== 0x75) return byte !== undefined && SIMPLE_ESCAPES.has(byte);
    for (let digit = 0; digit < 4; digit++) {
      this.#at += 1;
      if (!isHexDigit(this.#bytes[this.#at])) return false;
    }
    return true;
  }

  #word(first: number): boolean {
    const word = WORDS.get(first) ?? '';
    if (this.#text(this.#at, this.#at + word.length) !== word) return this.#fail('expected a value');
    this.#at += word.length;
    return true;
  }

  #number(): boolean {
    let end = this.#at;
    while (isNumberByte(this.#bytes[end])) end += 1;
    if (end === this.#at) return this.#fail('expected a value');
    // One number can be as long as the text; the match is linear.
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(this.#text(this.#at, end))) {
      return this.#fail('invalid number');
    }
    this.#at = end;
    return true;
  }

  #text(start: number, end = this.#at): string {
    const { buffer, byteOffset } = this.#bytes;
    const from = Math.min(start, this.#bytes.length);
    return Buffer.from(buffer, byteOffset + from, Math.min(end, this.#bytes.length) - from).toString('utf8');
  }

  #fail(problem: string): false {
    this.#refuse(problem);
    return false;
  }

  #refuse(problem: string): undefined {
    this.#problem = { problem, path: this.path(), offset: this.#at };
    return undefined;
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2e ||
    (byte | 0x20) === 0x65 ||
    byte === 0x2b ||
    byte === 0x2d
  );
}
