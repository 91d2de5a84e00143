import { type AnswerBlock, foldAnswer, type WholeAnswer } from '../../../lambda/core/chat/answer.ts';
import type { ChatEvent, FinishReason } from '../../../lambda/core/chat/events.ts';
import type { Usage } from '../../../lambda/core/chat/usage.ts';

/** What an answer means to a person and to an agent loop, however its format spells it. */
export interface Meaning {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly input: string }[];
  readonly finish: string;
  readonly usage: Usage | undefined;
}

/** Reasons that a format cannot tell apart are one here. */
const SAME: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  pause: 'stop',
  malformed: 'stop',
  other: 'stop',
  length: 'length',
  context_window: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'refused',
  refusal: 'refused',
};

/** The first choice of an answer, for a format that has only one; all choices are compared where both have them. */
export function meaningOf(events: readonly ChatEvent[], choice = 0): Meaning {
  const answer = foldAnswer(events);
  const blocks = answer.choices.find(({ index }) => index === choice)?.blocks ?? [];
  const calls = ofKind(blocks, 'tool_call').map(({ head, text }) => ({
    name: head.kind === 'tool_call' ? head.name : '',
    input: text === '' ? '{}' : text,
  }));
  const finish = answer.choices.find(({ index }) => index === choice)?.finish;
  return {
    // A refusal is text to a format that has no refusals.
    text: textOf([...ofKind(blocks, 'text'), ...ofKind(blocks, 'refusal')]),
    reasoning: textOf(ofKind(blocks, 'reasoning')),
    calls,
    finish: calls.length > 0 && finish?.reason !== 'length' ? 'tool_calls' : SAME[finish?.reason ?? 'other'],
    usage: usageOf(answer),
  };
}

function ofKind(blocks: readonly AnswerBlock[], kind: AnswerBlock['head']['kind']): AnswerBlock[] {
  return blocks.filter(({ head }) => head.kind === kind);
}

function textOf(blocks: readonly AnswerBlock[]): string {
  return blocks.map(({ text }) => text).join('');
}

/** Chat has one class of cache writes. */
function usageOf({ usage }: WholeAnswer): Usage | undefined {
  if (usage === undefined) return undefined;
  return { ...usage, cacheWrite: usage.cacheWrite + usage.cacheWriteLong, cacheWriteLong: 0 };
}
