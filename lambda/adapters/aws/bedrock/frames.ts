/** How the frames of one operation are passed on: by pieces of bytes. A frame that says nothing to a reader adds none. */
export interface FrameWriter {
  readonly contentType: string;
  /** `name`: the type of the event. `payload`: its JSON. */
  frame(name: string, payload: Uint8Array, pieces: Uint8Array[]): void;
  /** A failure, modelled (`throttlingException`) or not (the code of an error frame). */
  exception(name: string, payload: Uint8Array, pieces: Uint8Array[]): void;
}

const LF = 0x0a;
const SPACE = 0x20;
const LINE_END = Buffer.from('}\n');
const EMPTY_OBJECT = Buffer.from('{}');
const EVENT_END = Buffer.from('\n\n');

/** ConverseStream: `{"contentBlockDelta": {...}}`, one a line, with the payload's own bytes. */
export const jsonLines: FrameWriter = {
  contentType: 'application/x-ndjson',
  frame(name, payload, pieces) {
    if (name !== 'initial-response') line(name, payload, pieces);
  },
  exception: line,
};

/** Types of Anthropic's errors by Bedrock's exceptions. */
const ERROR_TYPES: Readonly<Record<string, string>> = {
  throttlingException: 'rate_limit_error',
  serviceUnavailableException: 'overloaded_error',
  modelTimeoutException: 'timeout_error',
  validationException: 'invalid_request_error',
};

/** InvokeModelWithResponseStream of Claude: each chunk is one event of the Messages format, and so it is passed on. */
export const messageEvents: FrameWriter = {
  contentType: 'text/event-stream',
  frame(name, payload, pieces) {
    if (name !== 'chunk') return;
    const bytes = member(JSON.parse(text(payload)), 'bytes');
    if (typeof bytes !== 'string') return;
    const data = oneLine(Buffer.from(bytes, 'base64'));
    const type = member(JSON.parse(text(data)), 'type');
    pieces.push(Buffer.from(`event: ${String(type)}\ndata: `), data, EVENT_END);
  },
  exception(name, payload, pieces) {
    const error = { type: ERROR_TYPES[name] ?? 'api_error', message: messageOf(payload) ?? name };
    pieces.push(Buffer.from(`event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`));
  },
};

/** Beginnings of lines by the name of their event; a stream has a handful. */
const beginnings = new Map<string, Uint8Array>();
const REMEMBERED = 64;

function line(name: string, payload: Uint8Array, pieces: Uint8Array[]): void {
  let begin = beginnings.get(name);
  if (begin === undefined) {
    begin = Buffer.from(`{${JSON.stringify(name)}:`);
    if (beginnings.size < REMEMBERED) beginnings.set(name, begin);
  }
  pieces.push(begin, payload.length === 0 ? EMPTY_OBJECT : oneLine(payload), LINE_END);
}

/** In JSON a line feed is white space between tokens, so a space says the same. */
function oneLine(json: Uint8Array): Uint8Array {
  return json.includes(LF) ? json.map((byte) => (byte === LF ? SPACE : byte)) : json;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function messageOf(payload: Uint8Array): string | undefined {
  try {
    const message = member(JSON.parse(text(payload)), 'message');
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
