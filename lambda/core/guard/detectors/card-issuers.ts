/**
 * First digits of payment cards by scheme, with the lengths that are common enough to be taken without a word of
 * context. Ranges as published in ISO/IEC 7812 issuer lists and checked in a test against card-validator.
 */
interface Issuer {
  /** Inclusive ranges of the first four digits. */
  readonly ranges: readonly (readonly [number, number])[];
  readonly usual: readonly number[];
  readonly rare: readonly number[];
}

const ISSUERS: readonly Issuer[] = [
  { ranges: [[4000, 4999]], usual: [16], rare: [13, 18, 19] },
  {
    ranges: [
      [2200, 2204],
      [2221, 2720],
      [5100, 5599],
    ],
    usual: [16],
    rare: [17, 18, 19],
  },
  {
    ranges: [
      [3400, 3499],
      [3700, 3799],
    ],
    usual: [15],
    rare: [],
  },
  {
    ranges: [
      [3000, 3059],
      [3095, 3095],
      [3600, 3699],
      [3800, 3999],
    ],
    usual: [14],
    rare: [16, 19],
  },
  {
    ranges: [[3528, 3589]],
    usual: [16],
    rare: [17, 18, 19],
  },
  {
    ranges: [
      [1800, 1800],
      [2131, 2131],
    ],
    usual: [],
    rare: [15],
  },
  {
    ranges: [
      [6011, 6011],
      [6200, 6299],
      [6440, 6599],
      [8100, 8171],
      [9792, 9792],
    ],
    usual: [16],
    rare: [14, 15, 17, 18, 19],
  },
  {
    ranges: [
      [5000, 5099],
      [5600, 5999],
      [6000, 6010],
      [6012, 6199],
      [6300, 6439],
      [6600, 6999],
    ],
    usual: [16],
    rare: [12, 13, 14, 15, 17, 18, 19],
  },
];

/** Whether cards of any length begin with these four digits. */
export function isIssuer(firstFour: number): boolean {
  return ISSUERS.some(({ ranges }) => ranges.some(([low, high]) => firstFour >= low && firstFour <= high));
}

/** Whether a scheme issues cards of this length with these first four digits: without context, with it, or never. */
export function issued(firstFour: number, length: number): 'usual' | 'rare' | 'never' {
  for (const issuer of ISSUERS) {
    for (const [low, high] of issuer.ranges) {
      if (firstFour < low || firstFour > high) continue;
      if (issuer.usual.includes(length)) return 'usual';
      return issuer.rare.includes(length) ? 'rare' : 'never';
    }
  }
  return 'never';
}

/** The check digit of ISO/IEC 7812. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
