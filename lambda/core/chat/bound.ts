import type { JsonTape } from '../../wire/json-tape.ts';
import type { RequestView } from './request.ts';
import { widened } from './widening.ts';

/** Tokens that a provider adds around a message or a tool: role, separators, the call's frame. */
const OVERHEAD_TOKENS = 16;
/** Once per request: the frame of the conversation, a system preamble for tools, and the gateway's own small edits. */
const REQUEST_TOKENS = 128;
/** Once per request with tools: what a provider writes into the prompt so that a model calls them, up to 530 at Anthropic. */
const TOOLS_TOKENS = 640;

/**
 * An upper bound of the input tokens of a request. A token of a byte-level tokenizer covers at least one byte, and the
 * JSON text of a body is never shorter than the texts in it, so its length bounds them all, tool schemas and unknown
 * fields included. Tokenizers that normalise first can make a text longer (one character of three bytes becomes 33),
 * so texts beyond ASCII count at their NFKC length where that is more. Inline images count by the model's formula,
 * not by their bytes. `growth` is what redaction added.
 */
export function inputBound(tape: JsonTape, view: RequestView, imageTokens: number, growth: number): number {
  const frame =
    OVERHEAD_TOKENS * (view.messages + view.tools) + REQUEST_TOKENS + (view.tools > 0 ? TOOLS_TOKENS : 0);
  const images = view.images * imageTokens - view.imageBytes;
  return tape.bytes.length + widened(tape) + images + frame + growth;
}

/**
 * Whether a request can ask to keep something in a provider's cache for longer than usual, which Anthropic sells dearer:
 * only a member named `ttl` says so.
 */
export function mayCacheLong(tape: JsonTape): boolean {
  const { bytes } = tape;
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('"ttl"')) return true;
  if (!tape.unicodeEscapes) return false;
  for (const token of tape.leaves()) {
    if (tape.kind(token) === 'key' && tape.escaped(token) && tape.text(token) === 'ttl') return true;
  }
  return false;
}
