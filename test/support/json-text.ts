import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON value together with one of its many spellings. */
export interface Spelled {
  readonly value: Json;
  readonly text: string;
}

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz {}[],:0189') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('"', '\\', '/', '\b', '\f', '\n', '\r', '\t', '\u0000', '\u001f', '\u007f'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('ü', 'ß', '€', '漢', '\u2028', '\ufeff', '\uffff', '😀', '𝒳', '\u{10ffff}'),
  },
);

export const jsonString = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: character, maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: character, minLength: 30, maxLength: 300 }) },
);

const key = fc.oneof(fc.constantFrom('a', 'b', 'model', '__proto__', '', '0', 'é', 'a b'), jsonString);

const scalar: fc.Arbitrary<Json> = fc.oneof(
  jsonString,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);

export const jsonValue: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    { weight: 2, arbitrary: members(tie('value'), 0, 5) },
    { weight: 1, arbitrary: members(scalar, 13, 18) },
  ),
})).value;

function members(value: fc.Arbitrary<Json>, minLength: number, maxLength: number): fc.Arbitrary<Json> {
  return fc
    .uniqueArray(fc.tuple(key, value), { minLength, maxLength, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries));
}

/** Any value in any spelling: white space, escapes in any case, raw or escaped characters. */
export const spelledJson: fc.Arbitrary<Spelled> = spell(jsonValue);

export function spell(values: fc.Arbitrary<Json>): fc.Arbitrary<Spelled> {
  return fc.tuple(values, fc.integer({ min: 1, max: 0x7fffffff })).map(([value, seed]) => {
    const next = generator(seed);
    const space = (): string => (next(3) === 0 ? [' ', '\n', '\t', '\r\n  '][next(4)]! : '');
    return { value, text: space() + write(value, next, space) + space() };
  });
}

/** Spells one string with its quotes; `next(n)` picks from 0 to n - 1. */
export function writeString(text: string, next: (below: number) => number): string {
  const escapeMuch = next(4) === 0;
  let out = '"';
  for (const char of text) {
    const short = SHORT.get(char);
    const must = char === '"' || char === '\\' || char < ' ';
    if (short !== undefined && (must || escapeMuch) && next(2) === 0) out += short;
    else if (must || (escapeMuch && next(2) === 0)) out += unicode(char, next);
    else out += char;
  }
  return `${out}"`;
}

/** A small seeded generator (Park and Miller), so that a spelling follows from its seed. */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 0x7fffffff;
    return state % below;
  };
}

const SHORT = new Map(
  Object.entries({
    '"': '\\"',
    '\\': '\\\\',
    '/': '\\/',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
  }),
);

function unicode(char: string, next: (below: number) => number): string {
  const units = Array.from({ length: char.length }, (_, index) =>
    char.charCodeAt(index).toString(16).padStart(4, '0'),
  );
  return units.map((unit) => `\\u${next(2) === 0 ? unit : unit.toUpperCase()}`).join('');
}

function write(value: Json, next: (below: number) => number, space: () => string): string {
  if (typeof value === 'string') return writeString(value, next);
  if (typeof value === 'number') return writeNumber(value, next);
  if (Array.isArray(value)) {
    const elements = value.map((element) => space() + write(element, next, space) + space());
    return `[${elements.length === 0 ? space() : elements.join(',')}]`;
  }
  if (value === null || typeof value === 'boolean') return String(value);
  const members = Object.entries(value).map(
    ([name, member]) =>
      `${space()}${writeString(name, next)}${space()}:${space()}${write(member, next, space)}${space()}`,
  );
  return `{${members.length === 0 ? space() : members.join(',')}}`;
}

function writeNumber(value: number, next: (below: number) => number): string {
  const plain = Object.is(value, -0) ? '-0' : String(value);
  if (!Number.isInteger(value) || plain.includes('e')) return plain;
  return [plain, `${plain}.0`, `${plain}e0`, `${plain}E+0`][next(4)]!;
}
