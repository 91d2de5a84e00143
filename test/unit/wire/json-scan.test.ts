import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonProblem } from '../../../lambda/wire/json-problem.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';

function refused(text: string | Uint8Array, maxDepth = 8): JsonProblem {
  const result = scanJson(Buffer.from(text), maxDepth);
  assert.ok(!(result instanceof JsonTape));
  return result;
}

test('a repeated key is refused with the path of its second place', () => {
  assert.deepEqual(refused('{"messages":[],"model":"m","messages":[{}]}'), {
    problem: 'repeated key',
    path: 'messages',
    offset: 27,
  });
  assert.equal(refused('{"messages":[{},{"role":"user","role":"system"}]}').path, 'messages[1].role');
});

test('a key is repeated however its characters are spelled', () => {
  assert.deepEqual(refused(String.raw`{"ma":1,"\u006da":2}`), {
    problem: 'repeated key',
    path: 'ma',
    offset: 8,
  });
  assert.equal(refused(String.raw`{"\u006da":1,"ma":2}`).problem, 'repeated key');
  assert.equal(refused(String.raw`{"a\/b":1,"a/b":2}`).path, '["a/b"]');
  assert.equal(refused('{"__proto__":1,"__proto__":2}').path, '__proto__');
});

test('equal keys of different objects, and keys that differ in case or form, are no repetition', () => {
  const text = '{"a":{"a":{"a":[{"a":1},{"a":2}]}},"A":1,"é":1,"e\u0301":1}';
  assert.ok(scanJson(Buffer.from(text), 8) instanceof JsonTape);
});

test('invalid UTF-8 is refused with the path of its string and the offset of its first byte', () => {
  const bytes = Buffer.concat([
    Buffer.from('{"messages":[{"content":"ok '),
    Buffer.from([0xff]),
    Buffer.from('"}]}'),
  ]);
  assert.deepEqual(refused(bytes), { problem: 'invalid UTF-8', path: 'messages[0].content', offset: 28 });
  assert.equal(refused(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)).offset, 1, 'a surrogate in UTF-8');
  assert.equal(refused(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)).offset, 1, 'an overlong form');
  assert.equal(refused(Uint8Array.of(0x22, 0xf0, 0x9f, 0x98)).offset, 1, 'a character without its end');
});

test('a byte order mark is refused, at the start and as white space', () => {
  assert.deepEqual(refused('\ufeff{}'), { problem: 'byte order mark', path: '', offset: 0 });
  assert.equal(refused('{\ufeff}').problem, 'expected a key in double quotes');
});

test('half a surrogate pair is refused, a whole one is one character', () => {
  assert.deepEqual(refused(String.raw`{"a":["x","y\ud83d!"]}`), {
    problem: 'escape of half a surrogate pair',
    path: 'a[1]',
    offset: 12,
  });
  assert.equal(refused(String.raw`{"a":"\ude00"}`).path, 'a');
  assert.equal(refused(String.raw`{"b\ud83d\u0041":"x"}`).offset, 3);
  assert.equal(refused(String.raw`["\ud83d\n"]`).path, '[0]');
  const tape = scanJson(Buffer.from(String.raw`"\uD83D\uDE00"`), 8);
  assert.ok(tape instanceof JsonTape);
  assert.equal(tape.text(0), '😀');
});

test('nesting up to the maximum is accepted and one level more is refused where it begins', () => {
  assert.ok(scanJson(Buffer.from('[{"a":[]}]'), 3) instanceof JsonTape);
  assert.deepEqual(refused('[0,{"a":[]}]', 2), {
    problem: 'nesting deeper than 2 objects and arrays',
    path: '[1].a',
    offset: 8,
  });
  assert.equal(refused('['.repeat(1_000_000), 128).offset, 128);
});

test('a syntax error is named with its path and offset', () => {
  const cases: readonly (readonly [string, string, string, number])[] = [
    ['', 'unexpected end of the text', '', 0],
    ['{"a":1', 'unexpected end of the text', 'a', 6],
    ['{"a" 1}', 'expected ":" behind a key', 'a', 5],
    ['{"a":1,}', 'expected a key in double quotes', '', 7],
    ['{a:1}', 'expected a key in double quotes', '', 1],
    ['[1,]', 'expected a value', '[1]', 3],
    ['[1 2]', 'expected "," or "]"', '[0]', 3],
    ['{"a":{"b":[1}}', 'expected "," or "]"', 'a.b[0]', 12],
    ['{} {}', 'unexpected text behind the value', '', 3],
    ['{"a":01}', 'invalid number', 'a', 5],
    ['{"a":NaN}', 'expected a value', 'a', 5],
    ['[tru]', 'expected a value', '[0]', 1],
    ["{'a':1}", 'expected a key in double quotes', '', 1],
    ['["a\nb"]', 'control character that is not escaped', '[0]', 3],
    ['["\\x"]', 'invalid escape in a string', '[0]', 3],
    ['["\\u12g4"]', 'invalid escape in a string', '[0]', 6],
    ['{"a":"b', 'string without an end', 'a', 7],
    ['// no\n1', 'expected a value', '', 0],
  ];
  for (const [text, problem, path, offset] of cases)
    assert.deepEqual(refused(text), { problem, path, offset }, text);
});

test('a path in a problem shows no more than the start of a long key', () => {
  const { path } = refused(`{"${'k'.repeat(10_000)}":tru}`);
  assert.ok(path.length < 80, path);
});

test('a bare value is a text of one token', () => {
  const tape = scanJson(Buffer.from(' 12.50e1 '), 1);
  assert.ok(tape instanceof JsonTape);
  assert.equal(tape.length, 1);
  assert.equal(tape.raw(0), '12.50e1');
  assert.equal(tape.value, 125);
});

test('a key with a wrong escape is a problem with its place, and not a fault', () => {
  const problem = scanJson(Buffer.from('{"a":1,"\\}":false}'), 8);
  assert.ok('problem' in problem);
  assert.equal(problem.offset, 9);
});
