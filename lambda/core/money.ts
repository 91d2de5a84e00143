/**
 * Money is exact: nano-dollars in bigint for amounts, whole pico-dollars per token for prices. Nothing here is a float,
 * and rounding happens once per charge, upwards, in `nanoFromPico`.
 */
declare const nano: unique symbol;
declare const pico: unique symbol;

/** 10^-9 US dollars. */
export type Nano = bigint & { readonly [nano]: true };
/** 10^-12 US dollars; the unit of a price per token. */
export type Pico = bigint & { readonly [pico]: true };

export const ZERO = 0n as Nano;

export function toNano(value: bigint): Nano {
  return value as Nano;
}

export function toPico(value: bigint): Pico {
  return value as Pico;
}

/** Rounds a sum of pico-dollars up to whole nano-dollars: a charge is never below the cost. */
export function nanoFromPico(value: bigint): Nano {
  return ((value + 999n) / 1000n) as Nano;
}

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/**
 * Reads a decimal amount exactly, scaled by 10^digits: `scaled('0.01', 9)` is 10_000_000n. Undefined for anything that
 * is not a plain non-negative decimal or needs more digits than the scale has.
 */
export function scaled(text: string, digits: number): bigint | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) return undefined;
  return BigInt((match[1] ?? '') + fraction.padEnd(digits, '0'));
}

/** US dollars to nano-dollars; undefined if `text` is not a non-negative decimal of at most nine places. */
export function nanoFromUsd(text: string): Nano | undefined {
  return scaled(text, 9) as Nano | undefined;
}

/** US dollars per million tokens to pico-dollars per token: one dollar per million is a million pico-dollars each. */
export function picoFromUsdPerMillion(text: string): Pico | undefined {
  return scaled(text, 6) as Pico | undefined;
}

/** Exact decimal US dollars, without exponent or trailing zeros: `0.0123`. */
export function usdFromNano(value: bigint): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(10, '0');
  const whole = digits.slice(0, -9);
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}
