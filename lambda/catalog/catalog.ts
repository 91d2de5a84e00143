import type { Price } from '../core/chat/usage.ts';
import { type Pico, picoFromUsdPerMillion } from '../core/money.ts';
import type { Capabilities } from '../core/routing/target.ts';
import { MODELS } from './data/models.ts';
import type { ModelRow } from './row.ts';

/** What the catalogue knows about a model. */
export interface CatalogModel {
  readonly capabilities: Capabilities;
  readonly price: Price;
}

const exact = new Map<string, CatalogModel>();
const wildcards: { readonly prefix: string; readonly model: CatalogModel }[] = [];
for (const row of MODELS) {
  const model = modelOf(row);
  if (row.model.endsWith('*'))
    wildcards.push({ prefix: nameOf(row.provider, row.model.slice(0, -1)), model });
  else for (const id of [row.model, ...row.snapshots]) exact.set(nameOf(row.provider, id), model);
}

/**
 * Price and capabilities of a model, by the provider's type and the provider's own name of the model. Undefined: not in
 * the catalogue, so unpriced, and refused where a budget applies unless the config gives a price. A snapshot that is
 * not listed is unknown too: a name that only looks alike must not borrow a price.
 */
export function findModel(provider: string, model: string): CatalogModel | undefined {
  const name = nameOf(provider, model);
  return exact.get(name) ?? wildcards.find(({ prefix }) => name.startsWith(prefix))?.model;
}

/** All rows, for the reference page. */
export function catalogRows(): readonly ModelRow[] {
  return MODELS;
}

/** Names the row in an audit entry, so that years later the same figures can be found: `openai/gpt-5.1@2026-10-12`. */
export function priceVersion(row: ModelRow): string {
  return `${nameOf(row.provider, row.model)}@${row.checked}`;
}

function modelOf(row: ModelRow): CatalogModel {
  return {
    capabilities: {
      contextTokens: row.contextTokens,
      maxOutputTokens: row.maxOutputTokens,
      hiddenReasoning: row.hiddenReasoning,
      imageTokens: row.imageTokens,
    },
    price: {
      version: priceVersion(row),
      input: pico(row, 'input'),
      cacheRead: pico(row, 'cacheRead'),
      cacheWrite: pico(row, 'cacheWrite'),
      output: pico(row, 'output'),
      reasoning: pico(row, 'reasoning'),
    },
  };
}

function pico(row: ModelRow, kind: keyof ModelRow['usd']): Pico {
  const value = picoFromUsdPerMillion(row.usd[kind]);
  if (value === undefined)
    throw new Error(`catalogue: ${row.provider}/${row.model} has no exact ${kind} price`);
  return value;
}

function nameOf(provider: string, model: string): string {
  return `${provider}/${model}`;
}
