import { crc32 } from 'node:zlib';

/** Type of a header whose value is a string. */
const STRING = 7;

/**
 * One frame of AWS's event stream: total length, length of the headers, their sum, headers, payload, sum of all. Source:
 * Smithy specification, "Amazon Event Stream". Written apart from the client under test, which reads it.
 */
export function eventFrame(headers: Readonly<Record<string, string>>, payload: string | Uint8Array): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + head.length + body.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  const counted = Buffer.concat([prelude, sum(prelude), head, body]);
  return Buffer.concat([counted, sum(counted)]);
}

export function event(type: string, payload: unknown): Buffer {
  return eventFrame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    typeof payload === 'string' ? payload : JSON.stringify(payload),
  );
}

export function exception(type: string, payload: unknown): Buffer {
  return eventFrame(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify(payload),
  );
}

function header(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(text.length);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([STRING]), size, text]);
}

function sum(bytes: Uint8Array): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32(bytes));
  return four;
}
