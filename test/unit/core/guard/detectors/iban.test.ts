import assert from 'node:assert/strict';
import test from 'node:test';
import { found } from '../found.ts';
import { IBANS } from '../samples.ts';

for (const [country, iban] of Object.entries(IBANS)) {
  test(`an IBAN of ${country} is found`, () => {
    assert.deepEqual(found(`Transfer to ${iban}, please.`), [`IBAN ${iban}`]);
  });
}

const FOUND: readonly (readonly [string, string])[] = [
  ['DE89 3704 0044 0532 0130 00', 'DE89 3704 0044 0532 0130 00'],
  ['DE 89 3704 0044 0532 0130 00', 'DE 89 3704 0044 0532 0130 00'],
  ['DE89-3704-0044-0532-0130-00', 'DE89-3704-0044-0532-0130-00'],
  ['DE89.3704.0044.0532.0130.00', 'DE89.3704.0044.0532.0130.00'],
  [
    'DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000',
    'DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000',
  ],
  ['DE89\n3704 0044 0532 0130 00', 'DE89\n3704 0044 0532 0130 00'],
  ['DE89  3704  0044  0532  0130  00', 'DE89  3704  0044  0532  0130  00'],
  ['GB82 WEST 1234 5698 7654 32', 'GB82 WEST 1234 5698 7654 32'],
  ['DE８９３７０４００４４０５３２０１３０００', 'DE８９３７０４００４４０５３２０１３０００'],
  ['IBANDE89370400440532013000', 'DE89370400440532013000'],
  ['iban=DE89370400440532013000|ip=', 'DE89370400440532013000'],
  ['account\\nDE89370400440532013000', 'DE89370400440532013000'],
  ['口座はDE89370400440532013000です', 'DE89370400440532013000'],
];

for (const [text, value] of FOUND) {
  test(`an IBAN is found in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(found(text), [`IBAN ${value}`]);
  });
}

test('lower case is taken where a word or the key says that it is an account', () => {
  const lower = 'de89 3704 0044 0532 0130 00';
  assert.deepEqual(found(`my iban ${lower} pls check`), [`IBAN ${lower}`]);
  assert.deepEqual(found(lower, { context: 'iban' }), [`IBAN ${lower}`]);
  assert.deepEqual(found(`the hash ${lower}`), []);
});

const CLEAN: readonly string[] = [
  'the test IBAN DE00 1234 5678 9012 3456 78 has wrong check digits',
  'DE88370400440532013000',
  'ABDE89370400440532013000',
  'DE893704004405320130001',
  'DE89 3704',
  'ISO 27001 and EN12 3456',
  'XX89370400440532013000',
];

for (const text of CLEAN) {
  test(`no IBAN is found in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(found(text, { classes: ['financial'] }), []);
  });
}
