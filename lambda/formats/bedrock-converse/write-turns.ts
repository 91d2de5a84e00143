import { fitCallIds } from '../../core/chat/call-ids.ts';
import type { Block, Turn } from '../../core/chat/conversation.ts';
import { mergeTurns } from '../../core/chat/turns.ts';
import type { SendFacts } from '../format.ts';
import type { Family } from './families.ts';
import { sendsThinking } from './thinking.ts';

const FORMAT = 'bedrock-converse';

/** Ids of tool calls that Converse takes. */
const TOOL_USE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The turns as Converse takes them: what cannot be sent is gone before turns are joined, so that the roles alternate
 * whatever was left out. It has instructions at the beginning only; later ones keep their place, marked as what they are.
 */
export function turnsToSend(turns: readonly Turn[], send: SendFacts, family: Family): readonly Turn[] {
  const spoken = mergeTurns(turns.map(asSpoken)).map((turn) => sendable(turn, send, family));
  return fitCallIds(mergeTurns(spoken), TOOL_USE_ID);
}

function asSpoken(turn: Turn): Turn {
  if (turn.role !== 'system') return turn;
  const content = turn.content.map((block) =>
    block.kind === 'text' && !isBlank(block)
      ? { ...block, text: `<system>\n${block.text}\n</system>` }
      : block,
  );
  return { role: 'user', content };
}

/** A turn's reasoning goes back as a whole, with everything around it as its model wrote it, or not at all. */
function sendable(turn: Turn, send: SendFacts, family: Family): Turn {
  const known = turn.content.filter((block) => block.kind !== 'opaque' || block.format === FORMAT);
  if (!known.some(isThinking)) return { ...turn, content: withoutBlanks(known) };
  if (sendsThinking(turn, send, family)) return { ...turn, content: known };
  return { ...turn, content: withoutBlanks(known.filter((block) => !isThinking(block))) };
}

/** Bedrock refuses texts of white space alone. */
function withoutBlanks(content: readonly Block[]): readonly Block[] {
  return content
    .filter((block) => !isBlank(block))
    .map((block) =>
      block.kind === 'tool_result' ? { ...block, content: withoutBlanks(block.content) } : block,
    );
}

function isBlank(block: Block): boolean {
  return (block.kind === 'text' || block.kind === 'refusal') && block.text.trim() === '';
}

function isThinking(block: Block): boolean {
  return block.kind === 'thinking' || block.kind === 'redacted_thinking';
}
