import type { Price } from '../chat/usage.ts';
import type { Config } from '../config/schema.ts';
import { type Pico, picoFromUsdPerMillion } from '../money.ts';
import type { Capabilities, Rung, Target } from './target.ts';

/** What a catalog says about a model of a kind of provider. */
export type FindModel = (
  providerType: string,
  model: string,
) => { readonly capabilities: Capabilities; readonly price: Price } | undefined;

const UNKNOWN: Capabilities = {
  contextTokens: undefined,
  maxOutputTokens: undefined,
  hiddenReasoning: false,
  imageTokens: undefined,
};

/**
 * The rung that a requested model names: an exact alias first, else the wildcard with the longest prefix. Targets come
 * in order of priority, equal ones in the order of the file. Undefined where nothing matches.
 */
export function resolveModel(config: Config, find: FindModel, requested: string): Rung | undefined {
  const alias = aliasOf(config, requested);
  const model = alias === undefined ? undefined : config.models[alias];
  if (alias === undefined || model === undefined) return undefined;
  const ordered = model.targets
    .map((target, index) => ({ target, order: target.priority ?? index }))
    .sort((a, b) => a.order - b.order);
  return {
    alias,
    maxOutputTokens: model.max_output_tokens,
    targets: ordered.flatMap(({ target }) => {
      const provider = config.providers[target.provider];
      if (provider === undefined) return [];
      const name = target.model ?? requested;
      return [targetOf(target.provider, name, model, find(provider.type, name))];
    }),
  };
}

function aliasOf(config: Config, requested: string): string | undefined {
  if (Object.hasOwn(config.models, requested)) return requested;
  return Object.keys(config.models)
    .filter((alias) => alias.endsWith('*') && requested.startsWith(alias.slice(0, -1)))
    .sort((a, b) => b.length - a.length)[0];
}

function targetOf(
  provider: string,
  name: string,
  model: Config['models'][string],
  known: ReturnType<FindModel>,
): Target {
  const own = model.capabilities;
  const base = known?.capabilities ?? UNKNOWN;
  return {
    provider,
    model: name,
    price: model.price === undefined ? known?.price : ownPrice(model.price),
    capabilities: {
      contextTokens: own?.context_tokens ?? base.contextTokens,
      maxOutputTokens: own?.max_output_tokens ?? base.maxOutputTokens,
      hiddenReasoning: own?.hidden_reasoning ?? base.hiddenReasoning,
      imageTokens: own?.image_tokens ?? base.imageTokens,
    },
  };
}

/** The config's own price; its version spells the figures, so that an audit row stands for itself. */
function ownPrice(price: NonNullable<Config['models'][string]['price']>): Price {
  const cacheRead = price.cache_read ?? price.input;
  const cacheWrite = price.cache_write ?? price.input;
  const reasoning = price.reasoning ?? price.output;
  return {
    version: `config@${[price.input, cacheRead, cacheWrite, price.output, reasoning].join('/')}`,
    input: pico(price.input),
    cacheRead: pico(cacheRead),
    cacheWrite: pico(cacheWrite),
    output: pico(price.output),
    reasoning: pico(reasoning),
  };
}

function pico(usdPerMillion: string): Pico {
  const value = picoFromUsdPerMillion(usdPerMillion);
  if (value === undefined) throw new Error(`Bug! the config schema let the price ${usdPerMillion} through`);
  return value;
}
