import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';

function scan(text: string): JsonTape {
  const tape = scanJson(Buffer.from(text), 16);
  assert.ok(tape instanceof JsonTape);
  return tape;
}

const REQUEST =
  '{ "model": "fast", "messages": [{"role":"user","content":[{"type":"text","text":"Hi\\n"}]}], "n": 1.0 }';

test('a value is found by its path, and nothing is found where there is none', () => {
  const tape = scan(REQUEST);
  const text = tape.find(['messages', 0, 'content', 0, 'text']);
  assert.ok(text !== undefined);
  assert.equal(tape.raw(text), '"Hi\\n"');
  assert.equal(tape.text(text), 'Hi\n');
  assert.equal(tape.pathOf(text), 'messages[0].content[0].text');
  assert.equal(tape.find([]), 0);
  for (const path of [
    ['nothing'],
    ['messages', 1],
    ['messages', -1],
    ['messages', '0'],
    ['model', 0],
    [0],
    ['n', 'x'],
  ]) {
    assert.equal(tape.find(path), undefined, path.join('.'));
  }
});

test('a key is found whatever its spelling, and one with another beginning is not', () => {
  const tape = scan('{"\\u006dodel":1,"modell":2,"schl\u00fcssel":3,"":4}');
  assert.equal(tape.raw(tape.find(['model'])!), '1');
  assert.equal(tape.raw(tape.find(['schlüssel'])!), '3');
  assert.equal(tape.raw(tape.find([''])!), '4');
  assert.equal(tape.find(['mode']), undefined);
});

test('members are key and value tokens in their order', () => {
  const tape = scan(REQUEST);
  const members = tape.members(0).map(({ key, value }) => [tape.text(key), tape.kind(value)]);
  assert.deepEqual(members, [
    ['model', 'string'],
    ['messages', 'array'],
    ['n', 'number'],
  ]);
  assert.deepEqual(tape.members(tape.find(['messages'])!), []);
  assert.equal(tape.elements(tape.find(['messages'])!).length, 1);
  assert.deepEqual(tape.elements(0), []);
});

test('leaves are every key, string and number in document order', () => {
  const tape = scan('{"a":[true,"b",{"c":null}],"d":-1e3}');
  assert.deepEqual(
    Array.from(tape.leaves(), (token) => `${tape.kind(token)} ${tape.raw(token)}`),
    ['key "a"', 'string "b"', 'key "c"', 'key "d"', 'number -1e3'],
  );
});

test('the path of a key is that of its value', () => {
  const tape = scan('{"a":[0,{"b c":1}]}');
  const { key, value } = tape.members(tape.find(['a', 1])!)[0]!;
  assert.equal(tape.pathOf(key), 'a[1]["b c"]');
  assert.equal(tape.pathOf(value), 'a[1]["b c"]');
  assert.equal(tape.pathOf(0), '');
});

test('only a text without any character above ASCII, escaped or not, is called ASCII', () => {
  assert.equal(scan('{"a":"b\\n\\"\\\\u00e9"}').ascii, true);
  assert.equal(scan('{"a":"é"}').ascii, false);
  assert.equal(scan('{"a":"\\u00e9"}').ascii, false);
  assert.equal(scan('{"\\u0041":1}').ascii, false);
});

test('offsets count bytes, also behind characters of several and in a view of a larger buffer', () => {
  const whole = Buffer.from('xx{"é😀":"ü"}yy');
  const bytes = whole.subarray(2, whole.length - 2);
  const tape = scanJson(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), 4);
  assert.ok(tape instanceof JsonTape);
  const value = tape.find(['é😀'])!;
  assert.equal(tape.start(value), 10);
  assert.equal(tape.end(value), 14);
  assert.equal(tape.text(value), 'ü');
  assert.equal(tape.end(0), bytes.length);
});
