import { type Nano, nanoFromPico, type Pico } from '../money.ts';

/**
 * Tokens of one answer per price class. The classes do not overlap: `input` excludes the cache classes, `output`
 * excludes `reasoning`. Metered from the upstream's own shape, never from a translated one.
 */
export interface Usage {
  readonly input: number;
  readonly cacheRead: number;
  /** Written to the cache for the provider's default time. */
  readonly cacheWrite: number;
  /** Written for longer: an hour at Anthropic, priced apart. */
  readonly cacheWriteLong: number;
  readonly output: number;
  readonly reasoning: number;
}

export const NO_USAGE: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteLong: 0,
  output: 0,
  reasoning: 0,
};

/** The usage of two answers together. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cacheWriteLong: a.cacheWriteLong + b.cacheWriteLong,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
  };
}

/** Pico-dollars per token and class. */
export interface Rates {
  readonly input: Pico;
  readonly cacheRead: Pico;
  readonly cacheWrite: Pico;
  readonly cacheWriteLong: Pico;
  readonly output: Pico;
  readonly reasoning: Pico;
}

/** Rates with the version that an entry pins. */
export interface Price extends Rates {
  /** Names the row of the catalog or the hash of the config's own price: `openai/gpt-5.1@2025-11-13`. */
  readonly version: string;
  /** Rates of the whole request where its input, caches included, has more tokens than `inputTokens`. */
  readonly long?: { readonly inputTokens: number; readonly rates: Rates };
}

/** Input tokens of every class together. */
export function inputOf(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWriteLong;
}

/** Exact cost of a usage, rounded up once to nano-dollars. */
export function costOf(usage: Usage, price: Price): Nano {
  const rates =
    price.long !== undefined && inputOf(usage) > price.long.inputTokens ? price.long.rates : price;
  return nanoFromPico(
    BigInt(usage.input) * rates.input +
      BigInt(usage.cacheRead) * rates.cacheRead +
      BigInt(usage.cacheWrite) * rates.cacheWrite +
      BigInt(usage.cacheWriteLong) * rates.cacheWriteLong +
      BigInt(usage.output) * rates.output +
      BigInt(usage.reasoning) * rates.reasoning,
  );
}

/**
 * The most that a request can cost: every input token at the dearest input class, every output token likewise.
 * `cachesLong`: whether writing to a cache for longer is among them.
 */
export function boundOf(inputTokens: number, outputTokens: number, price: Price, cachesLong: boolean): Nano {
  const short = boundAt(inputTokens, outputTokens, price, cachesLong);
  if (price.long === undefined || inputTokens <= price.long.inputTokens) return short;
  const long = boundAt(inputTokens, outputTokens, price.long.rates, cachesLong);
  return long > short ? long : short;
}

function boundAt(inputTokens: number, outputTokens: number, rates: Rates, cachesLong: boolean): Nano {
  const longest = cachesLong ? rates.cacheWriteLong : rates.cacheWrite;
  const input = max(rates.input, rates.cacheRead, rates.cacheWrite, longest);
  const output = max(rates.output, rates.reasoning);
  return nanoFromPico(BigInt(inputTokens) * input + BigInt(outputTokens) * output);
}

function max(...values: readonly Pico[]): bigint {
  return values.reduce<bigint>((a, b) => (a > b ? a : b), 0n);
}
