import type { JsonTape } from '../../wire/json-tape.ts';
import type { ChatView } from './request.ts';
import { widened } from './widening.ts';

/** Tokens that a provider adds around a message or a tool: role, separators, the call's frame. */
const OVERHEAD_TOKENS = 16;
/** Once per request: the frame of the conversation, a system preamble for tools, and the gateway's own small edits. */
const REQUEST_TOKENS = 128;

/**
 * An upper bound of the input tokens of a request. A token of a byte-level tokenizer covers at least one byte, and the
 * JSON text of a body is never shorter than the texts in it, so its length bounds them all, tool schemas and unknown
 * fields included. Tokenizers that normalise first can make a text longer (one character of three bytes becomes 33),
 * so texts beyond ASCII count at their NFKC length where that is more. Inline images count by the model's formula,
 * not by their bytes. `growth` is what redaction added.
 */
export function inputBound(tape: JsonTape, view: ChatView, imageTokens: number, growth: number): number {
  const frame = OVERHEAD_TOKENS * (view.messages + view.tools) + REQUEST_TOKENS;
  const images = view.images === 0 ? 0 : view.images * imageTokens - inlineImageBytes(tape);
  return tape.bytes.length + widened(tape) + images + frame + growth;
}

/** Bytes of `data:` URLs in the image parts of messages, and nowhere else: text that only looks like one costs tokens. */
function inlineImageBytes(tape: JsonTape): number {
  const messages = tape.find(['messages']);
  if (messages === undefined) return 0;
  let bytes = 0;
  for (const message of tape.elements(messages)) {
    const content = childOf(tape, message, 'content');
    if (content === undefined) continue;
    for (const part of tape.elements(content)) bytes += imageBytes(tape, part);
  }
  return bytes;
}

function imageBytes(tape: JsonTape, part: number): number {
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
