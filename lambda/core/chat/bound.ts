import type { JsonTape } from '../../wire/json-tape.ts';
import type { RequestView } from './request.ts';
import { widened } from './widening.ts';

/** Tokens that a provider adds around a message or a tool: role, separators, the call's frame. */
const OVERHEAD_TOKENS = 16;
/** Once per request: the frame of the conversation, a system preamble for tools, and the gateway's own small edits. */
const REQUEST_TOKENS = 128;
/**
 * Once per request with tools: what a provider writes into the prompt so that a model calls them. Source: Anthropic,
 * "Tool use", its table of prompts: 804 tokens at most, for a forced call of Claude Opus 4.7.
 */
const TOOLS_TOKENS = 1_024;

/**
 * An upper bound of the input tokens of a request. A token of a byte-level tokenizer covers at least one byte, and the
 * JSON text of a body is never shorter than the texts in it, so its length bounds them all, tool schemas and unknown
 * fields included. Tokenizers that normalise first can make a text longer (one character of three bytes becomes 33),
 * so texts beyond ASCII count at their NFKC length where that is more. Inline images count by the model's formula,
 * not by their bytes. What a provider makes of a few bytes is told by the view (`unseenTokens`). `growth` is what redaction
 * added.
 */
export function inputBound(tape: JsonTape, view: RequestView, imageTokens: number, growth: number): number {
  const frame =
    OVERHEAD_TOKENS * (view.messages + view.tools) +
    REQUEST_TOKENS +
    (view.tools > 0 || mayRecallTools(tape) ? TOOLS_TOKENS : 0);
  const images = view.images * imageTokens - view.imageBytes;
  return tape.bytes.length + widened(tape) + images + frame + (view.unseenTokens ?? 0) + growth;
}

/**
 * Whether a request without tools can have calls in its history: then a writer may offer the tools of those calls, because
 * its API wants them there. A text that only says so makes the bound a little looser.
 */
function mayRecallTools(tape: JsonTape): boolean {
  return says(tape, '"tool_', (text) => text.startsWith('tool_'));
}

/**
 * Whether a request can ask to keep something in a provider's cache for longer than usual, which Anthropic sells dearer:
 * only a member named `ttl` says so.
 */
export function mayCacheLong(tape: JsonTape): boolean {
  return says(tape, '"ttl"', (text) => text === 'ttl');
}

/** Whether a piece of JSON stands anywhere in the body, or a key or a text written with escapes that `is` it. */
function says(tape: JsonTape, piece: string, is: (text: string) => boolean): boolean {
  const { bytes } = tape;
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(piece)) return true;
  if (!tape.unicodeEscapes) return false;
  for (const token of tape.leaves()) {
    if (tape.escaped(token) && is(tape.text(token))) return true;
  }
  return false;
}
