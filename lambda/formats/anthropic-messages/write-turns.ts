import { fitCallIds } from '../../core/chat/call-ids.ts';
import type { Block, Turn } from '../../core/chat/conversation.ts';
import { isOwnSignature } from '../../core/chat/own-signature.ts';
import { checkToolPairs, mergeTurns } from '../../core/chat/turns.ts';
import { TollgateError } from '../../core/errors.ts';
import type { SendFacts } from '../format.ts';

/** Ids that the API takes. */
const CALL_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** The turns as the API takes them, or why there are none that it would take. */
export function turnsToSend(turns: readonly Turn[], send: SendFacts): readonly Turn[] | TollgateError {
  const spoken: Turn[] = [];
  for (const turn of turns) {
    const content = withoutBlanks(turn);
    // A model's own empty answer says nothing and is left out; a user's is a mistake that the user can mend.
    if (content.length === 0 && turn.role === 'user') return emptyMessage();
    spoken.push({ ...turn, content });
  }
  const unpaired = checkToolPairs(spoken);
  if (unpaired !== undefined) return unpaired;
  const known = mergeTurns(spoken).map((turn) =>
    turn.role === 'assistant' ? withThinking(turn, send) : turn,
  );
  const placed = placeInstructions(mergeTurns(known), send.capabilities.systemTurns);
  const sent = fitCallIds(mergeTurns(placed), CALL_ID);
  return sent.some(({ role }) => role !== 'system') ? sent : noMessage();
}

/** How many instructions between turns become text of a user turn. */
export function wrappedInstructions(turns: readonly Turn[], systemTurns: boolean): number {
  const merged = mergeTurns(turns.map((turn) => ({ ...turn, content: withoutBlanks(turn) })));
  return merged.filter(
    (turn, index) => turn.role === 'system' && !standsWhereItMay(merged, index, systemTurns),
  ).length;
}

/**
 * The API refuses texts of white space alone, but takes them from an assistant that also said or called something: a
 * model writes them itself, and its turns go back unchanged.
 */
function withoutBlanks({ role, content }: Turn): readonly Block[] {
  const kept = content.filter((block) => !isBlank(block));
  if (role === 'assistant' && kept.length > 0) return content;
  return kept.map((block) =>
    block.kind === 'tool_result'
      ? { ...block, content: block.content.filter((inner) => !isBlank(inner)) }
      : block,
  );
}

function isBlank(block: Block): boolean {
  return (block.kind === 'text' || block.kind === 'refusal') && block.text.trim() === '';
}

/**
 * Instructions between turns keep their place. A model that takes them there wants them behind a user turn and before
 * the next assistant turn or the end; everywhere else they become text of a user turn. Source: Anthropic API,
 * "Mid-conversation system messages".
 */
function placeInstructions(turns: readonly Turn[], systemTurns: boolean): readonly Turn[] {
  return turns.map((turn, index) =>
    turn.role !== 'system' || standsWhereItMay(turns, index, systemTurns) ? turn : wrapped(turn),
  );
}

function standsWhereItMay(turns: readonly Turn[], index: number, systemTurns: boolean): boolean {
  const next = turns[index + 1];
  return (
    systemTurns && turns[index - 1]?.role === 'user' && (next === undefined || next.role === 'assistant')
  );
}

function wrapped({ content }: Turn): Turn {
  return {
    role: 'user',
    content: content.map((block) =>
      block.kind === 'text' ? { ...block, text: `<system>\n${block.text}\n</system>` } : block,
    ),
  };
}

/** A turn's thinking goes back as a whole and unchanged, or not at all: a part of it would be refused. */
function withThinking(turn: Turn, send: SendFacts): Turn {
  const goesBack =
    !send.fallback && turn.content.every((block) => !isThinking(block) || isValid(block, send.target));
  return goesBack ? turn : { ...turn, content: turn.content.filter((block) => !isThinking(block)) };
}

function isThinking(block: Block): boolean {
  return block.kind === 'thinking' || block.kind === 'redacted_thinking';
}

/** Whether the target itself made and signed it. A block of another one, or without signature, would be refused. */
function isValid(block: Block, target: string): boolean {
  if (block.kind !== 'thinking' && block.kind !== 'redacted_thinking') return true;
  if (block.origin !== undefined && block.origin !== target) return false;
  if (block.kind === 'redacted_thinking') return true;
  return block.signature !== undefined && block.signature !== '' && !isOwnSignature(block.signature);
}

function emptyMessage(): TollgateError {
  return new TollgateError(
    'invalid_request',
    'A user message has no content but empty text, which this model does not take. Give it some text, or leave it out',
    { param: 'messages' },
  );
}

function noMessage(): TollgateError {
  return new TollgateError(
    'invalid_request',
    'There is no message but instructions, and this model needs at least one message to answer. Send a user message',
    { param: 'messages' },
  );
}
