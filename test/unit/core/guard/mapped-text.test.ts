import assert from 'node:assert/strict';
import test from 'node:test';
import { rewrite } from '../../../../lambda/core/guard/mapped-text.ts';
import { decode, normalise } from '../../../../lambda/core/guard/normalise.ts';

test('positions lead back over removed and shortened parts', () => {
  const view = rewrite('ab--cd%41ef', /-|%41/g, (match) => (match === '-' ? '' : 'A'))!;
  assert.equal(view.text, 'abcdAef');
  const back = [...view.text].map((_, index) => view.original(index));
  assert.deepEqual(back, [0, 1, 4, 5, 6, 9, 10]);
  assert.equal(view.original(view.text.length), 11);
});

test('a text without a match is not rewritten', () => {
  assert.equal(
    rewrite('abc', /-/g, () => ''),
    undefined,
  );
  assert.equal(
    rewrite('a-c', /-/g, () => undefined),
    undefined,
  );
});

test('look-alikes of ASCII are replaced and invisible characters removed', () => {
  assert.equal(normalise('ＡＢ１２＠．').text, 'AB12@.');
  assert.equal(normalise('a\u00a0b\u2009c\u3000d').text, 'a b c d');
  assert.equal(normalise('1\u20102\u20113\u22124').text, '1-2-3-4');
  assert.equal(normalise('٤۴४৪๔𝟒').text, '444444');
  assert.equal(normalise('a\u200bb\u00adc\u2060d\ufeffe\u{e0041}f').text, 'abcdef');
  assert.equal(normalise('Zürich 東京 😀').text, 'Zürich 東京 😀');
});

test('escapes of several kinds and depths are read', () => {
  const texts: readonly string[] = [
    'a%40b',
    'a%2540b',
    'a\\u0040b',
    'a\\\\\\\\u0040b',
    'a\\x40b',
    'a&#64;b',
    'a&#x40;b',
  ];
  for (const text of [...texts, 'a&#0064;b', 'a&amp;#64;b', 'a&commat;b']) {
    const [view] = decode(text);
    assert.equal(view?.text, 'a@b', text);
    assert.equal(view?.original(2), text.length - 1, text);
  }
});

test('what only looks like an escape stays', () => {
  assert.deepEqual(decode('plain text'), []);
  for (const text of ['50% off', 'a%zz', '\\u00', '&nothing;', 'R&D', 'C:\\users'])
    assert.deepEqual(decode(text), [], text);
  assert.deepEqual(
    decode('50%ab').map(({ text }) => text),
    [],
  );
});
