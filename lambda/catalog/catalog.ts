import type { Price, Rates } from '../core/chat/usage.ts';
import { type Pico, picoFromUsdPerMillion, toPico } from '../core/money.ts';
import type { Capabilities } from '../core/routing/target.ts';
import { ANTHROPIC } from './data/anthropic.ts';
import { BEDROCK } from './data/bedrock.ts';
import { BEDROCK_CLAUDE } from './data/bedrock-claude.ts';
import { OPEN_MODELS } from './data/open-models.ts';
import { OPENAI } from './data/openai.ts';
import { SANDBOX } from './data/sandbox.ts';
import { type BedrockId, bedrockId, isFamily, isRegionalOpenai } from './names.ts';
import type { ModelRow, RowPrice, Usd } from './row.ts';

/** What the catalogue knows about a model. */
export interface CatalogModel {
  readonly capabilities: Capabilities;
  /** Undefined: none is known where the provider is called. */
  readonly price: Price | undefined;
}

const ROWS = [...SANDBOX, ...OPENAI, ...ANTHROPIC, ...BEDROCK_CLAUDE, ...BEDROCK, ...OPEN_MODELS];

let named: ReadonlyMap<string, ModelRow> | undefined;
/** Prices that were asked for, by version. */
const read = new Map<string, Price>();

/**
 * Price and capabilities of a model, by the provider's type and the provider's own name of the model. Undefined: not in
 * the catalogue, so unpriced, and refused where a budget applies unless the config gives a price. A snapshot that is
 * not listed is unknown too: a name that only looks alike must not borrow a price. `place` is Bedrock's region and the
 * base URL of others, since some prices hold in some places only.
 */
export function findModel(provider: string, model: string, place?: string): CatalogModel | undefined {
  const id = provider === 'bedrock' ? bedrockId(model) : undefined;
  const row = rowOf(provider, id?.model ?? model);
  if (row === undefined) return undefined;
  const price = row.prices.find((each) => holds(each, id, place));
  const uplift = price?.residency === true && isRegionalOpenai(place);
  return {
    capabilities: capabilitiesOf(row),
    price: price === undefined ? undefined : priceOf(row, price, uplift),
  };
}

/** All rows, for the reference page and for checks against other catalogues. */
export function catalogRows(): readonly ModelRow[] {
  return ROWS;
}

/**
 * Names the figures in an audit entry, so that they can be found years later: `openai/gpt-5.1@2026-11-24`, and on Bedrock
 * with the first scope, `bedrock/global.anthropic.claude-opus-5@2026-11-24`.
 */
export function priceVersion(row: ModelRow, price: RowPrice): string {
  const scope = price.scopes?.[0] ?? 'region';
  return `${nameOf(row.provider, scope === 'region' ? row.model : `${scope}.${row.model}`)}@${row.checked}`;
}

function rowOf(provider: string, model: string): ModelRow | undefined {
  if (provider === 'openai-compatible') return OPEN_MODELS.find((row) => isFamily(row, model));
  named ??= new Map(
    ROWS.flatMap((row) => [row.model, ...row.aliases].map((id) => [nameOf(row.provider, id), row])),
  );
  return named.get(nameOf(provider, model)) ?? wildcard(provider, model);
}

function wildcard(provider: string, model: string): ModelRow | undefined {
  return SANDBOX.find(
    (row) => row.provider === provider && row.model.endsWith('*') && model.startsWith(row.model.slice(0, -1)),
  );
}

function holds(price: RowPrice, id: BedrockId | undefined, place: string | undefined): boolean {
  if (price.scopes === undefined) return true;
  const scope = id?.scope;
  if (scope === undefined || !price.scopes.includes(scope)) return false;
  if (scope !== 'region') return true;
  if (place?.startsWith('us-gov-') === true) return false;
  return price.regions === undefined || (place !== undefined && price.regions.includes(place));
}

function capabilitiesOf(row: ModelRow): Capabilities {
  return {
    contextTokens: row.contextTokens,
    maxOutputTokens: row.maxOutputTokens,
    hiddenReasoning: row.hiddenReasoning ?? false,
    imageTokens: row.imageTokens,
    thinking: row.thinking,
    sampling: row.sampling,
    structuredOutput: row.structuredOutput,
    systemTurns: row.systemTurns ?? false,
  };
}

/** Amounts are read when a model is first asked for: a cold start pays for none of them. */
function priceOf(row: ModelRow, price: RowPrice, uplift: boolean): Price {
  const version = `${priceVersion(row, price)}${uplift ? '+10%' : ''}`;
  const known = read.get(version);
  if (known !== undefined) return known;
  const { usd, long } = price;
  const rates = (text: Usd) => ratesOf(text, (amount) => pico(amount, row, uplift));
  const made: Price = {
    version,
    ...rates(usd),
    ...(long === undefined ? {} : { long: { inputTokens: long.above, rates: rates(long.usd) } }),
  };
  read.set(version, made);
  return made;
}

function ratesOf(usd: Usd, amount: (text: string) => Pico): Rates {
  const cacheWrite = usd.cacheWrite ?? usd.input;
  return {
    input: amount(usd.input),
    cacheRead: amount(usd.cacheRead ?? usd.input),
    cacheWrite: amount(cacheWrite),
    cacheWriteLong: amount(usd.cacheWriteLong ?? cacheWrite),
    output: amount(usd.output),
    reasoning: amount(usd.reasoning ?? usd.output),
  };
}

function pico(text: string, row: ModelRow, uplift: boolean): Pico {
  const value = picoFromUsdPerMillion(text);
  const raised = value === undefined || !uplift ? value : raise(value);
  if (raised === undefined)
    throw new Error(`catalogue: ${row.provider}/${row.model} has no exact price: ${text}`);
  return raised;
}

/** 10 % more; undefined where that is no whole number. */
function raise(value: Pico): Pico | undefined {
  return value % 10n === 0n ? toPico((value / 10n) * 11n) : undefined;
}

function nameOf(provider: string, model: string): string {
  return `${provider}/${model}`;
}
