import type { Price, Rates } from '../chat/usage.ts';
import type { Config, ProviderConfig } from '../config/schema.ts';
import { type Pico, picoFromUsdPerMillion } from '../money.ts';
import { type Capabilities, type Rung, type Target, UNKNOWN_CAPABILITIES } from './target.ts';

/**
 * What a catalog says about a model of a kind of provider. `place` is where the provider is called: the AWS region of
 * Bedrock, the base URL of others; undefined for the usual one. A price may hold in some places only.
 */
export type FindModel = (
  providerType: string,
  model: string,
  place: string | undefined,
) => { readonly capabilities: Capabilities; readonly price: Price | undefined } | undefined;

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
    unsupported: model.unsupported ?? 'refuse',
    targets: ordered.flatMap(({ target }) => {
      const provider = config.providers[target.provider];
      if (provider === undefined) return [];
      const name = target.model ?? requested;
      return [targetOf(target.provider, name, model, find(provider.type, name, placeOf(provider)))];
    }),
  };
}

function aliasOf(config: Config, requested: string): string | undefined {
  if (Object.hasOwn(config.models, requested)) return requested;
  return Object.keys(config.models)
    .filter((alias) => alias.endsWith('*') && requested.startsWith(alias.slice(0, -1)))
    .sort((a, b) => b.length - a.length)[0];
}

function placeOf(provider: ProviderConfig): string | undefined {
  if (provider.type === 'bedrock') return provider.region;
  return provider.type === 'sandbox' ? undefined : provider.base_url;
}

function targetOf(
  provider: string,
  name: string,
  model: Config['models'][string],
  known: ReturnType<FindModel>,
): Target {
  const own = model.capabilities;
  const base = known?.capabilities ?? UNKNOWN_CAPABILITIES;
  return {
    provider,
    model: name,
    price: model.price === undefined ? known?.price : ownPrice(model.price),
    capabilities: {
      contextTokens: own?.context_tokens ?? base.contextTokens,
      maxOutputTokens: own?.max_output_tokens ?? base.maxOutputTokens,
      hiddenReasoning: own?.hidden_reasoning ?? base.hiddenReasoning,
      imageTokens: own?.image_tokens ?? base.imageTokens,
      thinking: own?.thinking ?? base.thinking,
      sampling: own?.sampling ?? base.sampling,
      structuredOutput: own?.structured_output ?? base.structuredOutput,
      systemTurns: own?.system_turns ?? base.systemTurns,
    },
  };
}

type OwnPrice = NonNullable<Config['models'][string]['price']>;
type OwnRates = Omit<OwnPrice, 'long'>;

/** The config's own price; its version spells the figures, so that an audit row stands for itself. */
function ownPrice({ long, ...short }: OwnPrice): Price {
  const version = `config@${spelled(short)}`;
  if (long === undefined) return { version, ...ratesOf(short) };
  const { above_input_tokens: inputTokens, ...rates } = long;
  return {
    version: `${version}>${inputTokens}:${spelled(rates)}`,
    ...ratesOf(short),
    long: { inputTokens, rates: ratesOf(rates) },
  };
}

function ratesOf(own: OwnRates): Rates {
  const [input, cacheRead, cacheWrite, cacheWriteLong, output, reasoning] = figuresOf(own);
  return {
    input: pico(input),
    cacheRead: pico(cacheRead),
    cacheWrite: pico(cacheWrite),
    cacheWriteLong: pico(cacheWriteLong),
    output: pico(output),
    reasoning: pico(reasoning),
  };
}

function spelled(own: OwnRates): string {
  return figuresOf(own).join('/');
}

function figuresOf(own: OwnRates) {
  const cacheWrite = own.cache_write ?? own.input;
  return [
    own.input,
    own.cache_read ?? own.input,
    cacheWrite,
    own.cache_write_1h ?? cacheWrite,
    own.output,
    own.reasoning ?? own.output,
  ] as const;
}

function pico(usdPerMillion: string): Pico {
  const value = picoFromUsdPerMillion(usdPerMillion);
  if (value === undefined) throw new Error(`Bug! the config schema let the price ${usdPerMillion} through`);
  return value;
}
