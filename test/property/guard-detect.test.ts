import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { detect } from '../../lambda/core/guard/detect.ts';
import { replaceFindings } from '../../lambda/core/guard/placeholder.ts';
import { CARDS, IBANS, JWT, privateKey, TOKENS } from '../unit/core/guard/samples.ts';

const VALUES: readonly string[] = [
  'jane.doe@example.com',
  ...Object.values(CARDS),
  '4111 1111 1111 1111',
  ...Object.values(IBANS),
  'DE89 3704 0044 0532 0130 00',
  ...Object.values(TOKENS),
  JWT,
  privateKey('RSA PRIVATE KEY'),
];

/** Prose in several scripts that holds nothing and separates: it begins and ends with a sign that ends a word. */
const neutral = fc
  .array(
    fc.constantFrom(
      'see',
      'Zürich',
      '東京',
      'и',
      '😀',
      '\u200b',
      '7',
      'v1.2',
      'a-b',
      '\n',
      '"',
      '{',
      '%',
      '\\n',
      '&',
    ),
    {
      maxLength: 12,
    },
  )
  .map((words) => `; ${words.join(' ')} ;`);

const value = fc.constantFrom(...VALUES);

test('what is found in a value is found in it between any neutral texts, shifted and nothing else', () => {
  fc.assert(
    fc.property(neutral, value, neutral, (left, middle, right) => {
      const alone = detect(middle);
      assert.ok(alone.length > 0);
      const shifted = alone.map((one) => ({
        ...one,
        start: one.start + left.length,
        end: one.end + left.length,
      }));
      assert.deepEqual(detect(left + middle + right), shifted);
    }),
    { numRuns: 500 },
  );
});

const piece = fc.oneof(
  value,
  neutral,
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('@', '.', '-', ' ', '%40', '\\u0040', 'eyJ', '4111', 'sk-', '-----BEGIN PRIVATE KEY-----'),
);

test('findings of any text are sorted, apart and inside of it', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      let end = 0;
      for (const finding of detect(text)) {
        assert.ok(finding.start >= end && finding.end > finding.start && finding.end <= text.length);
        end = finding.end;
      }
    }),
    { numRuns: 1000 },
  );
});

test('a text whose values were replaced holds none', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(value, neutral), { maxLength: 12 }), (pieces) => {
      const text = pieces.join('; ');
      assert.deepEqual(detect(replaceFindings(text, detect(text))), []);
    }),
    { numRuns: 500 },
  );
});
