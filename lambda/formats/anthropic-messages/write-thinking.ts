import type { Json, Reasoning, Settings } from '../../core/chat/conversation.ts';
import { BUDGETS, budgetBelow, effortOf, hasRoom, MIN_BUDGET } from '../../core/chat/effort-budget.ts';
import type { Thinking } from '../../core/routing/target.ts';
import { jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';

type AnthropicEffort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** What the caller's wish for reasoning is in the terms of one model. */
export type Wish =
  | { readonly type: 'unsaid' | 'off' }
  /** `exact`: the caller named the tokens. */
  | { readonly type: 'budget'; readonly tokens: number; readonly exact: boolean }
  | { readonly type: 'adaptive'; readonly effort: AnthropicEffort | undefined }
  | { readonly type: 'effort'; readonly effort: AnthropicEffort };

/** Undefined capability: unknown, so the wish is passed on in the API's newest way. */
export function wishOf(reasoning: Reasoning | undefined, capability: Thinking | undefined): Wish {
  if (reasoning === undefined || capability === 'none') return { type: 'unsaid' };
  const effort = effortOf(reasoning);
  if (effort === 'none') return { type: capability === 'effort' ? 'unsaid' : 'off' };
  if (capability === 'budget') {
    if (reasoning.type === 'budget') {
      return { type: 'budget', tokens: Math.max(MIN_BUDGET, reasoning.tokens), exact: true };
    }
    return { type: 'budget', tokens: BUDGETS[effort ?? 'high'], exact: false };
  }
  const level = effort === 'minimal' ? 'low' : effort;
  if (capability !== 'effort') return { type: 'adaptive', effort: level };
  return level === undefined ? { type: 'unsaid' } : { type: 'effort', effort: level };
}

/** Whether the model is asked to think; it then takes no other temperature than 1, and no top_k. */
export function thinks(wish: Wish): boolean {
  return wish.type === 'budget' || wish.type === 'adaptive';
}

/** The `thinking` of a request. A budget must leave tokens for the answer, so with too few there is no thinking. */
export function thinkingJson(wish: Wish, settings: Settings, maxTokens: number): Json | undefined {
  const display = jsonValue(settings.reasoningDisplay);
  switch (wish.type) {
    case 'off':
      return '{"type":"disabled"}';
    case 'adaptive':
      return jsonObject({ type: '"adaptive"', display });
    case 'budget': {
      if (wish.exact) return jsonObject({ type: '"enabled"', budget_tokens: String(wish.tokens), display });
      if (!hasRoom(maxTokens)) return undefined;
      const tokens = budgetBelow(maxTokens, wish.tokens);
      return jsonObject({ type: '"enabled"', budget_tokens: String(tokens), display });
    }
    default:
      return undefined;
  }
}

export function effortJson(wish: Wish): Json | undefined {
  if (wish.type !== 'adaptive' && wish.type !== 'effort') return undefined;
  return wish.effort === undefined ? undefined : jsonString(wish.effort);
}
