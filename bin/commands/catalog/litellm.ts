import { type ModelRow, SCOPES, type Scope, type Usd } from '../../../lambda/catalog/row.ts';
import { isRecord } from '../../../lambda/core/json-value.ts';

/**
 * LiteLLM's map of models, kept by its community under the MIT licence. Prices are floats per token; what a model can do
 * stands in flags, which are often left out where they would be false.
 */
export const LITELLM_URL =
  'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json';

export type Entry = Readonly<Record<string, unknown>>;
export type Litellm = ReadonlyMap<string, Entry>;

/** Undefined: the text is not that catalogue. */
export function readLitellm(text: string): Litellm | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value).filter((pair): pair is [string, Entry] => isRecord(pair[1]));
  const models = entries.filter(([, entry]) => typeof entry['litellm_provider'] === 'string');
  return models.length === 0 ? undefined : new Map(models);
}

/** Their name of a model: `anthropic.claude-opus-5` in the scope `eu` is `eu.anthropic.claude-opus-5`. */
export function theirName(row: ModelRow, scope: Scope | undefined): string {
  return scope === undefined || scope === 'region' ? row.model : `${scope}.${row.model}`;
}

const CLASSES: Readonly<Record<Exclude<keyof Usd, 'reasoning'>, string>> = {
  input: 'input_cost_per_token',
  cacheRead: 'cache_read_input_token_cost',
  cacheWrite: 'cache_creation_input_token_cost',
  cacheWriteLong: 'cache_creation_input_token_cost_above_1hr',
  output: 'output_cost_per_token',
};

export const PRICE_CLASSES = Object.keys(CLASSES) as readonly (keyof typeof CLASSES)[];

/** Pico-dollars per token, since the floats carry noise; `above` for the rates of long prompts, by their threshold. */
export function theirPrice(entry: Entry, name: keyof typeof CLASSES, above?: number): bigint | undefined {
  const key = CLASSES[name] + (above === undefined ? '' : `_above_${above / 1000}k_tokens`);
  const value = entry[key];
  return typeof value === 'number' ? BigInt(Math.round(value * 1e12)) : undefined;
}

/** The threshold above which other rates hold; undefined where there is none. */
export function theirThreshold(entry: Entry): number | undefined {
  const found = Object.keys(entry).flatMap(
    (key) => /^input_cost_per_token_above_(\d+)k_tokens$/.exec(key)?.[1] ?? [],
  );
  return found[0] === undefined ? undefined : Number(found[0]) * 1000;
}

export function numberOf(entry: Entry, key: string): number | undefined {
  const value = entry[key];
  return typeof value === 'number' ? value : undefined;
}

export function flag(entry: Entry, name: string): boolean | undefined {
  const value = entry[`supports_${name}`];
  return typeof value === 'boolean' ? value : undefined;
}

const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  bedrock: 'bedrock',
  bedrock_converse: 'bedrock',
};

/** Models for chat and embeddings of our providers, by our provider's type and the id without a scope. */
export function theirModels(
  catalogue: Litellm,
): readonly { readonly provider: string; readonly model: string }[] {
  return [...catalogue].flatMap(([name, entry]) => {
    const provider = PROVIDERS[String(entry['litellm_provider'])];
    if (provider === undefined || name.includes('/')) return [];
    if (entry['mode'] !== 'chat' && entry['mode'] !== 'embedding') return [];
    const scope = SCOPES.find((each) => name.startsWith(`${each}.`));
    return [{ provider, model: scope === undefined ? name : name.slice(scope.length + 1) }];
  });
}
