import type { RequestView } from '../core/chat/request.ts';
import { TollgateError } from '../core/errors.ts';
import { type Target, targetName } from '../core/routing/target.ts';
import type { Strictness } from './scopes.ts';

/**
 * What no limit can bound about a call: an enforced limit refuses the call for it, under an observed one the caller is
 * told. `outputTokens`: the most of one choice, undefined if nobody knows.
 */
export function doubtsOf(
  view: RequestView,
  target: Target,
  outputTokens: number | undefined,
  { money, tokens }: Strictness,
): TollgateError | readonly string[] {
  const doubts: string[] = [];
  if (money !== undefined) {
    const doubt = costDoubt(view, target, outputTokens);
    if (doubt !== undefined && money === 'enforce') return doubt;
    if (doubt !== undefined) doubts.push(`an enforced budget would refuse this: ${doubt.message}`);
  }
  if (tokens !== undefined && outputTokens === undefined) {
    const doubt = capNeeded('a rate of tokens', target);
    if (tokens === 'enforce') return doubt;
    doubts.push(`an enforced rate would refuse this: ${doubt.message}`);
  }
  return doubts;
}

/** Why the cost of a call has no bound. */
function costDoubt(
  view: RequestView,
  target: Target,
  outputTokens: number | undefined,
): TollgateError | undefined {
  const [param] = view.unpriceable;
  if (param !== undefined) {
    return new TollgateError(
      'unsupported_parameter',
      `\`${param}\` may add to the cost in a way that no price here covers, and a budget applies. Remove it.`,
      { param },
    );
  }
  const name = targetName(target);
  if (target.price === undefined) {
    return new TollgateError(
      'model_unpriced',
      `${view.model} has no price (${name}) and a budget applies, so its cost cannot be bounded. Give it a \`price\` in the config.`,
      { param: 'model' },
    );
  }
  if (outputTokens === undefined) return capNeeded('a budget', target);
  const { imageTokens, contextTokens } = target.capabilities;
  if (view.images > 0 && imageTokens === undefined) return partDoubt('Images', 'image_tokens', name);
  if (view.documents > 0 && contextTokens === undefined)
    return partDoubt('Documents', 'context_tokens', name);
  return undefined;
}

function capNeeded(limit: string, target: Target): TollgateError {
  return new TollgateError(
    'invalid_request',
    `\`max_tokens\` is needed: ${limit} applies and no output limit of ${targetName(target)} is known`,
    { param: 'max_tokens' },
  );
}

/** Pictures and documents whose tokens nobody knows. */
function partDoubt(what: string, capability: string, target: string): TollgateError {
  return new TollgateError(
    'unsupported_parameter',
    `${what} cannot be priced for ${target}: a budget applies and \`capabilities.${capability}\` is not known`,
    { param: 'messages' },
  );
}
