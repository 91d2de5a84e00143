import { isDigit } from '../characters.ts';

/** Runs of digits that at most three separators part. Parallel arrays, for a dense text has thousands of groups. */
export interface DigitChain {
  /** Where each group begins and ends in the text. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** The digits of all groups. */
  readonly digits: string;
  /** Where each group begins in `digits`, and one entry more for their end. */
  readonly offsets: readonly number[];
}

/** Separators that people put into long numbers: space, tab, line breaks, `+` `-` `.` `_`. */
export function isSeparator(code: number): boolean {
  switch (code) {
    case 32:
    case 45:
    case 46:
    case 95:
    case 43:
    case 10:
    case 13:
    case 9:
      return true;
    default:
      return false;
  }
}

const SEPARATORS_MAX = 3;

/** Visits every chain that holds at least `least` digits. The chain is only good during the visit. */
export function forEachChain(text: string, least: number, visit: (chain: DigitChain) => void): void {
  // The arrays are used again for each chain: a visitor keeps none of them.
  const starts: number[] = [];
  const ends: number[] = [];
  const offsets: number[] = [0];
  let digits = 0;
  const close = (): void => {
    if (digits >= least) visit({ starts, ends, offsets, digits: digitsOf(text, starts, ends) });
    starts.length = 0;
    ends.length = 0;
    offsets.length = 1;
    digits = 0;
  };
  for (let index = 0; index < text.length; index++) {
    if (!isDigit(text.charCodeAt(index))) continue;
    const last = ends.at(-1);
    if (last !== undefined && !isGap(text, last, index)) close();
    const start = index;
    while (index < text.length && isDigit(text.charCodeAt(index))) index++;
    starts.push(start);
    ends.push(index);
    digits += index - start;
    offsets.push(digits);
  }
  close();
}

function digitsOf(text: string, starts: readonly number[], ends: readonly number[]): string {
  return text.slice(starts[0], ends.at(-1)).replace(/[^0-9]+/g, '');
}

function isGap(text: string, from: number, to: number): boolean {
  if (to - from > SEPARATORS_MAX) return false;
  for (let index = from; index < to; index++) if (!isSeparator(text.charCodeAt(index))) return false;
  return true;
}
