import { crc32 } from 'node:zlib';

/** One message of an AWS event stream: its headers of type string, and its payload. */
export interface EventStreamMessage {
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array;
}

/** Why bytes are no event stream: a wrong sum, a length that cannot be, a header that does not fit. */
class Broken extends Error {}

/** Total length, length of the headers, and their sum. */
const PRELUDE = 12;
/** The prelude and the sum at the end. */
const FRAME = PRELUDE + 4;
/** Header blocks whose meaning is remembered: a stream has a handful of kinds of messages. */
const REMEMBERED = 64;
/** Bytes of header values by their type; strings and byte arrays carry their own length. */
const SIZES = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16] as const;
const STRING = 7;

/**
 * Splits an AWS event stream into messages, wherever the chunks are cut, and checks both sums of each. Source: AWS,
 * "application/vnd.amazon.eventstream" (Smithy 2.0, Amazon Event Stream Specification).
 */
export class EventStreamSplitter {
  readonly #maxBytes: number;
  readonly #known = new Map<string, ReadonlyMap<string, string>>();
  #rest: Buffer = Buffer.alloc(0);
  /** Why nothing can be read any more; messages before that place were given. */
  broken: string | undefined;

  /** A message of more than `maxBytes` is taken for a broken stream. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes the next bytes, which nobody may change afterwards, and gives the messages they complete. Never throws. */
  push(chunk: Uint8Array): readonly EventStreamMessage[] {
    const messages: EventStreamMessage[] = [];
    if (this.broken !== undefined) return messages;
    try {
      this.#split(chunk, messages);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.broken = error.message;
    }
    return messages;
  }

  /** Whether the bytes so far end within a message. */
  get halfRead(): boolean {
    return this.#rest.length > 0;
  }

  #split(chunk: Uint8Array, messages: EventStreamMessage[]): void {
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = this.#rest.length === 0 ? view : Buffer.concat([this.#rest, view]);
    let at = 0;
    while (bytes.length - at >= PRELUDE) {
      const length = bytes.readUInt32BE(at);
      if (length < FRAME || length > this.#maxBytes) {
        throw new Broken(`a message of ${length} bytes`);
      }
      if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8)) {
        throw new Broken('the sum of a prelude is wrong');
      }
      if (bytes.length - at < length) break;
      messages.push(this.#message(bytes.subarray(at, at + length)));
      at += length;
    }
    this.#rest = bytes.subarray(at);
  }

  #message(frame: Buffer): EventStreamMessage {
    const end = frame.length - 4;
    if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) {
      throw new Broken('the sum of a message is wrong');
    }
    const headersEnd = PRELUDE + frame.readUInt32BE(4);
    if (headersEnd > end) throw new Broken('headers are longer than their message');
    return { headers: this.#headers(frame, headersEnd), payload: frame.subarray(headersEnd, end) };
  }

  #headers(frame: Buffer, end: number): ReadonlyMap<string, string> {
    const block = frame.toString('latin1', PRELUDE, end);
    const known = this.#known.get(block);
    if (known !== undefined) return known;
    const headers = readHeaders(frame.subarray(PRELUDE, end));
    if (this.#known.size < REMEMBERED) this.#known.set(block, headers);
    return headers;
  }
}

function readHeaders(block: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  try {
    while (at < block.length) {
      const nameEnd = at + 1 + block.readUInt8(at);
      const name = block.toString('utf8', at + 1, nameEnd);
      const type = block.readUInt8(nameEnd);
      const size = SIZES[type];
      if (size === undefined) throw new Broken(`a header of the unknown type ${type}`);
      const from = nameEnd + 1 + (size === -1 ? 2 : 0);
      at = from + (size === -1 ? block.readUInt16BE(nameEnd + 1) : size);
      if (at > block.length) throw new Broken('a header is longer than its block');
      if (type === STRING) headers.set(name, block.toString('utf8', from, at));
    }
  } catch (error) {
    if (error instanceof Broken) throw error;
    throw new Broken('a header ends before it should');
  }
  return headers;
}
