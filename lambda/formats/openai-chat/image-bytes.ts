import type { JsonTape } from '../../wire/json-tape.ts';

/** Bytes of `data:` URLs in the image parts of messages, and nowhere else: text that only looks like one costs tokens. */
export function imageBytes(tape: JsonTape): number {
  const messages = tape.find(['messages']);
  if (messages === undefined) return 0;
  let bytes = 0;
  for (const message of tape.elements(messages)) {
    const content = childOf(tape, message, 'content');
    if (content === undefined) continue;
    for (const part of tape.elements(content)) bytes += bytesOf(tape, part);
  }
  return bytes;
}

function bytesOf(tape: JsonTape, part: number): number {
  const type = childOf(tape, part, 'type');
  if (type === undefined || tape.text(type) !== 'image_url') return 0;
  const image = childOf(tape, part, 'image_url');
  const url = image === undefined ? undefined : childOf(tape, image, 'url');
  if (url === undefined || tape.kind(url) !== 'string') return 0;
  const head = new TextDecoder().decode(tape.bytes.subarray(tape.start(url) + 1, tape.start(url) + 12));
  return head.startsWith('data:image/') ? tape.end(url) - tape.start(url) : 0;
}

function childOf(tape: JsonTape, object: number, name: string): number | undefined {
  return tape.members(object).find((member) => tape.text(member.key) === name)?.value;
}
