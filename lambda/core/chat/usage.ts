import { type Nano, nanoFromPico, type Pico } from '../money.ts';

/**
 * Tokens of one answer per price class. The classes do not overlap: `input` excludes both cache classes, `output`
 * excludes `reasoning`. Metered from the upstream's own shape, never from a translated one.
 */
export interface Usage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Pico-dollars per token and class, with the version that an entry pins. */
export interface Price {
  /** Names the row of the catalog or the hash of the config's own price: `openai/gpt-5.1@2025-11-13`. */
  readonly version: string;
  readonly input: Pico;
  readonly cacheRead: Pico;
  readonly cacheWrite: Pico;
  readonly output: Pico;
  readonly reasoning: Pico;
}

/** Exact cost of a usage, rounded up once to nano-dollars. */
export function costOf(usage: Usage, price: Price): Nano {
  return nanoFromPico(
    BigInt(usage.input) * price.input +
      BigInt(usage.cacheRead) * price.cacheRead +
      BigInt(usage.cacheWrite) * price.cacheWrite +
      BigInt(usage.output) * price.output +
      BigInt(usage.reasoning) * price.reasoning,
  );
}

/** The most that a request can cost: every input token at the dearest input class, every output token likewise. */
export function boundOf(inputTokens: number, outputTokens: number, price: Price): Nano {
  const input = max(price.input, price.cacheRead, price.cacheWrite);
  const output = max(price.output, price.reasoning);
  return nanoFromPico(BigInt(inputTokens) * input + BigInt(outputTokens) * output);
}

function max(...values: readonly Pico[]): bigint {
  return values.reduce<bigint>((a, b) => (a > b ? a : b), 0n);
}
