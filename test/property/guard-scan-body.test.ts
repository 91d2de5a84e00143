import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { scanBody } from '../../lambda/core/guard/scan-body.ts';
import { scanJson } from '../../lambda/wire/json-scan.ts';
import { applyPatches } from '../../lambda/wire/json-splice.ts';
import { JsonTape } from '../../lambda/wire/json-tape.ts';
import { CARDS, IBANS, JWT, privateKey, TOKENS } from '../unit/core/guard/samples.ts';

const VALUES: readonly string[] = [
  'jane@example.com',
  CARDS.visa,
  IBANS.germany,
  JWT,
  ...Object.values(TOKENS),
];

/** A value between neutral texts, as the string that a caller would send. */
const planted = fc
  .tuple(
    fc.constantFrom('', 'é ', '東京 ', '😀 ', '"quoted" ', 'line\n', 'back\\slash '),
    fc.constantFrom(...VALUES, privateKey('EC PRIVATE KEY')),
    fc.constantFrom('', ' ü', ' 😀', '\t"', '\n\\', ', etc.'),
  )
  .map(([left, value, right]) => ({ value, text: `${left}${value}${right}` }));

/** Writes some characters of JSON text as `\uXXXX`, by a pattern of which ones; readers see the same value. */
function escapeSome(json: string, every: number): string {
  let inString = false;
  let escaped = false;
  let seen = 0;
  let result = '';
  for (const char of json) {
    const isPlain = inString && !escaped && char !== '"' && char !== '\\';
    if (char === '"' && !escaped) inString = !inString;
    escaped = char === '\\' && !escaped;
    const isDue = isPlain && every > 0 && ++seen % every === 0;
    result += isDue ? char.split('').map(unicodeEscape).join('') : char;
  }
  return result;
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

type Place = (text: string, every: number) => unknown;

/** Every kind of place, JSON in a string included; `every` is how its own escapes are written. */
const PLACES: readonly Place[] = [
  (text) => ({ system: text }),
  (text) => ({ messages: [{ role: 'user', content: [{ type: 'text', text }] }] }),
  (text) => ({ tools: [{ function: { name: 'f', description: text, parameters: { enum: [text] } } }] }),
  (text, every) => ({
    messages: [
      {
        tool_calls: [
          { id: 'call_1', function: { arguments: escapeSome(JSON.stringify({ to: text }), every) } },
        ],
      },
    ],
  }),
  (text, every) => ({
    messages: [{ role: 'tool', content: escapeSome(JSON.stringify([{ [text]: [1, text] }]), every) }],
  }),
  (text, every) => ({
    a: JSON.stringify({ b: escapeSome(JSON.stringify({ c: JSON.stringify([text]) }), every) }),
  }),
  (text) => ({ x_unknown: [[{ deep: { deeper: text } }]] }),
  (text) => ({ metadata: { [text]: 'x', [`${text} again`]: 'y' } }),
];

function scan(json: string): { tape: JsonTape; bytes: Buffer } {
  const bytes = Buffer.from(json);
  const tape = scanJson(bytes, 128);
  assert.ok(tape instanceof JsonTape);
  return { tape, bytes };
}

/** Everything that a reader could get out of a JSON value, through JSON in strings as well. */
function* readable(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    yield value;
    let inner: unknown;
    try {
      inner = JSON.parse(value);
    } catch {
      return;
    }
    if (typeof inner === 'object') yield* readable(inner);
  } else if (typeof value === 'number') yield String(value);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      yield key;
      yield* readable(child);
    }
  }
}

const body = fc.tuple(
  fc.array(fc.tuple(fc.constantFrom(...PLACES), planted), { minLength: 1, maxLength: 5 }),
  fc.integer({ min: 0, max: 7 }),
  fc.constantFrom(undefined, 1, '\t'),
);

test('planted values are always found, and the patched body parses and holds none of them', () => {
  fc.assert(
    fc.property(body, ([plants, every, indent]) => {
      const value = plants.map(([place, { text }]) => place(text, every));
      const json = escapeSome(
        JSON.stringify({ model: 'm', parts: value, seed: 12345678901234 }, undefined, indent),
        every,
      );
      const { tape, bytes } = scan(json);
      const outcome = scanBody(bytes, tape, () => 'redact', 128);
      assert.equal(outcome.kind, 'pass');
      if (outcome.kind !== 'pass') return;
      const patched = scan(applyPatches(bytes, outcome.patches).toString()).tape;
      for (const text of readable(patched.value)) {
        for (const [, plant] of plants) assert.ok(!text.includes(plant.value), text);
      }
      assert.deepEqual(
        scanBody(patched.bytes, patched, () => 'redact', 128),
        { kind: 'pass', patches: [], counts: {}, redacted: 0 },
      );
    }),
    { numRuns: 300 },
  );
});

test('bytes outside of the patches stay, and patches lie inside keys, strings and numbers', () => {
  fc.assert(
    fc.property(body, ([plants, every, indent]) => {
      const json = escapeSome(
        JSON.stringify(
          plants.map(([place, { text }]) => place(text, every)),
          undefined,
          indent,
        ),
        every,
      );
      const { tape, bytes } = scan(json);
      const outcome = scanBody(bytes, tape, () => 'redact', 128);
      assert.equal(outcome.kind, 'pass');
      if (outcome.kind !== 'pass') return;
      const leaves = [...tape.leaves()].map((token) => [tape.start(token), tape.end(token)] as const);
      let end = 0;
      for (const patch of outcome.patches.toSorted((one, other) => one.start - other.start)) {
        assert.ok(patch.start >= end && patch.end > patch.start);
        assert.ok(leaves.some(([from, to]) => from <= patch.start && patch.end <= to));
        end = patch.end;
      }
      // The shape is untouched: with every key and string blanked, both bodies read the same.
      const shape = (value: unknown): string =>
        JSON.stringify(value, (_, child) =>
          typeof child === 'string'
            ? ''
            : Array.isArray(child) || child === null || typeof child !== 'object'
              ? child
              : Object.values(child),
        );
      assert.equal(shape(JSON.parse(applyPatches(bytes, outcome.patches).toString())), shape(tape.value));
    }),
    { numRuns: 300 },
  );
});

test('a body of neutral JSON comes back as the very same bytes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = JSON.stringify({ value });
      const { tape, bytes } = scan(json);
      const outcome = scanBody(bytes, tape, () => 'redact', 128);
      assert.equal(outcome.kind, 'pass');
      if (outcome.kind === 'pass' && outcome.redacted === 0)
        assert.equal(applyPatches(bytes, outcome.patches), bytes);
    }),
    { numRuns: 300 },
  );
});
