import type { Block, Conversation, Effort, Reasoning } from '../../core/chat/conversation.ts';
import type { Capabilities } from '../../core/routing/target.ts';
import { jsonArray, jsonObject, jsonString } from '../../wire/json-write.ts';
import { type ChatQuirks, EFFORTS } from './quirks.ts';
import type { WriteContext } from './write-parts.ts';

/** Token budgets up to which a thinking budget counts as an effort; above the last it is `high`, which all models know. */
const LOW_TOKENS = 4_096;
const MEDIUM_TOKENS = 16_384;

/** The effort that a wish to think amounts to; undefined where the model is to decide. */
export function effortOf(reasoning: Reasoning): Effort | undefined {
  switch (reasoning.type) {
    case 'off':
      return 'none';
    case 'budget':
      if (reasoning.tokens <= LOW_TOKENS) return 'low';
      return reasoning.tokens <= MEDIUM_TOKENS ? 'medium' : 'high';
    default:
      return reasoning.effort;
  }
}

/** The nearest effort that a server knows, at or below the one wanted, but thinking never becomes none. */
export function knownEffort(effort: Effort, known: readonly Effort[]): Effort | undefined {
  if (effort === 'none') return known.includes('none') ? 'none' : undefined;
  const wanted = EFFORTS.indexOf(effort);
  const thinking = known.filter((each) => each !== 'none');
  return thinking.findLast((each) => EFFORTS.indexOf(each) <= wanted) ?? thinking[0];
}

/** The members of a request that say how much to think. */
export function reasoningMembers(
  { settings: { reasoning } }: Conversation,
  quirks: ChatQuirks,
  { thinking }: Pick<Capabilities, 'thinking'>,
): Readonly<Record<string, string | undefined>> {
  if (reasoning === undefined || thinking === 'none') return {};
  const wanted = effortOf(reasoning);
  const effort = wanted === undefined ? undefined : knownEffort(wanted, quirks.efforts);
  if (quirks.reasoning === 'object') return { reasoning: reasoningObject(reasoning, effort) };
  if (quirks.reasoning === 'toggle' && reasoning.type === 'off') {
    return { thinking: '{"type":"disabled"}' };
  }
  return { reasoning_effort: effort === undefined ? undefined : jsonString(effort) };
}

/** OpenRouter's `reasoning`: an effort or a budget, not both. */
function reasoningObject(reasoning: Reasoning, effort: Effort | undefined): string {
  if (reasoning.type === 'budget') return jsonObject({ max_tokens: String(reasoning.tokens) });
  if (effort === undefined) return '{"enabled":true}';
  return jsonObject({ effort: jsonString(effort) });
}

/**
 * The reasoning of an earlier turn, in the members where the server wants it back. Text without a signature is any
 * model's; what is signed goes only to the target that signed it, and a turn's signed blocks only all together.
 */
export function echoMembers(
  content: readonly Block[],
  context: WriteContext,
): Readonly<Record<string, string | undefined>> {
  const { echo, echoEmpty } = context.quirks;
  if (echo.includes('reasoning_details')) {
    const details = detailsOf(content, context);
    if (details.length > 0) return { reasoning_details: jsonArray(details) };
  }
  const text = unsignedText(content);
  const needed = echoEmpty && content.some(({ kind }) => kind === 'tool_call');
  if (text === '' && !needed) return {};
  return Object.fromEntries(
    echo.filter((member) => member !== 'reasoning_details').map((member) => [member, jsonString(text)]),
  );
}

function unsignedText(content: readonly Block[]): string {
  return content
    .flatMap((block) => (block.kind === 'thinking' && block.signature === undefined ? [block.text] : []))
    .filter((text) => text !== '')
    .join('\n\n');
}

/** Elements of OpenRouter's `reasoning_details`, as JSON. Source: OpenRouter, "Reasoning tokens", preserving them. */
function detailsOf(content: readonly Block[], { target, fallback }: WriteContext): readonly string[] {
  const details: string[] = [];
  for (const block of content) {
    if (block.kind === 'thinking' && block.details !== undefined) {
      const inner = block.details.trim().slice(1, -1).trim();
      if (fallback) return [];
      if (inner !== '') details.push(inner);
    } else if (
      block.kind === 'redacted_thinking' ||
      (block.kind === 'thinking' && block.signature !== undefined)
    ) {
      if (fallback || (block.origin !== undefined && block.origin !== target)) return [];
      details.push(signedDetail(block, details.length));
    }
  }
  return details;
}

function signedDetail(
  block: Extract<Block, { kind: 'thinking' | 'redacted_thinking' }>,
  index: number,
): string {
  const format = '"anthropic-claude-v1"';
  if (block.kind === 'redacted_thinking') {
    return jsonObject({
      type: '"reasoning.encrypted"',
      data: jsonString(block.data),
      format,
      index: String(index),
    });
  }
  return jsonObject({
    type: '"reasoning.text"',
    text: jsonString(block.text),
    signature: jsonString(block.signature ?? ''),
    format,
    index: String(index),
  });
}
