/** Decoded units between two kept places, so that a look-up walks at most so far. */
const STEP = 128;

/** How one decoded character is written: its length in the written string, and its UTF-16 units, 1 or 2. */
export type Step = (at: number) => Written;
interface Written {
  readonly length: number;
  readonly units: 1 | 2;
}

const WRITTEN = [1, 2, 3, 6].map((length): Written => ({ length, units: 1 }));
const [ONE, TWO, THREE, SIX] = WRITTEN as [Written, Written, Written, Written]; // The map above has these four.
const FOUR_BYTES: Written = { length: 4, units: 2 };
const PAIR: Written = { length: 2, units: 2 };
const ESCAPED_PAIR: Written = { length: 12, units: 2 };

/** Where the decoded characters of a written string begin: a few places are kept, the rest is walked when asked for. */
export class Places {
  readonly #step: Step;
  /** Pairs of unit and written offset: the last beginning of a character at or before each multiple of `STEP`. */
  readonly #kept: number[] = [];

  /** `start` is the written offset of the first character, `units` the decoded length. */
  constructor(start: number, units: number, step: Step) {
    this.#step = step;
    let unit = 0;
    let at = start;
    while (unit < units) {
      const written = step(at);
      if (unit + written.units > (this.#kept.length / 2) * STEP) this.#kept.push(unit, at);
      unit += written.units;
      at += written.length;
    }
    // The end is a place too, or a look-up of it in an empty string would find none.
    if ((this.#kept.length / 2) * STEP <= units) this.#kept.push(unit, at);
  }

  /** Where the character that holds unit `index` begins. */
  before(index: number): number {
    return this.#seek(index).at;
  }

  /** Where the character that holds unit `index - 1` ends. */
  behind(index: number): number {
    const { unit, at } = this.#seek(index);
    return unit === index ? at : at + this.#step(at).length;
  }

  #seek(index: number): { unit: number; at: number } {
    const kept = Math.floor(index / STEP) * 2;
    let unit = this.#kept[kept] ?? 0;
    let at = this.#kept[kept + 1] ?? 0;
    while (unit < index) {
      const written = this.#step(at);
      if (unit + written.units > index) break;
      unit += written.units;
      at += written.length;
    }
    return { unit, at };
  }
}

/** Reads one character of a JSON string in UTF-8. */
export function stepOfBytes(bytes: Uint8Array, at: number): Written {
  const byte = bytes[at] ?? 0;
  if (byte === 0x5c) {
    if (bytes[at + 1] !== 0x75) return TWO;
    return isHighSurrogate(bytes[at + 2] ?? 0, bytes[at + 3] ?? 0) ? ESCAPED_PAIR : SIX;
  }
  if (byte < 0x80) return ONE;
  if (byte < 0xe0) return TWO;
  return byte < 0xf0 ? THREE : FOUR_BYTES;
}

/** Reads one character of a JSON string in UTF-16. */
export function stepOfText(text: string, at: number): Written {
  const unit = text.charCodeAt(at);
  if (unit === 0x5c) {
    if (text.charCodeAt(at + 1) !== 0x75) return TWO;
    return isHighSurrogate(text.charCodeAt(at + 2), text.charCodeAt(at + 3)) ? ESCAPED_PAIR : SIX;
  }
  return unit >= 0xd800 && unit < 0xdc00 ? PAIR : ONE;
}

/** Whether the first two hex digits of a `\u` escape are those of D800 to DBFF. */
function isHighSurrogate(first: number, second: number): boolean {
  return (
    (first | 0x20) === 0x64 &&
    (second === 0x38 || second === 0x39 || (second | 0x20) === 0x61 || (second | 0x20) === 0x62)
  );
}
