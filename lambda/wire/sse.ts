import { readEvent, type SseEvent } from './sse-fields.ts';
import { TooLarge } from './too-large.ts';

export type { SseEvent } from './sse-fields.ts';

/** An event grew beyond the splitter's maximum. */
export class SseTooLarge extends TooLarge {
  readonly maxEventBytes: number;

  constructor(maxEventBytes: number) {
    super(`a server-sent event is larger than ${maxEventBytes} bytes`);
    this.name = 'SseTooLarge';
    this.maxEventBytes = maxEventBytes;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const BOM = [0xef, 0xbb, 0xbf];
const NOTHING = Buffer.alloc(0);

/**
 * Splits a stream of server-sent events (HTML standard, 9.2) into whole events, wherever the chunks are cut. An event
 * ends with its blank line; a blank line alone, or a comment and one, is an event without data. The raw bytes of all
 * events and the rest are the stream. Lines end with LF, CRLF or CR. A CR at the end of a chunk may be half of a CRLF, so
 * a blank line that ends so is complete only with the next byte or with `end`.
 *
 * An event above the maximum fails the splitter: events before it are given first, then every call throws `SseTooLarge`.
 */
export class SseSplitter {
  readonly #maxEventBytes: number;
  /** Chunks of the event that has begun, and their bytes in all. */
  #parts: Buffer[] = [];
  #size = 0;
  /** Whether the bytes so far end at the start of a line. */
  #lineStart = true;
  /** Whether they end with a CR that may be half of a CRLF, and whether it ends a blank line. */
  #held: 'no' | 'line' | 'blank' = 'no';
  /** Whether nothing was looked at yet, for lack of bytes to tell a byte order mark. */
  #first = true;
  /** Bytes of the byte order mark that the current event begins with. */
  #skip = 0;
  /** Whether a CR occurred in the stream: then lines are searched for it too. */
  #crs = false;
  #failed = false;

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** Takes the next bytes of the stream, which nobody may change afterwards, and gives the events they complete. */
  push(chunk: Uint8Array): readonly SseEvent[] {
    this.#refuseFailed();
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const events: SseEvent[] = [];
    if (this.#first) this.#begin(view, events);
    else if (view.length > 0) this.#resume(view, events);
    if (events.length === 0) this.#refuseFailed();
    return events;
  }

  /** After a clean end of the stream: the event whose blank line ended with a last lone CR, if there is one. */
  end(): readonly SseEvent[] {
    this.#refuseFailed();
    const events: SseEvent[] = [];
    if (this.#held === 'blank') this.#finish(NOTHING, events);
    return events;
  }

  /** Bytes of an unfinished event. */
  rest(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  #refuseFailed(): void {
    if (this.#failed) throw new SseTooLarge(this.#maxEventBytes);
  }

  /** Waits until a byte order mark can be told, and steps over it. */
  #begin(view: Buffer, events: SseEvent[]): void {
    const whole = this.#parts.length === 0 ? view : Buffer.concat([...this.#parts, view]);
    this.#parts = [];
    this.#size = 0;
    const marks = BOM.findIndex((byte, index) => whole[index] !== byte);
    if (marks === whole.length) {
      this.#keep(whole);
      return;
    }
    this.#first = false;
    if (marks === -1) this.#skip = BOM.length;
    this.#scan(whole, 0, this.#skip, events);
  }

  /** Goes on behind a chunk that may have ended with half a CRLF. */
  #resume(view: Buffer, events: SseEvent[]): void {
    const second = this.#held !== 'no' && view[0] === LF ? 1 : 0;
    if (this.#held === 'blank') {
      this.#finish(view.subarray(0, second), events);
      this.#scan(view, second, second, events);
    } else {
      this.#held = 'no';
      this.#scan(view, 0, second, events);
    }
  }

  /** Finds the events in a chunk, of which the current one's bytes begin at `from` and are unread from `unread` on. */
  #scan(view: Buffer, from: number, unread: number, events: SseEvent[]): void {
    let begin = from;
    let at = unread;
    let cr = find(view, CR, at);
    if (cr < view.length) this.#crs = true;
    while (at < view.length && !this.#failed) {
      const blank = this.#lineStart;
      const end = Math.min(find(view, LF, at), cr);
      if (end === view.length) {
        this.#lineStart = false;
        break;
      }
      const blankLine = blank && end === at;
      const isCr = end === cr;
      at = isCr && view[end + 1] === LF ? end + 2 : end + 1;
      if (isCr) cr = find(view, CR, at);
      this.#lineStart = true;
      if (isCr && at === view.length && view[at - 1] === CR) this.#held = blankLine ? 'blank' : 'line';
      else if (blankLine) {
        this.#finish(view.subarray(begin, at), events);
        begin = at;
      }
    }
    this.#keep(view.subarray(begin));
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size > this.#maxEventBytes) this.#failed = true;
  }

  #finish(last: Buffer, events: SseEvent[]): void {
    const raw = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    if (raw.length > this.#maxEventBytes) this.#failed = true;
    else events.push(readEvent(raw, this.#skip, this.#crs));
    this.#parts = [];
    this.#size = 0;
    this.#skip = 0;
    this.#held = 'no';
    this.#lineStart = true;
  }
}

function find(view: Buffer, byte: number, from: number): number {
  const found = view.indexOf(byte, from);
  return found === -1 ? view.length : found;
}
