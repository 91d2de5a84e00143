import { isUtf8 } from 'node:buffer';
import { buildJson } from './json-build.ts';
import { explainJson } from './json-explain.ts';
import { type JsonProblem, nestingProblem } from './json-problem.ts';
import { ESCAPED, JsonTape, KIND, OPEN, STRIDE } from './json-tape.ts';

/**
 * Reads a JSON text strictly: what JSON.parse refuses is refused, and so are invalid UTF-8, a byte order mark, a key
 * repeated in its object (escapes decoded), an escape of half a surrogate pair, and nesting deeper than `maxDepth`
 * objects and arrays. So two readers of an accepted text cannot understand it differently.
 */
export function scanJson(bytes: Uint8Array, maxDepth: number): JsonTape | JsonProblem {
  if (!isUtf8(bytes))
    return explainJson(bytes, maxDepth) ?? { problem: 'invalid UTF-8', path: '', offset: 0 };
  const scanner = new Scanner(bytes, maxDepth);
  const problem = scanner.scan();
  if (problem !== undefined) return explainJson(bytes, maxDepth) ?? problem;
  try {
    // Read as Latin-1, one character a byte: JSON's own characters are ASCII, so it decides the same and costs a copy
    // where decoding would cost more than all the rest.
    const outline = JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
    );
    if (!scanner.hasOddKeys) return scanner.tape(outline);
    return scanner.tape(buildJson(scanner.tape(undefined)), true);
  } catch {
    return explainJson(bytes, maxDepth) ?? { problem: 'invalid JSON', path: '', offset: 0 };
  }
}

/** Bytes that are looked at one by one before a native search takes over, which costs as much as about 20 of them. */
const NEAR = 20;
/** Members of an object that are compared with each other; beyond it a set is kept. */
const FEW_MEMBERS = 12;

/**
 * Finds where tokens begin and end, as if the text were valid: JSON.parse decides that afterwards, so that a text that is
 * too deep never reaches it. On an invalid text the scanner still ends, and what it found is not used.
 */
