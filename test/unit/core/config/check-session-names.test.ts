import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from '../../../../lambda/core/config/check.ts';
import { pathText } from '../../../../lambda/core/config/finding.ts';
import type { CallerConfig } from '../../../../lambda/core/config/schema.ts';

const ROLE = 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Developer_*';

function found(more: Partial<CallerConfig>) {
  return checkConfig({
    providers: { sandbox: { type: 'sandbox' } },
    models: { sandbox: { targets: [{ provider: 'sandbox' }] } },
    callers: [{ team: 'search', trusted_session_names: true, ...more }],
  }).map(({ path, at, message, expected, hint }) => ({ path: pathText(path), at, message, expected, hint }));
}

const path = 'callers[0].trusted_session_names';
const OF_A_ROLE = 'no such key but beside the `principal` of a role';

test('session names of a role may be trusted, as it calls and as it is defined', () => {
  assert.deepEqual(found({ principal: ROLE }), []);
  assert.deepEqual(found({ principal: 'arn:aws:iam::123456789012:role/people' }), []);
});

test('a development key has no session to trust', () => {
  assert.deepEqual(found({ key: { env: 'KEY' } }), [
    {
      path,
      at: 'key',
      message: 'a development key has no session',
      expected: OF_A_ROLE,
      hint: 'Remove it; `user` names the user of a key.',
    },
  ]);
});

for (const principal of [
  'arn:aws:iam::123456789012:user/alice',
  'arn:aws:iam::123456789012:user/role/alice',
  'arn:aws:iam::123456789012:root',
  'arn:aws:sts::123456789012:federated-user',
]) {
  test(`${principal} has no session of a role to trust`, () => {
    assert.deepEqual(found({ principal }), [
      {
        path,
        at: 'key',
        message: 'only the session of an assumed role can name a user',
        expected: OF_A_ROLE,
        hint: 'Remove it: an IAM user is its own user.',
      },
    ]);
  });
}

test('a user and trusted session names contradict each other', () => {
  assert.deepEqual(found({ principal: ROLE, user: 'alice' }), [
    {
      path,
      at: 'key',
      message: '`user` already says who this is',
      expected: 'either `user` or `trusted_session_names`',
      hint: 'Remove one of the two.',
    },
  ]);
});

test('untrusted session names may be written out anywhere', () => {
  assert.deepEqual(found({ principal: ROLE, user: 'alice', trusted_session_names: false }), []);
  assert.deepEqual(found({ key: { env: 'KEY' }, trusted_session_names: false }), []);
});
