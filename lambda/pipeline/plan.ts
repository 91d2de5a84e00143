import { mayCacheLong } from '../core/chat/bound.ts';
import { nearest } from '../core/config/nearest.ts';
import { TollgateError } from '../core/errors.ts';
import type { Rung } from '../core/routing/target.ts';
import { candidateOf } from './candidate.ts';
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
  // Counting costs nothing, so no budget has a say in it.
  const scopes = state.operation.kind === 'count_tokens' ? [] : setup.scopesOf(state.caller);
  const budgeted = scopes.length > 0;
  if (budgeted && view.unpriceable[0] !== undefined) return unpriceable(view.unpriceable[0]);

  const terms = { budgeted, cachesLong: mayCacheLong(state.tape) };
  const candidates: Candidate[] = [];
  let reason: TollgateError | undefined;
  for (const target of usable) {
    const candidate = candidateOf(state, rung, target, terms, setup);
    if (candidate instanceof TollgateError) reason ??= candidate;
    else candidates.push(candidate);
  }
  const [first, ...rest] = candidates;
  if (first === undefined) return reason ?? notConfigured(view.model, rung, setup);
  trail.planned = first.target;
  return { ...state, rung, scopes, candidates: [first, ...rest] };
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

function unpriceable(param: string): TollgateError {
  return new TollgateError(
    'unsupported_parameter',
    `\`${param}\` may add to the cost in a way that no price here covers, and a budget applies. Remove it.`,
    { param },
  );
}
