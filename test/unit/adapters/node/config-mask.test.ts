import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MASK, maskKey, maskSecrets } from '../../../../lambda/adapters/node/config-mask.ts';

const secrets = [
  'sk-proj-abcdefghijklmnop',
  'sk-ant-api03-AbCdEfGh',
  'AKIAIOSFODNN7EXAMPLE',
  'ghp_0123456789abcdefABCDEF',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc',
  'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
];

for (const secret of secrets) {
  test(`${secret.slice(0, 7)}... is hidden, within other words too`, () => {
    assert.equal(maskSecrets(`found "${secret}", expected`), `found "${MASK}", expected`);
  });
}

test('credentials and queries in a URL are hidden, its host is not', () => {
  assert.equal(maskSecrets('https://user:pass@example.com/v1'), `https://${MASK}@example.com/v1`);
  assert.equal(maskSecrets('https://example.com/v1?key=abc'), `https://example.com/v1?${MASK}`);
});

test('words of a config stay readable', () => {
  for (const text of [
    'arn:aws:sts::123456789012:assumed-role/search-web',
    'AWSReservedSSO_AdministratorAccess_0123456789abcdef',
    'gpt-5.4-mini-2026-03-17',
    'tollgate/openai',
    'http://127.0.0.1:8000/v1',
    'sandbox-reasoning-tool-fast',
    'task-force-of-the-northern-region',
  ]) {
    assert.equal(maskSecrets(text), text);
  }
});

test('in the place of a key only the name of a variable is shown', () => {
  assert.equal(maskKey('OPENAI_API_KEY'), 'OPENAI_API_KEY');
  for (const text of ['hunter2', 'abc', 'AKIAIOSFODNN7EXAMPLE', 'My_Pass']) assert.equal(maskKey(text), MASK);
});
