import type { Conversation, Reasoning, Turn } from '../../core/chat/conversation.ts';
import {
  BUDGETS,
  budgetBelow,
  effortOf,
  hasRoom,
  MIN_BUDGET,
  type ThinkingEffort,
} from '../../core/chat/effort-budget.ts';
import { canThinkOn } from '../../core/chat/tool-loop.ts';
import { TollgateError } from '../../core/errors.ts';
import { jsonObject, jsonString } from '../../wire/json-write.ts';
import type { SendFacts } from '../format.ts';
import { type Family, thinkingWay, thinksLikeClaude } from './families.ts';

/** What a request says about thinking. */
export interface ThinkingMembers {
  /** Members of `additionalModelRequestFields`. */
  readonly fields: Readonly<Record<string, string>>;
  /** `outputConfig.effort`. */
  readonly effort: string | undefined;
  /** Whether the model thinks on a budget, and so refuses to be made to call a tool. */
  readonly onBudget: boolean;
  /** Whether the model is told to think. */
  readonly on: boolean;
}

const SILENT: ThinkingMembers = { fields: {}, effort: undefined, onBudget: false, on: false };

/**
 * What a conversation's wish for reasoning becomes. Source: AWS, Bedrock user guide, "Extended thinking" and "Adaptive
 * thinking" (Claude); Nova 2 user guide, "Extended thinking". An error where a budget leaves no token for the answer.
 * `turns`: as they will be sent.
 */
export function thinkingMembers(
  conversation: Conversation,
  turns: readonly Turn[],
  send: SendFacts,
  family: Family,
): ThinkingMembers | TollgateError {
  const { reasoning, reasoningDisplay } = conversation.settings;
  const way = thinkingWay(family, send.capabilities);
  if (reasoning === undefined || way === undefined) return SILENT;
  if (way === 'nova') return nova(reasoning);
  const effort = effortOf(reasoning);
  if (effort === 'none') return { ...SILENT, fields: { thinking: '{"type":"disabled"}' } };
  const display = reasoningDisplay === undefined ? undefined : jsonString(reasoningDisplay);
  if (way === 'adaptive') {
    return {
      fields: { thinking: jsonObject({ type: '"adaptive"', display }) },
      effort: effort === 'minimal' ? 'low' : effort,
      onBudget: false,
      on: true,
    };
  }
  if (!canThinkOn(turns)) return SILENT;
  const tokens = budgetOf(conversation, reasoning, effort ?? 'high', send.maxTokens);
  if (tokens === undefined || tokens instanceof TollgateError) return tokens ?? SILENT;
  const thinking = jsonObject({ type: '"enabled"', budget_tokens: String(tokens), display });
  return { fields: { thinking }, effort: undefined, onBudget: true, on: true };
}

/** Whether a turn's reasoning may go back: all of it was signed, by this very model as far as is known, or none goes. */
export function sendsThinking(turn: Turn, send: SendFacts, family: Family): boolean {
  if (send.fallback) return false;
  const known = thinksLikeClaude(family, send.capabilities);
  return turn.content.every((block) => {
    if (block.kind !== 'thinking' && block.kind !== 'redacted_thinking') return true;
    if (block.kind === 'thinking' && block.signature === undefined) return false;
    return block.origin === undefined ? known : block.origin === send.target;
  });
}

/** Nova's effort for a wish; `high` is not asked for, because Nova refuses an output cap beside it. */
export function novaEffort(reasoning: Reasoning): 'low' | 'medium' | undefined {
  const effort = effortOf(reasoning);
  if (effort === 'none') return undefined;
  return effort === 'minimal' || effort === 'low' ? 'low' : 'medium';
}

function nova(reasoning: Reasoning): ThinkingMembers {
  const effort = novaEffort(reasoning);
  // Off is what it does by itself.
  if (effort === undefined) return SILENT;
  const reasoningConfig = jsonObject({ type: '"enabled"', maxReasoningEffort: jsonString(effort) });
  return { ...SILENT, fields: { reasoningConfig }, on: true };
}

/** A budget stays below the output cap. One that an effort stands for gives way; undefined where there is no room. */
function budgetOf(
  { asked }: Conversation,
  reasoning: Reasoning,
  effort: ThinkingEffort,
  maxTokens: number | undefined,
): number | undefined | TollgateError {
  if (reasoning.type === 'budget') {
    const tokens = Math.max(MIN_BUDGET, reasoning.tokens);
    if (maxTokens === undefined || tokens < maxTokens) return tokens;
    const param = asked.find(({ feature }) => feature === 'reasoning')?.param;
    return new TollgateError(
      'invalid_request',
      `The reasoning budget of ${tokens} tokens leaves none of the ${maxTokens} output tokens for the answer. Lower the budget, or raise the output limit above it`,
      param === undefined ? {} : { param },
    );
  }
  if (maxTokens === undefined) return BUDGETS[effort];
  if (!hasRoom(maxTokens)) return undefined;
  return budgetBelow(maxTokens, BUDGETS[effort]);
}
