import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallerConfig } from '../../../../lambda/core/config/schema.ts';
import { TollgateError } from '../../../../lambda/core/errors.ts';
import type { Caller } from '../../../../lambda/core/identity/caller.ts';
import { identifier } from '../../../../lambda/core/identity/identify.ts';

const KEYS: Readonly<Record<string, string>> = { KEY_A: 'secret-a', KEY_B: 'secret-b', EMPTY: '' };
const keyOf = (env: string): string | undefined => KEYS[env];
const noKeys = (): undefined => undefined;

function iam(arn: string, callers: readonly CallerConfig[] = []): Caller | TollgateError {
  return identifier(callers, noKeys, 'aws')({ kind: 'iam', accountId: '123456789012', arn });
}

function bearer(key: string | undefined, callers: readonly CallerConfig[] = []): Caller | TollgateError {
  return identifier(callers, keyOf, 'local')({ kind: 'bearer', key });
}

const local: Caller = { principal: 'local', team: undefined, app: undefined, user: undefined };
const ROLE = 'arn:aws:sts::123456789012:assumed-role/search-web';
const USER = 'arn:aws:iam::123456789012:user/alice';
const a: CallerConfig = { key: { env: 'KEY_A' }, team: 'search', app: 'web', user: 'alice' };
const b: CallerConfig = { key: { env: 'KEY_B' }, team: 'support' };

test('a role is known without its session, and the session is no user', () => {
  const callers: CallerConfig[] = [{ principal: ROLE, team: 'search', app: 'web' }];
  const expected = { principal: ROLE, team: 'search', app: 'web', user: undefined };
  assert.deepEqual(iam(`${ROLE}/alice`, callers), expected);
  assert.deepEqual(iam(`${ROLE}/bob`, callers), expected);
});

const SSO = 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Developer_0a1b2c';
const people: CallerConfig[] = [
  {
    principal: 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_*',
    team: 'search',
    trusted_session_names: true,
  },
  { principal: ROLE, team: 'search' },
];

test('a trusted session name is the user, and the principal stays without it', () => {
  const alice = { principal: SSO, team: 'search', app: undefined, user: 'alice@example.com' };
  assert.deepEqual(iam(`${SSO}/alice@example.com`, people), alice);
  assert.deepEqual(iam(`${SSO}/bob`, people), { ...alice, user: 'bob' });
});

test('a session is trusted of no other entry than the one that says so', () => {
  const web = { principal: ROLE, team: 'search', app: undefined, user: undefined };
  assert.deepEqual(iam(`${ROLE}/alice@example.com`, people), web);
  const untrusted: CallerConfig[] = [{ principal: ROLE, team: 'search', trusted_session_names: false }];
  assert.deepEqual(iam(`${ROLE}/alice@example.com`, untrusted), web);
});

for (const session of ['', '/', '/a b', '/alice/bob', '/älice', '/a:b', `/${'a'.repeat(65)}`, '/a*']) {
  test(`a trusted session ${JSON.stringify(session)} is no user name, so the user is unknown`, () => {
    const caller = { principal: SSO, team: 'search', app: undefined, user: undefined };
    assert.deepEqual(iam(SSO + session, people), caller);
  });
}

test('the first entry that matches decides, in the order of the file', () => {
  const exact: CallerConfig = { principal: ROLE, team: 'exact' };
  const wide: CallerConfig = { principal: 'arn:aws:sts::123456789012:assumed-role/*', team: 'wide' };
  const team = (callers: readonly CallerConfig[]): string | undefined => {
    const caller = iam(`${ROLE}/s`, callers);
    return caller instanceof TollgateError ? undefined : caller.team;
  };
  assert.equal(team([exact, wide]), 'exact');
  assert.equal(team([wide, exact]), 'wide');
});

test('an IAM user is its own user, unless the entry names another', () => {
  assert.deepEqual(iam(USER), { principal: USER, team: undefined, app: undefined, user: 'alice' });
  const callers: CallerConfig[] = [{ principal: USER, team: 'support', user: 'alice@example.com' }];
  assert.deepEqual(iam(USER, callers), {
    principal: USER,
    team: 'support',
    app: undefined,
    user: 'alice@example.com',
  });
});

test('a principal that no entry matches is a caller without team: IAM has let it in', () => {
  const callers: CallerConfig[] = [{ principal: USER, team: 'support' }];
  assert.deepEqual(iam(`${ROLE}/s`, callers), {
    principal: ROLE,
    team: undefined,
    app: undefined,
    user: undefined,
  });
});

test('an ARN that is neither role nor user is refused', () => {
  const caller = iam('arn:aws:s3:::bucket');
  assert.ok(caller instanceof TollgateError);
  assert.equal(caller.status, 401);
});

test('a development key proves nothing on AWS', () => {
  const caller = identifier([a], keyOf, 'aws')({ kind: 'bearer', key: 'secret-a' });
  assert.ok(caller instanceof TollgateError);
  assert.deepEqual([caller.code, caller.status], ['unauthenticated', 401]);
});

test('entries with a key match no IAM principal', () => {
  assert.deepEqual(iam(`${ROLE}/s`, [a]), {
    principal: ROLE,
    team: undefined,
    app: undefined,
    user: undefined,
  });
});

test('while no key is listed, any key and no key are local, whatever principals are listed', () => {
  const callers: CallerConfig[] = [{ principal: ROLE, team: 'search' }];
  for (const key of ['anything', 'secret-a', '', undefined]) {
    assert.deepEqual(bearer(key), local);
    assert.deepEqual(bearer(key, callers), local);
  }
});

test('a listed key is its entry, known by the name of its variable', () => {
  assert.deepEqual(bearer('secret-a', [b, a]), {
    principal: 'key:KEY_A',
    team: 'search',
    app: 'web',
    user: 'alice',
  });
  assert.deepEqual(bearer('secret-b', [b, a]), {
    principal: 'key:KEY_B',
    team: 'support',
    app: undefined,
    user: undefined,
  });
});

test('once a key is listed, no key is still local', () => {
  assert.deepEqual(bearer(undefined, [a]), local);
  assert.deepEqual(bearer('', [a]), local);
});

test('once a key is listed, another key is refused by naming the section, and without repeating the key', () => {
  const caller = bearer('secret-x', [
    a,
    { key: { env: 'UNSET' }, team: 'x' },
    { key: { env: 'EMPTY' }, team: 'x' },
  ]);
  assert.ok(caller instanceof TollgateError);
  assert.deepEqual([caller.code, caller.status], ['unauthenticated', 401]);
  assert.match(caller.message, /`callers`/);
  assert.match(caller.message, /not set: UNSET, EMPTY/);
  assert.doesNotMatch(caller.message, /secret/);
});

test('a variable that is not set lets nobody in', () => {
  const caller = bearer('undefined', [{ key: { env: 'UNSET' }, team: 'x' }]);
  assert.ok(caller instanceof TollgateError);
});
