import { inputBound } from '../core/chat/bound.ts';
import type { ChatView } from '../core/chat/request.ts';
import { boundOf } from '../core/chat/usage.ts';
import { nearest } from '../core/config/nearest.ts';
import { TollgateError } from '../core/errors.ts';
import { type Rung, type Target, targetName } from '../core/routing/target.ts';
import type { Setup } from './setup.ts';
import type { Candidate, Guarded, Planned } from './states.ts';

/**
 * Decides which targets could serve the request, in which order, with which output cap, and what each could cost.
 * Pure over one snapshot: it asks nobody and holds nothing.
 */
export function plan(state: Guarded, setup: Setup): Planned | TollgateError {
  const { view, trail } = state;
  const rung = setup.resolve(view.model);
  if (rung === undefined) return unknownModel(trail.asked?.model ?? view.model, setup);
  const usable = rung.targets.filter((target) => setup.unusable(target.provider) === undefined);
  if (usable.length === 0) return notConfigured(view.model, rung, setup);
  const scopes = setup.scopesOf(state.caller);
  const budgeted = scopes.length > 0;
  if (budgeted && view.unpriceable[0] !== undefined) return unpriceable(view.unpriceable[0]);

  const candidates: Candidate[] = [];
  let reason: TollgateError | undefined;
  for (const target of usable) {
    const candidate = candidateOf(state, rung, target, budgeted);
    if (candidate instanceof TollgateError) reason ??= candidate;
    else candidates.push(candidate);
  }
  const [first, ...rest] = candidates;
  if (first === undefined) return reason ?? notConfigured(view.model, rung, setup);
  trail.planned = first.target;
  if (first.inject && first.outputTokens !== undefined) {
    trail.warnings.push(`max_tokens set to ${first.outputTokens}: the request gave none`);
  }
  return { ...state, rung, scopes, candidates: [first, ...rest] };
}

function candidateOf(
  state: Guarded,
  rung: Rung,
  target: Target,
  budgeted: boolean,
): Candidate | TollgateError {
  const { view } = state;
  const { maxOutputTokens: limit, imageTokens } = target.capabilities;
  const name = targetName(target);
  if (view.maxTokens !== undefined && limit !== undefined && view.maxTokens.value > limit) {
    return new TollgateError(
      'invalid_request',
      `\`${view.maxTokens.param}\` is ${view.maxTokens.value}, but ${view.model} gives at most ${limit} output tokens`,
      { param: view.maxTokens.param, details: { limit } },
    );
  }
  const injected =
    view.maxTokens === undefined ? (rung.maxOutputTokens ?? (budgeted ? limit : undefined)) : undefined;
  const outputTokens = view.maxTokens?.value ?? least(rung.maxOutputTokens, limit);
  if (budgeted && target.price === undefined) return unpriced(view, name);
  if (budgeted && outputTokens === undefined) {
    return new TollgateError(
      'invalid_request',
      `\`max_tokens\` is needed: a budget applies and no output limit of ${name} is known`,
      { param: 'max_tokens' },
    );
  }
  if (budgeted && view.images > 0 && imageTokens === undefined) {
    return new TollgateError(
      'unsupported_parameter',
      `Images cannot be priced for ${name}: a budget applies and \`capabilities.image_tokens\` is not known`,
      { param: 'messages' },
    );
  }
  const input = inputBound(state.tape, view, imageTokens ?? 0, growthOf(state));
  return {
    target,
    outputTokens,
    inject: injected !== undefined,
    inputBound: input,
    bound:
      target.price === undefined || outputTokens === undefined
        ? undefined
        : boundOf(input, outputTokens * view.choices, target.price),
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function growthOf(state: Guarded): number {
  let growth = 0;
  for (const patch of state.patches) growth += Math.max(0, patch.bytes.length - (patch.end - patch.start));
  return growth;
}

function unknownModel(model: string, setup: Setup): TollgateError {
  const names = Object.keys(setup.config.models);
  const close = nearest(model, names);
  const hint =
    close === undefined ? `Models here: ${names.slice(0, 20).join(', ')}` : `Did you mean ${close}?`;
  return new TollgateError('model_not_found', `There is no model ${JSON.stringify(model)} here. ${hint}`, {
    param: 'model',
  });
}

function notConfigured(model: string, rung: Rung, setup: Setup): TollgateError {
  const reasons = rung.targets.map(
    (target) => `${target.provider} ${setup.unusable(target.provider) ?? 'is unusable'}`,
  );
  return new TollgateError(
    'provider_not_configured',
    `${model} cannot be served: ${[...new Set(reasons)].join('; ')}`,
    {
      param: 'model',
    },
  );
}

function unpriced(view: ChatView, target: string): TollgateError {
  return new TollgateError(
    'model_unpriced',
    `${view.model} has no price (${target}) and a budget applies, so its cost cannot be bounded. Give it a \`price\` in the config.`,
    { param: 'model' },
  );
}

function unpriceable(param: string): TollgateError {
  return new TollgateError(
    'unsupported_parameter',
    `\`${param}\` may add to the cost in a way that no price here covers, and a budget applies. Remove it.`,
    { param },
  );
}
