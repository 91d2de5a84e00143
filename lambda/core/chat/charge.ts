import { type Nano, ZERO } from '../money.ts';
import type { Progress } from './progress.ts';
import { boundOf, costOf, type Price, type Rates, type Usage } from './usage.ts';

/** Tokens per choice that may have been generated and not yet delivered when a stream was given up. */
const UNDELIVERED_TOKENS = 64;

export interface Priced {
  readonly price: Price | undefined;
  readonly hiddenReasoning: boolean;
  readonly inputBound: number;
  /** Output tokens of all choices that the request allows; undefined: no limit is known. */
  readonly outputBound: number | undefined;
  readonly stream: boolean;
  readonly choices: number;
  /**
   * Whether the request can ask for the longer, dearer cache, as its hold was worked out; asked only where usage is not
   * known. Absent: it can.
   */
  readonly cachesLong?: () => boolean;
}

export interface Charge {
  readonly usage: Usage;
  readonly cost: Nano;
  readonly source: 'upstream' | 'partial';
}

/**
 * What an attempt cost or may have cost. Usage that came with a finished answer is exact. Otherwise the input is what
 * the provider said, else its bound; the output is bounded by the bytes received, since a token covers at least one,
 * plus what may have been under way. Where nothing shows how far the model got (an answer that was not streamed,
 * hidden reasoning), the whole allowance counts.
 */
export function chargeOf(progress: Progress, priced: Priced): Charge {
  const told = progress.usage;
  if (told !== undefined && (progress.finished || progress.done)) {
    return {
      usage: told,
      cost: priced.price === undefined ? ZERO : costOf(told, priced.price),
      source: 'upstream',
    };
  }
  const usage: Usage = {
    input: told?.input ?? priced.inputBound,
    cacheRead: told?.cacheRead ?? 0,
    cacheWrite: told?.cacheWrite ?? 0,
    cacheWriteLong: told?.cacheWriteLong ?? 0,
    output: outputOf(progress, priced),
    reasoning: 0,
  };
  return { usage, cost: costOfBound(usage, told !== undefined, priced), source: 'partial' };
}

/** The most one attempt may have cost when nothing at all is known of its answer. */
function outputOf(progress: Progress, priced: Priced): number {
  const whole = priced.outputBound ?? Number.MAX_SAFE_INTEGER;
  const seen = Math.max(
    progress.outputBytes,
    (progress.usage?.output ?? 0) + (progress.usage?.reasoning ?? 0),
  );
  const invisible = priced.hiddenReasoning || (!priced.stream && !progress.finished);
  if (invisible && priced.outputBound !== undefined) return whole;
  const underway = progress.finished ? 0 : UNDELIVERED_TOKENS * priced.choices;
  return Math.min(whole, seen + underway);
}

function costOfBound(usage: Usage, inputIsExact: boolean, { price, cachesLong }: Priced): Nano {
  if (price === undefined) return ZERO;
  if (inputIsExact) return costOf(usage, atDearerOutput(price));
  return boundOf(usage.input, usage.output, price, cachesLong?.() ?? true);
}

/** What was generated may have been reasoning, in whichever tier the input puts the request. */
function atDearerOutput(price: Price): Price {
  const { long } = price;
  return {
    ...price,
    output: dearer(price),
    ...(long === undefined
      ? {}
      : { long: { ...long, rates: { ...long.rates, output: dearer(long.rates) } } }),
  };
}

function dearer(rates: Rates): Rates['output'] {
  return rates.output > rates.reasoning ? rates.output : rates.reasoning;
}
