import assert from 'node:assert/strict';
import test from 'node:test';
import validator from 'card-validator';
import { isIssuer } from '../../../../../lambda/core/guard/detectors/card-issuers.ts';
import { found } from '../found.ts';
import { CARDS } from '../samples.ts';

for (const [scheme, number] of Object.entries(CARDS)) {
  test(`a bare number of ${scheme} is found`, () => {
    assert.deepEqual(found(`charge ${number} today`), [`CREDIT_CARD ${number}`]);
  });
}

const FOUND: readonly (readonly [string, string])[] = [
  ['4111 1111 1111 1111', '4111 1111 1111 1111'],
  ['4111-1111-1111-1111', '4111-1111-1111-1111'],
  ['4111.1111.1111.1111', '4111.1111.1111.1111'],
  ['4111\u00a01111\u00a01111\u00a01111', '4111\u00a01111\u00a01111\u00a01111'],
  ['4111\u20111111\u20111111\u20111111', '4111\u20111111\u20111111\u20111111'],
  ['4111  1111  1111  1111', '4111  1111  1111  1111'],
  ['4111\n1111 1111 1111', '4111\n1111 1111 1111'],
  ['3782 822463 10005', '3782 822463 10005'],
  ['3056 930902 5904', '3056 930902 5904'],
  ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
  ['４１１１１１１１１１１１１１１１', '４１１１１１１１１１１１１１１１'],
  ['٤١١١١١١١١١١١١١١١', '٤١١١١١١١١١١١١١١١'],
  ['4111\u200b1111\u200b1111\u200b1111', '4111\u200b1111\u200b1111\u200b1111'],
  ['?cc=4111%201111%201111%201111&x=1', '4111%201111%201111%201111'],
  ['カード番号は4111111111111111です。', '4111111111111111'],
  ['card4111111111111111', '4111111111111111'],
  ['_4111 1111 1111 1111_', '4111 1111 1111 1111'],
  ['|card=4111111111111111|', '4111111111111111'],
  ['4111 1111 1111 1111 12/27 123', '4111 1111 1111 1111'],
  ['first line\\n4111111111111111', '4111111111111111'],
];

for (const [text, value] of FOUND) {
  test(`a card is found in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(found(text), [`CREDIT_CARD ${value}`]);
  });
}

const CLEAN: readonly string[] = [
  '4111111111111112',
  'order 1234567890123452',
  'card number must look like 1234 5678 9012 3456',
  'pi is 3.14159265358979323846',
  'a ratio of 0.4111111111111111',
  'f4111111111111111a',
  'commit 4111111111111111abcdef0123456789abcdef01',
  '12-4111-1111-1111-1111-34',
  'ts=1610219375928 level=info',
  '2024-01-10 14:43:46.123456',
  '4222222222222',
];

for (const text of CLEAN) {
  test(`no card is found in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(found(text), []);
  });
}

test('a rare length is found only where a word says that it is a card', () => {
  assert.deepEqual(found('my Visa is 4222222222222'), ['CREDIT_CARD 4222222222222']);
  assert.deepEqual(found('4222222222222', { context: 'card_number' }), ['CREDIT_CARD 4222222222222']);
});

test('cards on lines of their own do not run into each other', () => {
  assert.deepEqual(found('4111 1111 1111 1111\n5555 5555 5555 4444\n378282246310005\n'), [
    'CREDIT_CARD 4111 1111 1111 1111',
    'CREDIT_CARD 5555 5555 5555 4444',
    'CREDIT_CARD 378282246310005',
  ]);
});

test('every range of issuers that card-validator knows is known', () => {
  const { types, getTypeInfo } = validator.creditCardType;
  for (const { type, patterns } of Object.values(types).map(getTypeInfo)) {
    for (const pattern of patterns.flat()) {
      // A single digit stands for the whole first digit of a scheme and is no range.
      if (pattern < 10) continue;
      assert.ok(isIssuer(Number(String(pattern).padEnd(4, '0').slice(0, 4))), `${type} ${pattern}`);
    }
  }
});