class Scanner {
  readonly #bytes: Uint8Array;
  readonly #view: Buffer;
  readonly #maxDepth: number;
  #unicodeEscapes = false;
  /** Some key begins with an escape. */
  hasOddKeys = false;
  #tokens: Int32Array;
  #length = 0;
  #problem: JsonProblem | undefined;
  /** Offsets of the next quote and backslash that native searches found; both only grow. */
  #quote = -1;
  #backslash = -1;
  /** Open containers: their tokens, whether they are objects, how many members they have, the set of their keys. */
  readonly #open: number[] = [];
  readonly #members: number[] = [];
  readonly #keys: (Set<string> | undefined)[] = [];

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = bytes;
    this.#view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = maxDepth;
    this.#tokens = new Int32Array((64 + (bytes.length >> 5)) * STRIDE);
  }

  /** The first repeated key, half pair or too deep container, if any. */
  scan(): JsonProblem | undefined {
    const bytes = this.#bytes;
    const length = bytes.length;
    let inObject = false;
    let keyNext = false;
    for (let at = 0; at < length; ) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x22) {
        at = this.#string(at, keyNext);
        keyNext = false;
      } else if (byte === 0x2c) {
        keyNext = inObject;
        at += 1;
      } else if (byte <= 0x20 || byte === 0x3a) {
        at += 1;
      } else if (byte === 0x7b || byte === 0x5b) {
        inObject = byte === 0x7b;
        keyNext = inObject;
        this.#enter(at, inObject ? KIND.object : KIND.array);
        at += 1;
      } else if (byte === 0x7d || byte === 0x5d) {
        at += 1;
        inObject = this.#leave(at);
        keyNext = false;
      } else at = this.#scalar(at, byte);
      if (this.#problem !== undefined) return this.#problem;
    }
    return undefined;
  }

  tape(outline: unknown, isDecoded = false): JsonTape {
    const escapes = this.#unicodeEscapes;
    return new JsonTape(this.#bytes, outline, isDecoded, escapes, this.#tokens, this.#length);
  }

  #push(start: number, end: number, next: number, kind: number): number {
    const token = this.#length++;
    const at = token * STRIDE;
    if (at === this.#tokens.length) this.#grow();
    const tokens = this.#tokens;
    tokens[at] = start;
    tokens[at + 1] = end;
    tokens[at + 2] = next;
    tokens[at + 3] = kind;
    return token;
  }

  #grow(): void {
    const larger = new Int32Array(this.#tokens.length * 2);
    larger.set(this.#tokens);
    this.#tokens = larger;
  }

  #enter(at: number, kind: number): void {
    const token = this.#push(at, at, OPEN, kind);
    if (this.#open.length === this.#maxDepth) this.#refuse(nestingProblem(this.#maxDepth), token, at);
    this.#open.push(token);
    this.#members.push(0);
    this.#keys.push(undefined);
  }

  /** Closes the innermost container behind its bracket; whether the one around it is an object. */
  #leave(end: number): boolean {
    const token = this.#open.pop();
    if (token === undefined) return false;
    const at = token * STRIDE;
    this.#members.pop();
    this.#keys.pop();
    this.#tokens[at + 1] = end;
    this.#tokens[at + 2] = this.#length;
    const outer = this.#open.at(-1);
    return outer !== undefined && this.#tokens[outer * STRIDE + 3] === KIND.object;
  }

  #scalar(start: number, first: number): number {
    if (first === 0x74) return this.#word(start, 4, KIND.true);
    if (first === 0x66) return this.#word(start, 5, KIND.false);
    if (first === 0x6e) return this.#word(start, 4, KIND.null);
    let at = start + 1;
    // Digits, signs, point and exponent all lie above the comma or are one of `+ - .`; nothing else can follow.
    for (let byte = this.#bytes[at] ?? 0; isNumberByte(byte); byte = this.#bytes[at] ?? 0) at += 1;
    this.#push(start, at, this.#length + 1, KIND.number);
    return at;
  }

  #word(start: number, length: number, kind: number): number {
    this.#push(start, start + length, this.#length + 1, kind);
    return start + length;
  }

  #string(start: number, isKey: boolean): number {
    const bytes = this.#bytes;
    let escaped = 0;
    let at = start + 1;
    for (;;) {
      const near = at + NEAR;
      let byte = bytes[at];
      while (byte !== 0x22 && byte !== 0x5c && at < near) byte = bytes[++at];
      if (byte !== 0x22 && byte !== 0x5c) {
        at = this.#far(at);
        byte = bytes[at];
      }
      if (byte !== 0x5c) break;
      escaped = ESCAPED;
      at = bytes[at + 1] === 0x75 ? this.#unicode(at, start) : at + 2;
    }
    at += 1;
    if (isKey && this.#bytes[start + 1] === 0x5c) this.hasOddKeys = true;
    const token = this.#push(start, at, this.#length + 1, (isKey ? KIND.key : KIND.string) | escaped);
    if (isKey) this.#key(token, escaped !== 0);
    return at;
  }

  /** The next quote or backslash from `at` on, by native search; the farther of the two is kept for later calls. */
  #far(at: number): number {
    if (this.#quote < at) this.#quote = this.#search(0x22, at);
    if (this.#backslash < at) this.#backslash = this.#search(0x5c, at);
    return Math.min(this.#quote, this.#backslash);
  }

  #search(byte: number, from: number): number {
    const found = this.#view.indexOf(byte, from);
    return found === -1 ? this.#bytes.length : found;
  }

  /** Steps over the `\uXXXX` at `at`, or over the two of a surrogate pair. */
  #unicode(at: number, start: number): number {
    this.#unicodeEscapes = true;
    const unit = this.#unit(at);
    if (unit < 0xd800 || unit > 0xdfff) return at + 6;
    const low = unit < 0xdc00 && this.#bytes[at + 6] === 0x5c && this.#bytes[at + 7] === 0x75;
    const next = low ? this.#unit(at + 6) : 0;
    if (next >= 0xdc00 && next <= 0xdfff) return at + 12;
    // The string has no token yet: what was read of it gets one, so that its path can be told.
    const token = this.#push(start, at + 1, this.#length + 1, KIND.string);
    this.#refuse('escape of half a surrogate pair', token, at);
    return at + 6;
  }

  #unit(at: number): number {
    return Number.parseInt(this.#view.toString('latin1', at + 2, at + 6), 16);
  }

  /** Refuses a key that its object already has. Small objects are compared pairwise: that needs no text and no set. */
  #key(token: number, escaped: boolean): void {
    const depth = this.#open.length - 1;
    const object = this.#open[depth] ?? 0;
    const count = this.#members[depth] ?? 0;
    this.#members[depth] = count + 1;
    let keys = this.#keys[depth];
    if (keys === undefined && count < FEW_MEMBERS && !escaped) {
      if (this.#sameBytes(object, token)) this.#repeated(token);
      return;
    }
    if (keys === undefined) {
      keys = new Set();
      for (let key = object + 1; key < token; key = this.#tokens[(key + 1) * STRIDE + 2] ?? token) {
        keys.add(this.#name(key));
      }
      this.#keys[depth] = keys;
    }
    const before = keys.size;
    if (keys.add(this.#name(token)).size === before) this.#repeated(token);
  }

  #sameBytes(object: number, token: number): boolean {
    const tokens = this.#tokens;
    const start = tokens[token * STRIDE] ?? 0;
    const length = (tokens[token * STRIDE + 1] ?? 0) - start;
    for (let key = object + 1; key < token; key = tokens[(key + 1) * STRIDE + 2] ?? token) {
      const other = tokens[key * STRIDE] ?? 0;
      if ((tokens[key * STRIDE + 1] ?? 0) - other !== length) continue;
      let same = 1;
      while (same < length && this.#bytes[start + same] === this.#bytes[other + same]) same += 1;
      if (same === length) return true;
    }
    return false;
  }

  #name(key: number): string {
    const at = key * STRIDE;
    const raw = this.#view.toString('utf8', this.#tokens[at], this.#tokens[at + 1]);
    return ((this.#tokens[at + 3] ?? 0) & ESCAPED) === 0 ? raw.slice(1, -1) : unescaped(raw);
  }

  #repeated(key: number): void {
    this.#refuse('repeated key', key, this.#tokens[key * STRIDE] ?? 0);
  }

  #refuse(problem: string, token: number, offset: number): void {
    this.#problem ??= { problem, path: this.tape(undefined).pathOf(token), offset };
  }
}

/** A key whose escapes are wrong keeps them: the text is not JSON, which JSON.parse says later. */
function unescaped(raw: string): string {
  try {
    return String(JSON.parse(raw));
  } catch {
    return raw;
  }
}

function isNumberByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2e ||
    byte === 0x65 ||
    byte === 0x45 ||
    byte === 0x2b ||
    byte === 0x2d
  );
}
