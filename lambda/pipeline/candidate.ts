import { inputBound } from '../core/chat/bound.ts';
import type { RequestView } from '../core/chat/request.ts';
import { boundOf } from '../core/chat/usage.ts';
import type { LimitsConfig } from '../core/config/schema.ts';
import { TollgateError } from '../core/errors.ts';
import { type Nano, ZERO } from '../core/money.ts';
import { type Rung, type Target, targetName } from '../core/routing/target.ts';
import type { ScopeLimits } from '../core/scope-limits.ts';
import { threadRefusal } from '../dialects/anthropic/threads.ts';
import { doubtsOf } from './doubts.ts';
import { tell } from './losses.ts';
import { isBound, requestsOnly, strictnessOf } from './scopes.ts';
import { type Served, servedBy } from './services.ts';
import type { Setup } from './setup.ts';
import type { Candidate, Guarded } from './states.ts';

/** What is the same for every target of a request. */
export interface Terms {
  /** Limits that bind the caller. */
  readonly scopes: readonly ScopeLimits[];
  /** In force; providers' own limits are among them. */
  readonly limits: LimitsConfig;
  /** The request may ask for the dearer, longer cache. */
  readonly cachesLong: boolean;
}

/** What a call to one target would send, change and cost at most; or why the target cannot serve the request. */
export function candidateOf(
  state: Guarded,
  rung: Rung,
  target: Target,
  terms: Terms,
  setup: Setup,
): Candidate | TollgateError {
  const { view } = state;
  const served = servedFor(state, target, setup);
  if (served instanceof TollgateError) return served;
  const told = tell(served, state.source, target, rung.unsupported, state.exchange.headers);
  if (told instanceof TollgateError) return told;
  const scope = providerScope(served, target, terms, setup);
  const strictness = strictnessOf(scope === undefined ? terms.scopes : [...terms.scopes, scope]);
  const output =
    served.kind === 'chat'
      ? outputFor(view, rung, target, served.service.format.needsMaxTokens || isBound(strictness))
      : NO_OUTPUT;
  if (output instanceof TollgateError) return output;
  const doubts = doubtsOf(view, target, output.tokens, strictness);
  if (doubts instanceof TollgateError) return doubts;
  const { imageTokens, contextTokens } = target.capabilities;
  const text = inputBound(state.tape, view, imageTokens ?? 0, state.source.growth);
  const input = view.documents > 0 ? Math.max(text, contextTokens ?? 0) : text;
  const choices = told.dropped.has('n') ? 1 : view.choices;
  return {
    target,
    served,
    scope,
    choices,
    warnings: [...told.warnings, ...capNote(view, output), ...doubts],
    outputTokens: output.tokens,
    inject: output.inject,
    inputBound: input,
    ...(state.operation.kind === 'count_tokens'
      ? { tokens: 0, bound: ZERO }
      : {
          tokens: input + (output.tokens ?? 0) * choices,
          bound: boundFor(target, input, output.tokens, choices, terms.cachesLong),
        }),
  };
}

function capNote(view: RequestView, output: Output): readonly string[] {
  if (!output.inject) return [];
  return view.maxTokens === undefined
    ? [`max_tokens set to ${output.tokens}: the request gave none`]
    : [`${view.maxTokens.param} capped to ${output.tokens}`];
}

/** The limits of the provider itself. An estimate asks nobody, and a count of tokens is a request and no more. */
function providerScope(
  served: Served,
  target: Target,
  { limits }: Terms,
  setup: Setup,
): ScopeLimits | undefined {
  if (served.kind === 'estimate') return undefined;
  const scope = setup.scopes.ofProvider(limits, target.provider);
  return scope !== undefined && served.kind === 'count_tokens' ? requestsOnly(scope) : scope;
}

function servedFor(state: Guarded, target: Target, setup: Setup): Served | TollgateError {
  const provider = setup.provider(target.provider);
  const served = provider === undefined ? undefined : servedBy(state.operation, provider, target.model);
  if (served === undefined) {
    return new TollgateError(
      'unsupported_parameter',
      `${targetName(target)} does not serve ${NAMES[state.operation.kind]}; ask a model that does`,
      { param: 'model' },
    );
  }
  if (state.view.thread && served.kind !== 'estimate' && !served.service.threads) return threadRefusal();
  return served;
}

const NAMES = { chat: 'chat', embeddings: 'embeddings', count_tokens: 'token counts' } as const;

interface Output {
  readonly tokens: number | undefined;
  readonly inject: boolean;
}

const NO_OUTPUT: Output = { tokens: 0, inject: false };

/** The output cap of a call: the caller's, else the alias's, else the model's. `needed`: one must be sent. */
function outputFor(view: RequestView, rung: Rung, target: Target, needed: boolean): Output | TollgateError {
  const limit = target.capabilities.maxOutputTokens;
  if (view.maxTokens !== undefined) {
    const { value, param } = view.maxTokens;
    if (limit === undefined || value <= limit) return { tokens: value, inject: false };
    if (rung.unsupported === 'drop') return { tokens: limit, inject: true };
    return new TollgateError(
      'invalid_request',
      `\`${param}\` is ${value}, but ${view.model} gives at most ${limit} output tokens`,
      { param, details: { limit } },
    );
  }
  const injected = rung.maxOutputTokens ?? (needed ? limit : undefined);
  return { tokens: least(rung.maxOutputTokens, limit), inject: injected !== undefined };
}

function boundFor(
  target: Target,
  input: number,
  output: number | undefined,
  choices: number,
  cachesLong: boolean,
): Nano | undefined {
  if (target.price === undefined || output === undefined) return undefined;
  return boundOf(input, output * choices, target.price, cachesLong);
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
