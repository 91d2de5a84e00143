import { mayCacheLong } from '../core/chat/bound.ts';
import { nearest } from '../core/config/nearest.ts';
import { TollgateError } from '../core/errors.ts';
import type { Rung, Target } from '../core/routing/target.ts';
import type { ScopeLimits } from '../core/scope-limits.ts';
import type { LimitsBook } from '../ledger/limits-book.ts';
import { candidateOf, type Terms } from './candidate.ts';
import { requestsOnly } from './scopes.ts';
import type { Setup } from './setup.ts';
import type { Candidate, Guarded, Planned } from './states.ts';
import { stopOf, stoppedError, stoppedNote } from './stops.ts';

/**
 * Decides which targets could serve the request, in which order, with which output cap, and what each could cost.
 * Pure over one snapshot: it asks nobody and holds nothing.
 */
export function plan(state: Guarded, setup: Setup, book: LimitsBook): Planned | TollgateError {
  const { view, trail } = state;
  const rung = setup.resolve(view.model);
  const stop = stopOf(book, state.caller, rung?.alias);
  if (stop !== undefined) return stoppedError(stop, trail);
  if (rung === undefined) return unknownModel(trail.asked?.model ?? view.model, setup);
  const usable = rung.targets.filter((target) => setup.unusable(target.provider) === undefined);
  const [best] = usable;
  if (best === undefined) return notConfigured(view.model, rung, setup);
  const running = usable.filter((target) => book.stopped('provider', target.provider) === undefined);
  const off = running.length === 0 ? book.stopped('provider', best.provider) : undefined;
  if (off !== undefined) return stoppedError(off, trail);

  const { limits, number } = book;
  const scopes = scopesOf(state, setup.scopes.of(limits, state.caller, rung.alias));
  const terms: Terms = { scopes, limits, cachesLong: mayCacheLong(state.tape) };
  const candidates: Candidate[] = [];
  let reason: TollgateError | undefined;
  for (const target of running) {
    const candidate = candidateOf(state, rung, target, terms, setup);
    if (candidate instanceof TollgateError) reason ??= candidate;
    else candidates.push(candidate);
  }
  const [first, ...rest] = candidates;
  if (first === undefined) return reason ?? notConfigured(view.model, rung, setup);
  trail.planned = first.target;
  const before = usable.slice(0, usable.indexOf(first.target));
  const displaced = before.filter((target) => !running.includes(target));
  return {
    ...state,
    rung,
    scopes,
    number,
    candidates: [first, ...rest],
    preferred: displaced[0] ?? first.target,
    passedOver: notes(displaced, book),
  };
}

/** Counting costs nothing and uses no tokens of anyone, so no budget and no rate of tokens has a say in it. */
function scopesOf({ operation }: Guarded, scopes: readonly ScopeLimits[]): readonly ScopeLimits[] {
  return operation.kind === 'count_tokens' ? scopes.flatMap((scope) => requestsOnly(scope) ?? []) : scopes;
}

function notes(displaced: readonly Target[], book: LimitsBook): readonly string[] {
  const all = displaced.flatMap(({ provider }) => {
    const stop = book.stopped('provider', provider);
    return stop === undefined ? [] : [stoppedNote(stop, 'passed over')];
  });
  return [...new Set(all)];
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
