import type { Effort } from '../../core/chat/conversation.ts';
import type { RequestNode } from './read-node.ts';
import type { Reading } from './reading.ts';
import type { Draft } from './settings-draft.ts';

const EFFORTS: ReadonlySet<string> = new Set<Effort>([
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
]);
const KNOWN = new Set(['effort', 'max_tokens', 'enabled', 'exclude']);
const KNOWN_OF_THINKING = new Set(['type', 'budget_tokens', 'display']);

/** `reasoning_effort`; a `reasoning` or `thinking` object beside it says more and wins. */
export function readEffort(node: RequestNode, draft: Draft, reading: Reading): void {
  reading.ask('reasoning', node);
  const effort = effortOf(node);
  draft.settings.reasoning ??= effort === 'none' ? { type: 'off' } : { type: 'effort', effort };
}

/** OpenRouter's `reasoning: {effort | max_tokens | enabled, exclude}`. */
export function readReasoningObject(node: RequestNode, draft: Draft, reading: Reading): void {
  const fields = node.fields('an object with effort, max_tokens or enabled');
  reading.ask('reasoning', node);
  reading.askUnknown(fields, KNOWN);
  const effort = fields.get('effort');
  const tokens = fields.get('max_tokens');
  const enabled = fields.get('enabled')?.boolean();
  const { settings } = draft;
  if (enabled === false) settings.reasoning = { type: 'off' };
  else if (tokens !== undefined) settings.reasoning = { type: 'budget', tokens: tokens.number() };
  else if (effort !== undefined) {
    const wanted = effortOf(effort);
    settings.reasoning = wanted === 'none' ? { type: 'off' } : { type: 'effort', effort: wanted };
  } else settings.reasoning = { type: 'adaptive', effort: undefined };
  if (fields.get('exclude')?.boolean() === true) settings.reasoningDisplay = 'omitted';
}

/** Claude's own `thinking` object, which its clients also send over this format. */
export function readThinkingObject(node: RequestNode, draft: Draft, reading: Reading): void {
  const expected = 'an object such as {"type": "enabled", "budget_tokens": 4096}';
  const fields = node.fields(expected);
  reading.ask('reasoning', node);
  reading.askUnknown(fields, KNOWN_OF_THINKING);
  const type = fields.get('type')?.text();
  const budget = fields.get('budget_tokens');
  const { settings } = draft;
  if (type === 'disabled') settings.reasoning = { type: 'off' };
  else if (type === 'adaptive') settings.reasoning = { type: 'adaptive', effort: undefined };
  else if (type === 'enabled' && budget !== undefined) {
    settings.reasoning = { type: 'budget', tokens: budget.number() };
  } else if (type === 'enabled') settings.reasoning = { type: 'adaptive', effort: undefined };
  else throw node.wrong(expected);
  const display = fields.get('display');
  if (display !== undefined) settings.reasoningDisplay = display.text();
}

function effortOf(node: RequestNode): Effort {
  const effort = node.text();
  if (!isEffort(effort)) throw node.wrong('none, minimal, low, medium, high, xhigh or max');
  return effort;
}

function isEffort(text: string): text is Effort {
  return EFFORTS.has(text);
}
