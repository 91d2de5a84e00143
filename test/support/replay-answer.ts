import { readFileSync } from 'node:fs';

/** An upstream's answer, piece by piece as it is put on the wire. */
export interface ReplayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly Uint8Array[];
  /** A stream is sent chunked, anything else with its length. */
  readonly stream: boolean;
  /** How the connection ends after the last piece; `cut` closes it without the end of the body. */
  readonly end: 'whole' | 'cut';
  /** Awaited before each piece, so that a test decides when the next one leaves. */
  readonly before?: (piece: number) => Promise<void>;
}

/** Where reads are cut: the body at once, one event at a time, or one byte at a time. */
export type Chunking = 'whole' | 'events' | 'bytes';

interface CaseFile {
  readonly exchanges: readonly {
    readonly n: number;
    readonly status: number;
    readonly format: string;
    readonly request?: string;
    readonly response: string;
    /** The frames of an event stream as bytes; `response` then holds them decoded. */
    readonly response_binary?: string;
    /** Base64 pieces as they were read, in cases that are about where reads end. */
    readonly chunks?: string;
    readonly response_headers?: Readonly<Record<string, string>>;
  }[];
}

const ROOT = new URL('../fixtures/', import.meta.url);

function read(id: string, file: string): Buffer {
  return readFileSync(new URL(`${id}/${file}`, ROOT));
}

function caseFile(id: string): CaseFile {
  // Our own files, in the shape that test/fixtures/README.md describes.
  return JSON.parse(read(id, 'case.json').toString()) as CaseFile;
}

/**
 * The answers of a recorded case (`anthropic/text-stream`) in order, with their status, headers and bytes.
 * Cases about where reads end are cut as they say, the others as `chunking` says.
 */
export function recorded(id: string, chunking: Chunking = 'events'): ReplayAnswer[] {
  return caseFile(id).exchanges.map((exchange) => {
    const stream = exchange.format !== 'json' && exchange.format !== 'html';
    const body =
      exchange.response_binary === undefined
        ? read(id, exchange.response)
        : Buffer.from(read(id, exchange.response_binary).toString(), 'base64');
    return {
      status: exchange.status,
      headers: exchange.response_headers ?? {},
      pieces: stream ? (ownChunks(id, exchange.chunks) ?? cut(body, chunking)) : [body],
      stream,
      end: 'whole',
    };
  });
}

function ownChunks(id: string, file: string | undefined): Uint8Array[] | undefined {
  if (file === undefined) return undefined;
  const chunks = JSON.parse(read(id, file).toString()) as readonly string[];
  return chunks.map((chunk) => Buffer.from(chunk, 'base64'));
}

/** The body that the provider received in exchange `n` of a recorded case. */
export function recordedRequest(id: string, n: number): Record<string, unknown> {
  const file = caseFile(id).exchanges.find((exchange) => exchange.n === n)?.request;
  if (file === undefined) throw new Error(`${id} has no recorded request ${n}`);
  return JSON.parse(read(id, file).toString()) as Record<string, unknown>;
}

/** The text of the answer of exchange `n`, for what a test wants to compare with. */
export function recordedText(id: string, n: number): string {
  const exchange = caseFile(id).exchanges.find((candidate) => candidate.n === n);
  if (exchange === undefined) throw new Error(`${id} has no exchange ${n}`);
  return read(id, exchange.response).toString();
}

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): ReplayAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    pieces: [Buffer.from(JSON.stringify(value))],
    stream: false,
    end: 'whole',
  };
}

/** A stream of events that a test writes itself, each a whole SSE event. */
export function events(...texts: readonly string[]): ReplayAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    pieces: texts.map((text) => Buffer.from(text)),
    stream: true,
    end: 'whole',
  };
}

function cut(body: Buffer, chunking: Chunking): Uint8Array[] {
  if (chunking === 'whole') return [body];
  if (chunking === 'bytes') return Array.from(body, (byte) => Uint8Array.of(byte));
  // An event stream of frames has no blank lines that mean anything; its frames carry their own length.
  return body.subarray(0, 2).readUInt16BE() === 0 ? cutFrames(body) : cutEvents(body);
}

function cutEvents(body: Buffer): Uint8Array[] {
  const text = body.toString('latin1');
  return (text.match(/[\s\S]*?(?:\r?\n\r?\n|$)/g) ?? [])
    .filter((event) => event !== '')
    .map((event) => Buffer.from(event, 'latin1'));
}

function cutFrames(body: Buffer): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    const length = body.readUInt32BE(at);
    frames.push(body.subarray(at, at + length));
    at += length;
  }
  return frames;
}
