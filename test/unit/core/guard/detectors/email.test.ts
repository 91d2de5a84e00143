import assert from 'node:assert/strict';
import test from 'node:test';
import { found } from '../found.ts';

const FOUND: readonly (readonly [string, string])[] = [
  ['Please write to jane.doe+news@mail.example.co.uk.', 'jane.doe+news@mail.example.co.uk'],
  ['From: Jane <jane@example.com>', 'jane@example.com'],
  ["Why does o'neil@example.org bounce?", "o'neil@example.org"],
  ["where email = 'jane@example.com' and", 'jane@example.com'],
  ['reply-to=jane@example.com;list=weekly', 'jane@example.com'],
  ['**jane@example.com**', 'jane@example.com'],
  ['_jane@example.com_', 'jane@example.com'],
  ['mailto:jane@example.com?subject=x', 'jane@example.com'],
  ['https://example.com/u/jane@example.com', 'jane@example.com'],
  ['邮箱jane@example.org电话', 'jane@example.org'],
  ['私のメールはjane@example.orgです。', 'jane@example.org'],
  ['почта: иван@пример.рф', 'иван@пример.рф'],
  ['müller@bücher.example', 'müller@bücher.example'],
  ['jane@xn--bcher-kva.xn--p1ai', 'jane@xn--bcher-kva.xn--p1ai'],
  ['?email=jane%40example.com&x=1', 'jane%40example.com'],
  ['?email=jane%2540example.com&x=1', 'jane%2540example.com'],
  ['{"to":"jane\\u0040example.com"}', 'jane\\u0040example.com'],
  ['jane&#64;example.com', 'jane&#64;example.com'],
  ['jane&#x40;example&period;com', 'jane&#x40;example&period;com'],
  ['jane&commat;example.com', 'jane&commat;example.com'],
  ['ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ'],
  ['ja\u200bne@exam\u00adple.com', 'ja\u200bne@exam\u00adple.com'],
  ['write to jane (at) example.org tonight', 'jane (at) example.org'],
  ['write to jane [at] example [dot] com tonight', 'jane [at] example [dot] com'],
  ['write to jane AT example DOT net tonight', 'jane AT example DOT net'],
  ['line one\\njane@example.com', 'jane@example.com'],
  ['jane@example.com123 and', 'jane@example.com'],
  ['jane@example.com-thanks', 'jane@example.com'],
];

for (const [text, value] of FOUND) {
  test(`an address is found in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(found(text), [`EMAIL ${value}`]);
  });
}

const CLEAN: readonly string[] = [
  'git clone git@github.com:org/repo.git',
  'npm i @types/node@24.3.8 left-pad@1.2.3 pkg@2.0.beta3 pkg@v2.rc1',
  'docker pull registry.example.com/app@sha256:08b04a9d22bafa8c',
  '@Injectable() export class Foo { constructor(@Inject(X) private x) {} }',
  'the mention of @octocat',
  'background: url(icon@2x.png)',
  'postgres://app:secret@db.example.com:5432/app',
  'meet me at example.org',
  'look at point dot here',
  '@@@@ a@ @b.com a@b a@.com',
];

for (const text of CLEAN) {
  test(`no address is found in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(found(text, { classes: ['contact'] }), []);
  });
}

test('several addresses in a row are found one by one', () => {
  assert.deepEqual(found('a.b@example.com,c.d@example.com;e@example.net'), [
    'EMAIL a.b@example.com',
    'EMAIL c.d@example.com',
    'EMAIL e@example.net',
  ]);
});
