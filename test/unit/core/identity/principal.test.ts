import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covers, principalOf, principalPattern } from '../../../../lambda/core/identity/principal.ts';

const names: readonly (readonly [string, string, string | undefined, string?])[] = [
  [
    'arn:aws:sts::123456789012:assumed-role/web/alice',
    'arn:aws:sts::123456789012:assumed-role/web',
    undefined,
    'alice',
  ],
  ['arn:aws:sts::123456789012:assumed-role/web', 'arn:aws:sts::123456789012:assumed-role/web', undefined],
  [
    'arn:aws-cn:sts::123456789012:assumed-role/a+b=c,d.e@f-g/i-0',
    'arn:aws-cn:sts::123456789012:assumed-role/a+b=c,d.e@f-g',
    undefined,
    'i-0',
  ],
  ['arn:aws-us-gov:iam::123456789012:user/alice', 'arn:aws-us-gov:iam::123456789012:user/alice', 'alice'],
  ['arn:aws:iam::123456789012:user/eng/eu/alice', 'arn:aws:iam::123456789012:user/eng/eu/alice', 'alice'],
  ['arn:aws:iam::123456789012:root', 'arn:aws:iam::123456789012:root', undefined],
  ['arn:aws:sts::123456789012:federated-user/bob', 'arn:aws:sts::123456789012:federated-user', undefined],
  ['arn:aws:sts::123456789012:federated-user', 'arn:aws:sts::123456789012:federated-user', undefined],
];

for (const [arn, name, user, session] of names) {
  test(`${arn} is the principal ${name}`, () => {
    assert.deepEqual(principalOf(arn), { name, user, ...(session === undefined ? {} : { session }) });
  });
}

for (const arn of [
  '',
  'local',
  'arn:aws:iam::123:user/alice',
  'arn:aws:s3:::bucket',
  'arn:aws:iam::123456789012:role/web',
]) {
  test(`${JSON.stringify(arn)} names no caller`, () => {
    assert.equal(principalOf(arn), undefined);
  });
}

function matches(pattern: string, arn: string): boolean {
  const read = principalPattern(pattern);
  return read.ok && covers(read.pattern, principalOf(arn)?.name ?? '');
}

const WEB = 'arn:aws:sts::123456789012:assumed-role/search-web/alice';
const ALICE = 'arn:aws:iam::123456789012:user/eng/alice';
const cases: readonly (readonly [string, string, boolean])[] = [
  ['arn:aws:sts::123456789012:assumed-role/search-web', WEB, true],
  ['arn:aws:sts::123456789012:assumed-role/search-*', WEB, true],
  ['arn:aws:sts::123456789012:assumed-role/*-web', WEB, true],
  ['arn:aws:sts::123456789012:assumed-role/s*h-w*b', WEB, true],
  ['arn:aws:sts::123456789012:assumed-role/search-web/*', WEB, true],
  ['arn:aws:sts::*:assumed-role/search-web', WEB, true],
  ['arn:aws:sts::1234*:assumed-role/search-web', WEB, true],
  ['arn:aws:iam::123456789012:role/search-web', WEB, true],
  ['arn:aws:iam::123456789012:role/service/search-web', WEB, true],
  ['arn:aws:iam::123456789012:role/search-*', WEB, true],
  ['arn:aws:sts::123456789012:assumed-role/search', WEB, false],
  ['arn:aws:sts::123456789012:assumed-role/*-alice', WEB, false],
  ['arn:aws:sts::123456789012:assumed-role/*alice', WEB, false],
  ['arn:aws:sts::999999999999:assumed-role/search-web', WEB, false],
  ['arn:aws-cn:sts::123456789012:assumed-role/search-web', WEB, false],
  ['arn:aws:iam::123456789012:user/*', WEB, false],
  ['arn:aws:iam::123456789012:user/alice', ALICE, true],
  ['arn:aws:iam::123456789012:user/eng/alice', ALICE, true],
  ['arn:aws:iam::123456789012:user/eng/*', ALICE, true],
  ['arn:aws:iam::123456789012:user/*', ALICE, true],
  ['arn:aws:iam::123456789012:user/ops/*', ALICE, false],
  ['arn:aws:iam::123456789012:user/bob', ALICE, false],
];

for (const [pattern, arn, expected] of cases) {
  test(`${pattern} ${expected ? 'covers' : 'does not cover'} ${arn}`, () => {
    assert.equal(matches(pattern, arn), expected);
  });
}

test('a pattern that names a session is refused: whoever assumes the role chooses it', () => {
  assert.deepEqual(principalPattern('arn:aws:sts::123456789012:assumed-role/web/alice'), {
    ok: false,
    reason: 'session',
  });
});

test('a star in a role name behind a path is refused, for it would cover roles of other paths', () => {
  assert.deepEqual(principalPattern('arn:aws:iam::123456789012:role/eng/*'), { ok: false, reason: 'path' });
});
