import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { applyPatches, type Edit, type Patch, splice } from '../../../lambda/wire/json-splice.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';

function edited(text: string, edits: readonly Edit[], patches: readonly Patch[] = []): string {
  const bytes = Buffer.from(text);
  const tape = scanJson(bytes, 16);
  assert.ok(tape instanceof JsonTape);
  return Buffer.from(splice(bytes, tape, edits, patches)).toString();
}

test('nothing to do gives the very same array', () => {
  const bytes = Buffer.from('{"a": 1}');
  const tape = scanJson(bytes, 4);
  assert.ok(tape instanceof JsonTape);
  assert.equal(splice(bytes, tape, []), bytes);
  assert.equal(splice(bytes, tape, [], []), bytes);
  assert.equal(splice(bytes, tape, [{ op: 'remove', path: ['missing'] }]), bytes);
  assert.equal(applyPatches(bytes, []), bytes);
});

test('set replaces a value and keeps every other byte', () => {
  const text = '{ "model" : "fast",\n "temperature": 1.0, "seed": 12345678901234567890, "x": "\\u0041" }';
  assert.equal(
    edited(text, [{ op: 'set', path: ['model'], json: '"m-1"' }]),
    text.replace('"fast"', '"m-1"'),
  );
});

test('set appends a missing member last, before the white space of the closing bracket', () => {
  assert.equal(edited('{\n  "a": 1\n}', [{ op: 'set', path: ['b'], json: '2' }]), '{\n  "a": 1,"b":2\n}');
  assert.equal(edited('{ }', [{ op: 'set', path: ['b'], json: '2' }]), '{"b":2 }');
  const two: Edit[] = [
    { op: 'set', path: ['b'], json: '2' },
    { op: 'set', path: ['a"'], json: '3' },
  ];
  assert.equal(edited('{"z":0}', two), '{"z":0,"b":2,"a\\"":3}');
});

test('set makes missing parents, and turns one that is no object into an object', () => {
  const edit: Edit = { op: 'set', path: ['stream_options', 'include_usage'], json: 'true' };
  assert.equal(edited('{"stream":true}', [edit]), '{"stream":true,"stream_options":{"include_usage":true}}');
  assert.equal(edited('{"stream_options":{}}', [edit]), '{"stream_options":{"include_usage":true}}');
  assert.equal(
    edited('{"stream_options":{"x":1}}', [edit]),
    '{"stream_options":{"x":1,"include_usage":true}}',
  );
  assert.equal(
    edited('{"stream_options": null, "n":1}', [edit]),
    '{"stream_options": {"include_usage":true}, "n":1}',
  );
});

test('remove takes exactly one comma, wherever the member stands', () => {
  const text = '{ "a": 1, "b": 2 ,"c":3 }';
  const remove = (...names: string[]): string =>
    edited(
      text,
      names.map((name) => ({ op: 'remove', path: [name] })),
    );
  assert.equal(remove('a'), '{ "b": 2 ,"c":3 }');
  assert.equal(remove('b'), '{ "a": 1 ,"c":3 }');
  assert.equal(remove('c'), '{ "a": 1, "b": 2 }');
  assert.equal(remove('a', 'b'), '{ "c":3 }');
  assert.equal(remove('c', 'b'), '{ "a": 1 }');
  assert.equal(remove('a', 'c'), '{ "b": 2 }');
  assert.equal(remove('b', 'c', 'a'), '{  }');
});

test('positions are those that earlier edits left', () => {
  const first: Edit = { op: 'remove', path: ['tools', 0] };
  assert.equal(edited('{"tools":[1, 2, 3]}', [first, first]), '{"tools":[3]}');
  const append: Edit = { op: 'set', path: ['tools', 2], json: '4' };
  assert.equal(edited('{"tools":[1, 2, 3]}', [first, append]), '{"tools":[2, 3,4]}');
});

