import type { ModelRow, RowPrice, Scope, Usd } from '../../../lambda/catalog/row.ts';
import { picoFromUsdPerMillion } from '../../../lambda/core/money.ts';
import { compareCapabilities } from './capabilities.ts';
import {
  type Entry,
  type Litellm,
  PRICE_CLASSES,
  theirModels,
  theirName,
  theirPrice,
  theirThreshold,
} from './litellm.ts';

/** One thing that two catalogues say differently. */
export interface Difference {
  /** Provider and model, on Bedrock with its scope: `bedrock/eu.anthropic.claude-opus-5`. */
  readonly model: string;
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Rows that another catalogue can witness: what the sandbox costs is invented, and an open model has many sellers. */
export function witnessed(rows: readonly ModelRow[]): readonly ModelRow[] {
  return rows.filter(({ provider }) => provider !== 'sandbox' && provider !== 'openai-compatible');
}

/** Every difference in price, limits and capabilities, in the order of our rows. */
export function differences(rows: readonly ModelRow[], catalogue: Litellm): readonly Difference[] {
  return witnessed(rows).flatMap((row) => {
    const ids = idsOf(row);
    const about = ids.find(({ name }) => catalogue.has(name));
    const entry = about === undefined ? undefined : catalogue.get(about.name);
    if (about === undefined || entry === undefined) return [notListed(row, row.model)];
    return [
      ...ids.flatMap(({ name, price }) => comparePrice(row, name, price, catalogue.get(name))),
      ...compareCapabilities(row, label(row, about.name), entry),
    ];
  });
}

/** Names of their models that we do not have, each once and sorted. */
export function missing(rows: readonly ModelRow[], catalogue: Litellm): readonly string[] {
  const ours = new Set(
    rows.flatMap((row) => [row.model, ...row.aliases].map((name) => `${row.provider}/${name}`)),
  );
  const theirs = theirModels(catalogue).map(({ provider, model }) => `${provider}/${model}`);
  return [...new Set(theirs)].filter((name) => !ours.has(name)).sort();
}

function idsOf(row: ModelRow): readonly { readonly name: string; readonly price: RowPrice }[] {
  return row.prices.flatMap((price) => {
    const scopes: readonly (Scope | undefined)[] = price.scopes ?? [undefined];
    const names = scopes.map((scope) => theirName(row, scope));
    return [...names, ...row.aliases].map((name) => ({ name, price }));
  });
}

function comparePrice(
  row: ModelRow,
  name: string,
  price: RowPrice,
  entry: Entry | undefined,
): readonly Difference[] {
  if (entry === undefined) return [notListed(row, name)];
  const model = label(row, name);
  const threshold = theirThreshold(entry);
  const { long } = price;
  const found = rates(model, price.usd, entry, undefined);
  if (long?.above !== threshold) {
    const text = (above: number | undefined) => (above === undefined ? 'none' : `above ${above}`);
    return [...found, { model, field: 'long prompts', ours: text(long?.above), theirs: text(threshold) }];
  }
  return long === undefined ? found : [...found, ...rates(model, long.usd, entry, long.above)];
}

function rates(model: string, usd: Usd, entry: Entry, above: number | undefined): readonly Difference[] {
  return PRICE_CLASSES.flatMap((name) => {
    const text = usd[name];
    const ours = text === undefined ? undefined : picoFromUsdPerMillion(text);
    const theirs = theirPrice(entry, name, above);
    if ((ours ?? 0n) === (theirs ?? 0n)) return [];
    const field = above === undefined ? name : `${name} above ${above}`;
    return [{ model, field, ours: dollars(ours), theirs: dollars(theirs) }];
  });
}

/** Dollars per million tokens, which is millionths of pico-dollars a token. */
function dollars(pico: bigint | undefined): string {
  return pico === undefined ? 'not given' : `$${Number(pico) / 1e6}`;
}

function notListed(row: ModelRow, name: string): Difference {
  return { model: label(row, name), field: 'model', ours: 'listed', theirs: 'not listed' };
}

function label(row: ModelRow, name: string): string {
  return `${row.provider}/${name}`;
}
