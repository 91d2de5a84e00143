import { type AnswerBlock, foldAnswer, type WholeAnswer } from '../../../lambda/core/chat/answer.ts';
import type { ChatEvent, FinishReason } from '../../../lambda/core/chat/events.ts';
import { NO_USAGE, type Usage } from '../../../lambda/core/chat/usage.ts';

/** What an answer means to a person and to an agent loop, however its format spells it. */
export interface Meaning {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly input: string }[];
  readonly finish: string;
  readonly usage: Usage;
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
  const refusals = ofKind(blocks, 'refusal');
  const finish = answer.choices.find(({ index }) => index === choice)?.finish;
  return {
    // A refusal is text to a format that has no refusals, and what a provider explains is one to a format that has them.
    text:
      textOf([...ofKind(blocks, 'text'), ...refusals]) +
      (refusals.length > 0 ? '' : (finish?.explanation ?? '')),
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
function usageOf({ usage }: WholeAnswer): Usage {
  // Messages has to give figures, and 0 where none are known.
  if (usage === undefined) return NO_USAGE;
  return { ...usage, cacheWrite: usage.cacheWrite + usage.cacheWriteLong, cacheWriteLong: 0 };
}
