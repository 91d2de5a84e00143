import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type InnerJson, scanInner } from '../../lambda/wire/json-inner.ts';
import { applyPatches } from '../../lambda/wire/json-patch.ts';
import { scanJson } from '../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../lambda/wire/json-tape.ts';
import { DecodedString, escapeJson, type TextMap } from '../../lambda/wire/json-text.ts';
import { generator, jsonString, spelledJson, writeString } from '../support/json-text.ts';

const seed = fc.integer({ min: 1, max: 0x7ffffffe });

test('a span of a string is replaced by patching the bytes it came from', () => {
  fc.assert(
    fc.property(jsonString, jsonString, jsonString, seed, (before, text, replacement, start) => {
      const next = generator(start);
      const head = `[${writeString(before, next)}, `;
      const token = writeString(text, next);
      const bytes = Buffer.from(`${head}${token}]`);
      const from = Buffer.byteLength(head);
      const decoded = new DecodedString(bytes, from, from + Buffer.byteLength(token));
      assert.equal(decoded.text, text);
      for (let round = 0; round < 8; round++) {
        const [i, j] = span(text, next);
        const parsed = JSON.parse(replaced(bytes, decoded, i, j, replacement));
        assert.deepEqual(parsed, [before, spliced(text, i, j, replacement)]);
      }
    }),
    { numRuns: 500 },
  );
});

test('places of a long string are right wherever it mixes escapes and characters of all lengths', () => {
  fc.assert(
    fc.property(fc.array(jsonString, { minLength: 10, maxLength: 40 }), seed, (parts, start) => {
      const next = generator(start);
      const text = parts.join('');
      const bytes = Buffer.from(
        parts
          .map((part) => writeString(part, next).slice(1, -1))
          .join('')
          .replace(/^|$/g, '"'),
      );
      const decoded = new DecodedString(bytes, 0, bytes.length);
      assert.equal(decoded.text, text);
      for (let index = text.length; index >= 0; index -= 1 + next(3)) {
        const inPair = splitsPair(text, index);
        const head = JSON.parse(`${bytes.toString('utf8', 0, decoded.rawStart(index))}"`);
        assert.equal(head, text.slice(0, inPair ? index - 1 : index));
        const tail = JSON.parse(`"${bytes.toString('utf8', decoded.rawEnd(index))}`);
        assert.equal(tail, text.slice(inPair ? index + 1 : index));
      }
    }),
    { numRuns: 50 },
  );
});

test('spans and numbers of JSON text inside strings are replaced through every level', () => {
  fc.assert(
    fc.property(
      spelledJson,
      jsonString,
      fc.integer({ min: 1, max: 3 }),
      seed,
      ({ text }, replacement, levels, start) => {
        const next = generator(start);
        let written = text;
        for (let level = 0; level < levels; level++) written = `{"arguments": ${writeString(written, next)}}`;
        const bytes = Buffer.from(written);
        const inner = innermost(bytes, levels);
        const leaves = [...inner.tape.leaves()];
        for (const token of next(2) === 0 ? leaves : leaves.toReversed()) {
          if (inner.tape.kind(token) === 'number') {
            const { start: from, end } = inner.rawRange(token);
            const json = times(inner.escapes, JSON.stringify(replacement));
            const doc = patched(bytes, from, end, json);
            const expected = patched(
              inner.tape.bytes,
              inner.tape.start(token),
              inner.tape.end(token),
              JSON.stringify(replacement),
            );
            assert.equal(innermostText(doc, levels), expected);
            continue;
          }
          const decoded = inner.string(token);
          assert.equal(decoded.text, inner.tape.text(token));
          const [i, j] = span(decoded.text, next);
          const doc = replaced(bytes, decoded, i, j, replacement);
          const changed = Buffer.from(innermostText(doc, levels));
          const { bytes: before } = inner.tape;
          const tail = before.length - inner.tape.end(token);
          const head = inner.tape.start(token);
          assert.ok(changed.subarray(0, head).equals(before.subarray(0, head)));
          assert.ok(changed.subarray(changed.length - tail).equals(before.subarray(before.length - tail)));
          const value = JSON.parse(changed.toString('utf8', head, changed.length - tail));
          assert.equal(value, spliced(decoded.text, i, j, replacement));
        }
      },
    ),
    { numRuns: 300 },
  );
});

function replaced(bytes: Uint8Array, map: TextMap, i: number, j: number, text: string): string {
  return patched(bytes, map.rawStart(i), map.rawEnd(j), times(map.escapes, text));
}

function patched(bytes: Uint8Array, start: number, end: number, text: string): string {
  return Buffer.from(applyPatches(bytes, [{ start, end, bytes: Buffer.from(text) }])).toString();
}

function times(levels: number, text: string): string {
  return levels === 0 ? text : times(levels - 1, escapeJson(text));
}

function span(text: string, next: (below: number) => number): [number, number] {
  const i = next(text.length + 1);
  return [i, i + next(text.length - i + 1)];
}

/** What replacing [i, j) must give: a pair that a bound would split is replaced whole, unless nothing is. */
function spliced(text: string, i: number, j: number, replacement: string): string {
  const start = splitsPair(text, i) ? i - 1 : i;
  const end = splitsPair(text, j) ? j + 1 : j;
  return text.slice(0, start) + replacement + text.slice(end);
}

function splitsPair(text: string, index: number): boolean {
  return index > 0 && (text.codePointAt(index - 1) ?? 0) > 0xffff;
}

function innermostText(document: string, levels: number): string {
  let text = document;
  for (let level = 0; level < levels; level++) text = JSON.parse(text).arguments;
  return text;
}

function innermost(bytes: Uint8Array, levels: number): InnerJson {
  const tape = scanJson(bytes, 100);
  assert.ok(tape instanceof JsonTape);
  const token = tape.find(['arguments'])!;
  let outer: TextMap = new DecodedString(bytes, tape.start(token), tape.end(token));
  for (let level = 1; ; level++) {
    const inner = scanInner(outer, 100);
    assert.ok('tape' in inner);
    if (level === levels) return inner;
    outer = inner.string(inner.tape.find(['arguments'])!);
  }
}
