import { inputBound } from '../core/chat/bound.ts';
import type { RequestView } from '../core/chat/request.ts';
import { boundOf } from '../core/chat/usage.ts';
import { TollgateError } from '../core/errors.ts';
import type { Nano } from '../core/money.ts';
import { type Rung, type Target, targetName } from '../core/routing/target.ts';
import { threadRefusal } from '../dialects/anthropic/threads.ts';
import { type Told, tell } from './losses.ts';
import { type Served, servedBy } from './services.ts';
import type { Setup } from './setup.ts';
import type { Candidate, Guarded } from './states.ts';

/** What is the same for every target of a request. */
export interface Terms {
  /** A budget binds the caller, so every cost must have a bound. */
  readonly budgeted: boolean;
  /** The request may ask for the dearer, longer cache. */
  readonly cachesLong: boolean;
}

/** What a call to one target would send, change and cost at most; or why the target cannot serve the request. */
export function candidateOf(
  state: Guarded,
  rung: Rung,
  target: Target,
  { budgeted, cachesLong }: Terms,
  setup: Setup,
): Candidate | TollgateError {
  const { view } = state;
  const served = servedFor(state, target, setup);
  if (served instanceof TollgateError) return served;
  const told = tell(served, state.source, target, rung.unsupported, state.exchange.headers);
  if (told instanceof TollgateError) return told;
  const generates = served.kind === 'chat';
  if (budgeted && target.price === undefined) return unpriced(view, targetName(target));
  const output = generates
    ? outputFor(view, rung, target, served.service.format.needsMaxTokens, budgeted)
    : NO_OUTPUT;
  if (output instanceof TollgateError) return output;
  const priceless = budgeted ? unpricedParts(view, target) : undefined;
  if (priceless !== undefined) return priceless;
  const { imageTokens, contextTokens } = target.capabilities;
  const text = inputBound(state.tape, view, imageTokens ?? 0, state.source.growth);
  const input = view.documents > 0 ? Math.max(text, contextTokens ?? 0) : text;
  const choices = told.dropped.has('n') ? 1 : view.choices;
  return {
    target,
    served,
    choices,
    warnings: warningsOf(told, view, output),
    outputTokens: output.tokens,
    inject: output.inject,
    inputBound: input,
    bound: boundFor(target, input, output.tokens, choices, cachesLong),
  };
}

function warningsOf(told: Told, view: RequestView, output: Output): readonly string[] {
  if (!output.inject) return told.warnings;
  const cap =
    view.maxTokens === undefined
      ? `max_tokens set to ${output.tokens}: the request gave none`
      : `${view.maxTokens.param} capped to ${output.tokens}`;
  return [...told.warnings, cap];
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

/** The output cap of a call: the caller's, else the alias's, else the model's. */
function outputFor(
  view: RequestView,
  rung: Rung,
  target: Target,
  needed: boolean,
  budgeted: boolean,
): Output | TollgateError {
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
  const injected = rung.maxOutputTokens ?? (budgeted || needed ? limit : undefined);
  const tokens = least(rung.maxOutputTokens, limit);
  if (budgeted && tokens === undefined) {
    return new TollgateError(
      'invalid_request',
      `\`max_tokens\` is needed: a budget applies and no output limit of ${targetName(target)} is known`,
      { param: 'max_tokens' },
    );
  }
  return { tokens, inject: injected !== undefined };
}

/** What a budget cannot bound: pictures and documents whose tokens nobody knows. */
function unpricedParts(view: RequestView, target: Target): TollgateError | undefined {
  const name = targetName(target);
  const { imageTokens, contextTokens } = target.capabilities;
  if (view.images > 0 && imageTokens === undefined) return unbounded('Images', 'image_tokens', name);
  if (view.documents > 0 && contextTokens === undefined)
    return unbounded('Documents', 'context_tokens', name);
  return undefined;
}

function unbounded(what: string, capability: string, target: string): TollgateError {
  return new TollgateError(
    'unsupported_parameter',
    `${what} cannot be priced for ${target}: a budget applies and \`capabilities.${capability}\` is not known`,
    { param: 'messages' },
  );
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

function unpriced(view: RequestView, target: string): TollgateError {
  return new TollgateError(
    'model_unpriced',
    `${view.model} has no price (${target}) and a budget applies, so its cost cannot be bounded. Give it a \`price\` in the config.`,
    { param: 'model' },
  );
}
