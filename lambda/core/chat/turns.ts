import { TollgateError } from '../errors.ts';
import type { Block, ToolResultBlock, Turn } from './conversation.ts';

/** Most characters of a tool call id that an error shows. */
const ID_CHARACTERS = 64;

/**
 * The turns as formats with strict alternation want them: adjacent turns of one role are one, empty texts are gone, and
 * the tool results of a user turn come first, in the order of the calls that they answer. What turns 0 to k become does
 * not depend on later turns, except that a last turn can grow at its end.
 */
export function mergeTurns(turns: readonly Turn[]): readonly Turn[] {
  const merged: Turn[] = [];
  for (const turn of turns) {
    const content = turn.content.filter((block) => !isEmpty(block));
    if (content.length === 0) continue;
    const before = merged.at(-1);
    if (before?.role !== turn.role) {
      merged.push(named(turn.role, content, turn.name));
      continue;
    }
    // Two participants cannot share one name, so the joined turn has none.
    const name = before.name === turn.name ? turn.name : undefined;
    merged[merged.length - 1] = named(turn.role, [...before.content, ...content], name);
  }
  return merged.map((turn, index) =>
    turn.role === 'user'
      ? { ...turn, content: resultsFirst(turn.content, callsBefore(merged, index)) }
      : turn,
  );
}

/**
 * Every tool result must answer a call of the assistant turn before it, and every call must be answered before the
 * assistant speaks again. An `invalid_request` error names the id that breaks the rule; undefined where all is well.
 */
export function checkToolPairs(turns: readonly Turn[]): TollgateError | undefined {
  let open: string[] = [];
  let answering = false;
  for (const { role, content } of turns) {
    if (role === 'assistant') {
      if (answering && open.length > 0) break;
      answering = false;
      for (const block of content) if (block.kind === 'tool_call') open.push(block.id);
    } else if (role === 'user' && content.length > 0) {
      answering = true;
      for (const block of content) {
        if (block.kind !== 'tool_result') continue;
        const at = open.indexOf(block.id);
        if (at === -1) return orphan(block.id);
        open = open.toSpliced(at, 1);
      }
    }
  }
  const [missing] = open;
  return missing === undefined ? undefined : unanswered(missing);
}

function isEmpty(block: Block): boolean {
  return (block.kind === 'text' || block.kind === 'refusal') && block.text === '';
}

function named(role: Turn['role'], content: readonly Block[], name: string | undefined): Turn {
  return name === undefined ? { role, content } : { role, content, name };
}

/** Ids of the calls that a user turn can answer: those of the nearest assistant turn, past instructions in between. */
function callsBefore(turns: readonly Turn[], index: number): readonly string[] {
  for (let at = index - 1; at >= 0; at--) {
    const turn = turns[at];
    if (turn?.role === 'system') continue;
    if (turn?.role !== 'assistant') return [];
    return turn.content.flatMap((block) => (block.kind === 'tool_call' ? [block.id] : []));
  }
  return [];
}

function resultsFirst(content: readonly Block[], calls: readonly string[]): readonly Block[] {
  const left = content.filter((block) => block.kind === 'tool_result');
  if (left.length === 0) return content;
  const ordered: ToolResultBlock[] = [];
  for (const id of calls) {
    const at = left.findIndex((block) => block.id === id);
    if (at !== -1) ordered.push(...left.splice(at, 1));
  }
  return [...ordered, ...left, ...content.filter((block) => block.kind !== 'tool_result')];
}

function orphan(id: string): TollgateError {
  return new TollgateError(
    'invalid_request',
    `The tool result for ${shown(id)} answers no open tool call: each result must follow the assistant message that made its call, and each call is answered once. Send that assistant message before the result, or leave the result out`,
    { param: 'messages' },
  );
}

function unanswered(id: string): TollgateError {
  return new TollgateError(
    'invalid_request',
    `The tool call ${shown(id)} has no result: every call of an assistant message must be answered by the messages that directly follow it. Send its result, or leave the call out`,
    { param: 'messages' },
  );
}

function shown(id: string): string {
  return `"${id.length <= ID_CHARACTERS ? id : `${id.slice(0, ID_CHARACTERS)}...`}"`;
}
