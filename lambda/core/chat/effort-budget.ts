import type { Effort, Reasoning } from './conversation.ts';

export type ThinkingEffort = Exclude<Effort, 'none'>;

/** Least budget of thinking that Claude takes. Source: Anthropic API reference, `ThinkingConfigEnabled`. */
export const MIN_BUDGET = 1_024;

/**
 * Tokens of thinking for models that are told a budget and not an effort. Nobody documents how the two relate; the steps
 * double from Claude's minimum, and the last one is what Anthropic's documentation calls a large budget.
 */
export const BUDGETS: Readonly<Record<ThinkingEffort, number>> = {
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
};

/** Whether an output cap leaves tokens for an answer beside the least budget. */
export function hasRoom(maxTokens: number): boolean {
  return maxTokens > MIN_BUDGET;
}

/** The budget that an effort stands for below an output cap with room for one: half of it at most. */
export function budgetBelow(maxTokens: number, budget: number): number {
  return Math.min(budget, Math.max(MIN_BUDGET, Math.floor(maxTokens / 2)));
}

/** The effort that a wish comes nearest to; undefined where it leaves that to the model. */
export function effortOf(reasoning: Reasoning): Effort | undefined {
  if (reasoning.type === 'off') return 'none';
  return reasoning.type === 'budget' ? nearest(reasoning.tokens) : reasoning.effort;
}

function nearest(tokens: number): 'low' | 'medium' | 'high' | 'xhigh' | 'max' {
  const levels = ['low', 'medium', 'high', 'xhigh'] as const;
  return levels.find((level) => tokens <= BUDGETS[level]) ?? 'max';
}
