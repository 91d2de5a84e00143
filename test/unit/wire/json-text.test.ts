import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanInner } from '../../../lambda/wire/json-inner.ts';
import { applyPatches } from '../../../lambda/wire/json-patch.ts';
import { DecodedString, escapeJson } from '../../../lambda/wire/json-text.ts';

test('a text is escaped as JSON.stringify does, without quotes', () => {
  assert.equal(escapeJson('a"b\\c\n\u0001é\ud800'), 'a\\"b\\\\c\\n\\u0001é\\ud800');
  assert.equal(escapeJson(''), '');
});

test('places of a plain ASCII string are sums', () => {
  const bytes = Buffer.from('{"a":"hello"}');
  const decoded = new DecodedString(bytes, 5, 12);
  assert.equal(decoded.text, 'hello');
  assert.deepEqual([decoded.rawStart(0), decoded.rawStart(5), decoded.rawEnd(5)], [6, 11, 11]);
});

test('places move over escapes and characters of several bytes', () => {
  const bytes = Buffer.from('"\\né\\u20ac😀\\ud83d\\ude00z"');
  const decoded = new DecodedString(bytes, 0, bytes.length);
  assert.equal(decoded.text, '\né€😀😀z');
  const starts = Array.from({ length: decoded.text.length + 1 }, (_, index) => decoded.rawStart(index));
  assert.deepEqual(starts, [1, 3, 5, 11, 11, 15, 15, 27, 28]);
  const ends = Array.from({ length: decoded.text.length + 1 }, (_, index) => decoded.rawEnd(index));
  assert.deepEqual(ends, [1, 3, 5, 11, 15, 15, 27, 27, 28]);
});

test('an empty string has one place', () => {
  const decoded = new DecodedString(Buffer.from('é""'), 2, 4);
  assert.deepEqual([decoded.text, decoded.rawStart(0), decoded.rawEnd(0)], ['', 3, 3]);
});

test('a number in tool arguments is replaced by a string, and its neighbours keep their bytes', () => {
  const written =
    '{"arguments":"{\\"card\\": 4111111111111111, \\"n\\":12345678901234567890, \\"t\\":\\"\\\\u00e9\\"}"}';
  const bytes = Buffer.from(written);
  const inner = scanInner(new DecodedString(bytes, 13, bytes.length - 1), 8);
  assert.ok('tape' in inner);
  const { start, end } = inner.rawRange(inner.tape.find(['card'])!);
  const json = escapeJson(JSON.stringify('<CARD>'));
  assert.equal(inner.escapes, 1);
  const result = Buffer.from(applyPatches(bytes, [{ start, end, bytes: Buffer.from(json) }])).toString();
  assert.equal(result, written.replace('4111111111111111', '\\"<CARD>\\"'));
});

test('a string in tool arguments is patched through both levels', () => {
  const written = '{"arguments":"{\\"to\\":\\"mail \\\\u0061nna@example.com, ü\\"}"}';
  const bytes = Buffer.from(written);
  const inner = scanInner(new DecodedString(bytes, 13, bytes.length - 1), 8);
  assert.ok('tape' in inner);
  const value = inner.string(inner.tape.find(['to'])!);
  assert.equal(value.text, 'mail anna@example.com, ü');
  assert.equal(value.escapes, 2);
  const patch = {
    start: value.rawStart(5),
    end: value.rawEnd(21),
    bytes: Buffer.from(escapeJson(escapeJson('"E"'))),
  };
  const result = JSON.parse(Buffer.from(applyPatches(bytes, [patch])).toString());
  assert.deepEqual(JSON.parse(result.arguments), { to: 'mail "E", ü' });
});

test('inner text that is no JSON, or repeats a key, is a problem', () => {
  for (const text of ['"{\\"a\\":1"', '"{\\"a\\":1,\\"a\\":2}"', '""', '"plain words"']) {
    const bytes = Buffer.from(text);
    assert.ok('problem' in scanInner(new DecodedString(bytes, 0, bytes.length), 8), text);
  }
});
