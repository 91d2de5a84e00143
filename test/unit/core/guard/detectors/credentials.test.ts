import assert from 'node:assert/strict';
import test from 'node:test';
import { found } from '../found.ts';
import {
  AWS_DOCS_KEY_ID,
  AWS_DOCS_SECRET,
  GITHUB_FINE_GRAINED,
  JWT,
  OPENAI_LEGACY,
  privateKey,
  TOKENS,
} from '../samples.ts';

for (const [type, token] of Object.entries(TOKENS)) {
  for (const text of [
    `why does ${token} fail?`,
    `export KEY="${token}"`,
    `KEY=${token}\\nNEXT=1`,
    `'${token}',`,
  ]) {
    test(`${type} is found in ${JSON.stringify(text.replace(token, '...'))}`, () => {
      assert.deepEqual(found(text), [`${type} ${token}`]);
    });
  }
}

test('older and finer kinds of keys are found', () => {
  assert.deepEqual(found(`key: ${OPENAI_LEGACY}`), [`OPENAI_KEY ${OPENAI_LEGACY}`]);
  assert.deepEqual(found(`key: ${GITHUB_FINE_GRAINED}`), [`GITHUB_TOKEN ${GITHUB_FINE_GRAINED}`]);
  for (const prefix of ['gho', 'ghu', 'ghs', 'ghr']) {
    const token = TOKENS.GITHUB_TOKEN.replace('ghp', prefix);
    assert.deepEqual(found(token), [`GITHUB_TOKEN ${token}`]);
  }
  for (const kind of ['svcacct', 'admin']) {
    const token = TOKENS.OPENAI_KEY.replace('proj', kind);
    assert.deepEqual(found(token), [`OPENAI_KEY ${token}`]);
  }
  for (const prefix of ['xoxp', 'xoxa', 'xoxr']) {
    const token = TOKENS.SLACK_TOKEN.replace('xoxb', prefix);
    assert.deepEqual(found(token), [`SLACK_TOKEN ${token}`]);
  }
  const app = `xapp-1-${TOKENS.SLACK_TOKEN.slice(5)}`;
  assert.deepEqual(found(app), [`SLACK_TOKEN ${app}`]);
});

const MASKS: readonly string[] = [
  'OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxx',
  'sk-...',
  'sk-proj-...wxyz',
  'sk-proj-your-own-key-goes-right-here',
  'sk-ant-your-api-key-goes-in-here',
  'sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  'api_key = "YOUR_API_KEY_HERE"',
  'api_key = <key>',
  'AKIAXXXXXXXXXXXXXXXX',
  'AKIA****************',
  'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  'token: $' + '{{ secrets.GITHUB_TOKEN }}',
  'a task-1234567890abcdef1234567890 of the desk-1234567890abcdef12',
  'class="sk-spinner sk-fading-circle-container"',
  'pk_live_aB3dE5fG7hJ9kL1mN2pQ4rS6',
];

for (const text of MASKS) {
  test(`no credential is found in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(found(text), []);
  });
}

test('the secret access key of AWS is found behind its name, its key id or its JSON key', () => {
  const secret = AWS_DOCS_SECRET;
  const expected = `AWS_SECRET_ACCESS_KEY ${secret}`;
  assert.deepEqual(found(`export AWS_SECRET_ACCESS_KEY="${secret}"`), [expected]);
  assert.deepEqual(found(`aws_secret_access_key = ${secret}`), [expected]);
  assert.deepEqual(found(`{"SecretAccessKey":"${secret}"}`), [expected]);
  assert.deepEqual(found(`${AWS_DOCS_KEY_ID},${secret}`), [`AWS_ACCESS_KEY_ID ${AWS_DOCS_KEY_ID}`, expected]);
  assert.deepEqual(found(secret, { context: 'secretAccessKey' }), [expected]);
});

test('forty characters without a name, or of one case, are no secret access key', () => {
  assert.deepEqual(found(`etag ${AWS_DOCS_SECRET}`), []);
  assert.deepEqual(found('aws secret key? commit 1ae4e2d3321f50c1a2a54f3a89ec04b4c8b39f9b'), []);
});

test('two named secrets close to each other are both found', () => {
  const other = AWS_DOCS_SECRET.replace('wJalr', 'xKbms');
  assert.deepEqual(found(`aws_secret_access_key=${AWS_DOCS_SECRET} aws_secret_access_key=${other}`), [
    `AWS_SECRET_ACCESS_KEY ${AWS_DOCS_SECRET}`,
    `AWS_SECRET_ACCESS_KEY ${other}`,
  ]);
});

test('a JSON web token is found where its header names an algorithm', () => {
  assert.deepEqual(found(`Authorization: Bearer ${JWT}`), [`JWT ${JWT}`]);
  assert.deepEqual(found(`the token is ${JWT}.`), [`JWT ${JWT}`]);
  const other = Buffer.from('{"sub":"x","name":"y"}').toString('base64url');
  assert.deepEqual(found(`cursor=${other}.${other}.abc`), []);
  assert.deepEqual(found('eyJhbGciOi.eyJ.eyJ'), []);
});

test('long prefixes and web tokens are found even where a separator is missing before them', () => {
  for (const [type, token] of [
    ['GITHUB_TOKEN', TOKENS.GITHUB_TOKEN],
    ['ANTHROPIC_KEY', TOKENS.ANTHROPIC_KEY],
    ['SLACK_TOKEN', TOKENS.SLACK_TOKEN],
    ['AWS_ACCESS_KEY_ID', TOKENS.AWS_ACCESS_KEY_ID],
    ['JWT', JWT],
  ]) {
    assert.deepEqual(found(`token${token} rest`), [`${type} ${token}`]);
  }
});

const LABELS = [
  'PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'OPENSSH PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
];
for (const label of [...LABELS, 'PGP PRIVATE KEY BLOCK']) {
  test(`a whole ${label} is found, also with escaped line breaks or none`, () => {
    for (const lineBreak of ['\n', '\r\n', '\\n', '\\\\n', ' ']) {
      const key = privateKey(label, lineBreak);
      assert.deepEqual(found(`before\n${key}\nafter`), [`PRIVATE_KEY ${key}`]);
    }
  });
}

test('a private key that was cut off is found as far as it reaches', () => {
  for (const lineBreak of ['\n', '\\n']) {
    const whole = privateKey('RSA PRIVATE KEY', lineBreak);
    const cut = whole.slice(0, whole.lastIndexOf('-----END') - 10);
    assert.deepEqual(found(`see ${cut}`), [`PRIVATE_KEY ${cut}`]);
  }
  const open = privateKey('RSA PRIVATE KEY').split('-----END')[0]!;
  assert.deepEqual(found(`${open}and then some prose follows`), [`PRIVATE_KEY ${open}`]);
});

test('two private keys of which the first was cut off are both found', () => {
  const open = privateKey('RSA PRIVATE KEY').split('-----END')[0]!;
  const whole = privateKey('EC PRIVATE KEY');
  assert.deepEqual(found(open + whole), [`PRIVATE_KEY ${open}`, `PRIVATE_KEY ${whole}`]);
});

test('public keys, certificates and mentions of the marks are no private key', () => {
  for (const label of ['PUBLIC KEY', 'CERTIFICATE', 'PGP PUBLIC KEY BLOCK']) {
    assert.deepEqual(found(privateKey(label)), []);
  }
  assert.deepEqual(found('it begins with -----BEGIN PRIVATE KEY----- as PEM does'), []);
  assert.deepEqual(found('-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----'), []);
});
