import type { Capabilities } from '../../core/routing/target.ts';

/**
 * Whose model it is, as far as its id tells: Converse is one format for all, except for what goes into
 * `additionalModelRequestFields`. An ARN of an application profile or of an own model tells nothing.
 */
export type Family = 'claude' | 'nova' | 'nova-2' | 'mistral' | 'other';

export function familyOf(model: string): Family {
  if (/(?:^|[./])anthropic\.claude/.test(model)) return 'claude';
  if (/(?:^|[./])amazon\.nova-2/.test(model)) return 'nova-2';
  if (/(?:^|[./])amazon\.nova/.test(model)) return 'nova';
  return /(?:^|[./])mistral\./.test(model) ? 'mistral' : 'other';
}

/**
 * How the model is told to think. Claude's ways are also taken where only the config says that the model behind an ARN
 * has them. Undefined: there is no documented way, and none is guessed.
 */
export function thinkingWay(
  family: Family,
  { thinking }: Pick<Capabilities, 'thinking'>,
): 'budget' | 'adaptive' | 'nova' | undefined {
  if (thinking === 'none') return undefined;
  if (family === 'nova-2') return 'nova';
  if (family === 'nova') return undefined;
  if (thinking === 'budget' || thinking === 'adaptive') return thinking;
  return family === 'claude' ? 'adaptive' : undefined;
}

/** Whether signed reasoning of an unknown origin can be this model's. */
export function thinksLikeClaude(family: Family, capabilities: Pick<Capabilities, 'thinking'>): boolean {
  const way = thinkingWay(family, capabilities);
  return family === 'claude' || way === 'budget' || way === 'adaptive';
}