test('a removed member that is set again is appended last', () => {
  const edits: Edit[] = [
    { op: 'remove', path: ['a'] },
    { op: 'set', path: ['a'], json: '3' },
  ];
  assert.equal(edited('{"a":1,"b":2}', edits), '{"b":2,"a":3}');
  assert.equal(edited('{"a":1}', edits), '{"a":3}');
});

test('later edits see earlier ones: the last set wins, and a new value can be edited further', () => {
  const edits: Edit[] = [
    { op: 'set', path: ['a'], json: '{ "x": 1 }' },
    { op: 'set', path: ['a', 'y'], json: '2' },
    { op: 'remove', path: ['a', 'x'] },
    { op: 'set', path: ['b'], json: '1' },
    { op: 'set', path: ['b'], json: '2' },
    { op: 'rename', path: ['b'], key: 'c' },
    { op: 'set', path: ['c'], json: '3' },
    { op: 'set', path: ['d'], json: '4' },
    { op: 'remove', path: ['d'] },
  ];
  assert.equal(edited('{"a":0}', edits), '{"a":{ "y":2 },"c":3}');
});

test('rename replaces the key in its place and keeps the value with its white space', () => {
  const edit: Edit = { op: 'rename', path: ['max_tokens'], key: 'max_completion_tokens' };
  assert.equal(edited('{"max_tokens" : 1e2, "n":1}', [edit]), '{"max_completion_tokens" : 1e2, "n":1}');
  assert.equal(edited('{"n":1}', [edit]), '{"n":1}');
});

test('the root can be replaced', () => {
  assert.equal(edited(' {"a":1}\n', [{ op: 'set', path: [], json: '[]' }]), ' []\n');
});

test('what cannot be meant throws', () => {
  const cases: readonly Edit[] = [
    { op: 'set', path: ['a', 0], json: '1' },
    { op: 'set', path: ['list', 5], json: '1' },
    { op: 'set', path: ['list', -1], json: '1' },
    { op: 'set', path: ['list', 0.5], json: '1' },
    { op: 'set', path: ['nowhere', 0], json: '1' },
    { op: 'remove', path: [] },
    { op: 'rename', path: [], key: 'x' },
    { op: 'rename', path: ['list', 0], key: 'x' },
    { op: 'rename', path: ['a'], key: 'list' },
  ];
  for (const edit of cases)
    assert.throws(() => edited('{"a":1,"list":[1]}', [edit]), RangeError, JSON.stringify(edit));
});

test('patches are applied with edits in one pass, and dropped where an edit replaced or removed their place', () => {
  const text = '{"a":"one","b":"two","c":"three"}';
  const patches = ['one', 'two', 'three'].map((word): Patch => {
    const start = text.indexOf(word);
    return { start, end: start + word.length, bytes: Buffer.from(`<${word.length}>`) };
  });
  const edits: Edit[] = [
    { op: 'set', path: ['b'], json: '"new"' },
    { op: 'remove', path: ['c'] },
    { op: 'set', path: ['d'], json: '1' },
  ];
  assert.equal(edited(text, edits, patches.toReversed()), '{"a":"<3>","b":"new","d":1}');
  assert.equal(edited(text, [], patches), '{"a":"<3>","b":"<3>","c":"<5>"}');
});

test('overlapping patches and patches outside of the bytes throw', () => {
  const bytes = Buffer.from('0123456789');
  const patch = (start: number, end: number): Patch => ({ start, end, bytes: Buffer.from('x') });
  assert.equal(
    Buffer.from(applyPatches(bytes, [patch(8, 10), patch(0, 2), patch(2, 2)])).toString(),
    'xx234567x',
  );
  assert.throws(() => applyPatches(bytes, [patch(0, 3), patch(2, 4)]), RangeError);
  assert.throws(() => applyPatches(bytes, [patch(0, 9), patch(3, 3)]), RangeError);
  assert.throws(() => applyPatches(bytes, [patch(9, 11)]), RangeError);
  assert.throws(() => applyPatches(bytes, [patch(5, 4)]), RangeError);
});
