import type { Turn } from './conversation.ts';

/**
 * Whether Claude can go on thinking with a budget. Inside a tool loop it wants the thinking that began it; where that
 * could not be given back, the call is made without thinking. Expects merged turns that hold only what goes back.
 * Source: Anthropic API, "Extended thinking with tool use".
 */
export function canThinkOn(turns: readonly Turn[]): boolean {
  const begin = turns.findLastIndex(
    ({ role, content }) => role === 'user' && content.every(({ kind }) => kind !== 'tool_result'),
  );
  const loop = turns.slice(begin + 1).filter(({ role }) => role === 'assistant');
  if (!loop.some(({ content }) => content.some(({ kind }) => kind === 'tool_call'))) return true;
  return loop.some(({ content }) =>
    content.some(({ kind }) => kind === 'thinking' || kind === 'redacted_thinking'),
  );
}
