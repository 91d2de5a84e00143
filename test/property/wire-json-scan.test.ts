import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { explainJson } from '../../lambda/wire/json-explain.ts';
import { scanJson } from '../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../lambda/wire/json-tape.ts';
import { invalidUtf8 } from '../../lambda/wire/utf8.ts';
import { type Json, spelledJson } from '../support/json-text.ts';

const DEPTH = 64;

test('every token of any spelling lies where it was written and is found by its own path', () => {
  fc.assert(
    fc.property(spelledJson, ({ value, text }) => {
      const bytes = Buffer.from(text);
      const tape = scanJson(bytes, DEPTH);
      assert.ok(tape instanceof JsonTape);
      assert.deepEqual(tape.value, JSON.parse(text));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is meant.
      assert.equal(tape.ascii, /^[\x00-\x7f]*$/.test(text) && !/(?<!\\)(\\\\)*\\u/.test(text));
      let inside = 0;
      for (let token = 0; token < tape.length; token++) {
        const written = bytes.toString('utf8', tape.start(token), tape.end(token));
        assert.equal(tape.raw(token), written);
        const path = tape.path(token);
        const isKey: boolean = tape.kind(token) === 'key';
        assert.equal(tape.find(path), isKey ? token + 1 : token);
        const there = path.reduce<Json>((at, part) => (at as Record<string | number, Json>)[part]!, value);
        assert.deepEqual(JSON.parse(written), isKey ? path.at(-1) : normal(there));
        if (isKey) assert.equal(tape.text(token), path.at(-1));
        if (tape.kind(token) === 'string') assert.equal(tape.text(token), there);
        if (tape.kind(token) === 'string' || isKey) assert.equal(tape.escaped(token), written.includes('\\'));
        assert.ok(tape.start(token) >= inside);
        inside = tape.next(token) === token + 1 ? tape.end(token) : tape.start(token) + 1;
      }
    }),
  );
});

test('members and elements are the direct children, in order', () => {
  fc.assert(
    fc.property(spelledJson, ({ text }) => {
      const tape = scanJson(Buffer.from(text), DEPTH);
      assert.ok(tape instanceof JsonTape);
      for (let token = 0; token < tape.length; token++) {
        const value = JSON.parse(tape.raw(token));
        const isKey: boolean = tape.kind(token) === 'key';
        const names: string[] = tape.members(token).map((member) => tape.text(member.key));
        const expected: string[] = tape.kind(token) === 'object' ? Object.keys(value) : [];
        assert.deepEqual(names.toSorted(), expected.toSorted());
        const elements: unknown[] = tape.elements(token).map((element) => JSON.parse(tape.raw(element)));
        assert.deepEqual(elements, Array.isArray(value) && !isKey ? value : []);
      }
    }),
  );
});

test('a damaged text is accepted exactly when JSON.parse accepts it and it repeats no key and halves no pair', () => {
  const damage = fc.record({
    spelled: spelledJson,
    at: fc.nat(),
    drop: fc.nat(3),
    put: fc.oneof(
      fc.constantFrom(
        '',
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '0',
        '-',
        '.',
        'e',
        '+',
        ' ',
        'null',
        '\\ud83d',
        '\\u12',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => text.toWellFormed()),
    ),
  });
  fc.assert(
    fc.property(damage, ({ spelled, at, drop, put }) => {
      const place = at % (spelled.text.length + 1);
      const text = (spelled.text.slice(0, place) + put + spelled.text.slice(place + drop)).toWellFormed();
      const bytes = Buffer.from(text);
      const scanned = scanJson(bytes, DEPTH);
      const accepted = scanned instanceof JsonTape;
      const parsed = parse(text);
      assert.equal(explainJson(bytes, DEPTH) === undefined, parsed !== undefined);
      assert.equal(accepted, parsed !== undefined && !repeats(text, parsed) && wellFormed(parsed.value));
      if (!accepted) assert.ok(scanned.offset >= 0 && scanned.offset <= bytes.length);
    }),
    { numRuns: 500 },
  );
});

test('a key repeated under another spelling is refused wherever it stands', () => {
  fc.assert(
    fc.property(spelledJson, spelledJson, fc.nat(), fc.nat(20), (spelled, filler, pick, others) => {
      const names = Array.from({ length: others + 1 }, (_, index) => `k${index}`);
      const twice = names[pick % names.length]!;
      const escaped = `\\u006b${twice.slice(1)}`;
      const members = names.map((name) => `"${name}":${filler.text}`);
      members.push(`"${pick % 2 === 0 ? twice : escaped}":${spelled.text}`);
      const bytes = Buffer.from(`{"x":[0,{${members.join(',')}}]}`);
      const problem = scanJson(bytes, DEPTH);
      assert.ok(!(problem instanceof JsonTape));
      assert.equal(problem.problem, 'repeated key');
      assert.equal(problem.path, `x[1].${twice}`);
      const written = bytes.toString('utf8', problem.offset);
      assert.ok(written.startsWith(pick % 2 === 0 ? `"${twice}"` : `"${escaped}"`));
      assert.equal(problem.offset, bytes.lastIndexOf(members.at(-1)!));
    }),
  );
});

test('invalid UTF-8 is found at the first byte that no decoder accepts', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const near = fc.constantFrom(
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc2,
    0xe0,
    0xe1,
    0xed,
    0xf0,
    0xf4,
    0xf5,
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(near, fc.nat(255)), { maxLength: 8 }), (list) => {
      const bytes = Uint8Array.from(list);
      const offset = invalidUtf8(bytes);
      const decodes = (part: Uint8Array): boolean => {
        try {
          decoder.decode(part);
          return true;
        } catch {
          return false;
        }
      };
      assert.equal(offset === -1, decodes(bytes));
      if (offset === -1) return;
      assert.ok(decodes(bytes.subarray(0, offset)));
      for (let length = 1; length <= 4; length++) {
        if (offset + length > bytes.length) break;
        assert.ok(!decodes(bytes.subarray(offset, offset + length)));
      }
    }),
    { numRuns: 2000 },
  );
});

/** As JSON.parse gives it back: -0 survives, the prototype of objects is the usual one. */
function normal(value: Json): unknown {
  if (Object.is(value, -0)) return -0;
  return typeof value === 'object' && value !== null
    ? JSON.parse(JSON.stringify(value, minusZero), revive)
    : value;
}

function minusZero(_key: string, value: unknown): unknown {
  return Object.is(value, -0) ? '\u0000-0' : value;
}

function revive(_key: string, value: unknown): unknown {
  return value === '\u0000-0' ? -0 : value;
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function wellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, member]) => name.isWellFormed() && wellFormed(member));
}

/** JSON.parse keeps one of two equal keys, so a text that repeats one has more colons outside strings than its value. */
function repeats(text: string, parsed: { readonly value: unknown }): boolean {
  const colons = (json: string): number => json.replace(/"(?:\\.|[^"\\])*"/gs, '').split(':').length;
  return colons(text) !== colons(JSON.stringify(parsed.value));
}
