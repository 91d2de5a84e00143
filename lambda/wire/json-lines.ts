import { TooLarge } from './too-large.ts';

/** A line grew beyond the splitter's maximum. */
export class LineTooLarge extends TooLarge {
  readonly maxLineBytes: number;

  constructor(maxLineBytes: number) {
    super(`a line of JSON is larger than ${maxLineBytes} bytes`);
    this.name = 'LineTooLarge';
    this.maxLineBytes = maxLineBytes;
  }
}

const LF = 0x0a;

/**
 * Splits a stream of JSON texts, one a line, into whole lines, wherever the chunks are cut. Only LF ends a line: JSON
 * itself writes it escaped, and a CR before it is white space to JSON. The lines, each with its LF, and the rest are the
 * stream.
 *
 * A line above the maximum fails the splitter: lines before it are given first, then every call throws `LineTooLarge`.
 */
export class JsonLineSplitter {
  readonly #maxLineBytes: number;
  /** Chunks of the line that has begun, and their bytes in all. */
  #parts: Buffer[] = [];
  #size = 0;
  #failed = false;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Takes the next bytes of the stream, which nobody may change afterwards, and gives the lines they complete. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#refuseFailed();
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: Uint8Array[] = [];
    let begin = 0;
    for (let end = view.indexOf(LF); end !== -1 && !this.#failed; end = view.indexOf(LF, begin)) {
      this.#keep(view.subarray(begin, end + 1));
      begin = end + 1;
      if (!this.#failed) lines.push(this.#take());
    }
    if (!this.#failed) this.#keep(view.subarray(begin));
    if (lines.length === 0) this.#refuseFailed();
    return lines;
  }

  /** Bytes of an unfinished line. */
  rest(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  #refuseFailed(): void {
    if (this.#failed) throw new LineTooLarge(this.#maxLineBytes);
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size > this.#maxLineBytes) this.#failed = true;
  }

  #take(): Uint8Array {
    const [first] = this.#parts;
    const line = this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return line;
  }
}
