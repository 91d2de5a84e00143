/** One event of an event stream: its type, and its payload as JSON. */
export interface Frame {
  readonly name: string;
  readonly payload: Uint8Array;
}

/** A frame that reports a failure, modelled (`throttlingException`) or not (the code of an error frame). */
export class FrameException extends Error {
  readonly payload: Uint8Array;

  constructor(name: string, payload: Uint8Array) {
    super(`the stream ended with ${name}`);
    this.name = name;
    this.payload = payload;
  }
}

/** The bytes under a stream ended before the stream did. */
export class StreamCut extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StreamCut';
  }
}

/** How the frames of one operation are passed on. A frame that says nothing to a reader becomes no bytes. */
export interface FrameWriter {
  readonly contentType: string;
  frame(frame: Frame): Uint8Array;
  exception(exception: FrameException): Uint8Array;
}

const NOTHING = new Uint8Array(0);
const LF = 0x0a;
const SPACE = 0x20;

/** ConverseStream: `{"contentBlockDelta": {...}}`, one a line, with the payload's own bytes. */
export const jsonLines: FrameWriter = {
  contentType: 'application/x-ndjson',
  frame: ({ name, payload }) => (name === 'initial-response' ? NOTHING : line(name, payload)),
  exception: ({ name, payload }) => line(name, payload),
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
  frame({ name, payload }) {
    if (name !== 'chunk') return NOTHING;
    const chunk: unknown = JSON.parse(text(payload));
    const bytes = member(chunk, 'bytes');
    if (typeof bytes !== 'string') return NOTHING;
    const data = oneLine(Buffer.from(bytes, 'base64'));
    const type = member(JSON.parse(text(data)), 'type');
    return Buffer.concat([Buffer.from(`event: ${String(type)}\ndata: `), data, Buffer.from('\n\n')]);
  },
  exception({ name, payload }) {
    const error = { type: ERROR_TYPES[name] ?? 'api_error', message: messageOf(payload) ?? name };
    return Buffer.from(`event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`);
  },
};

function line(name: string, payload: Uint8Array): Uint8Array {
  const value = payload.length === 0 ? Buffer.from('{}') : oneLine(payload);
  return Buffer.concat([Buffer.from(`{${JSON.stringify(name)}:`), value, Buffer.from('}\n')]);
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
