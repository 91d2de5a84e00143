import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  isWildcard,
  limitNames,
  limitsOfScope,
  scopesIn,
} from '../../../../lambda/ledger/operate/limits-of-scope.ts';
import { OperateProblem } from '../../../../lambda/ledger/operate/problem.ts';
import { LIMITS } from '../../../support/operator.ts';

const namesOf = (scope: string) => {
  const found = limitsOfScope(LIMITS, scope);
  return found === undefined ? undefined : limitNames(found);
};

describe('the limits of a scope', () => {
  test('are those of its own entries and of the wildcards that mean it', () => {
    assert.deepEqual(namesOf('team:search'), [
      'month@Europe/Berlin',
      'day',
      'requests',
      'tokens',
      'parallel',
    ]);
    assert.deepEqual(namesOf('team:ads'), ['day']);
    assert.deepEqual(namesOf('app:search/web'), ['day']);
    assert.deepEqual(namesOf('account'), ['total']);
    assert.deepEqual(namesOf('model:gpt-*'), ['requests']);
  });

  test('of every kind of scope that a config can name are found under that very name', () => {
    const scopes = [
      'account',
      'team:a',
      'app:a/b',
      'user:u@x',
      'key:K_1',
      'key:arn:aws:iam::123456789012:role/x',
      'model:m*',
      'provider:p',
    ];
    for (const scope of scopes) {
      const found = limitsOfScope({ budgets: [{ scope, limit_usd: '1', window: 'day' }] }, scope);
      assert.equal(found?.scope, scope);
    }
  });

  test('do not exist where the config has none', () => {
    assert.equal(namesOf('app:ads/web'), undefined);
    assert.equal(namesOf('user:alice'), undefined);
    assert.equal(namesOf('provider:openai'), undefined);
    assert.equal(namesOf('model:claude'), undefined);
  });

  test('of what is no scope are asked for in vain, and the error says what a scope looks like', () => {
    for (const scope of [
      'search',
      'team:',
      'app:search',
      'app:a/b/c',
      'account:x',
      'account:',
      'Team:x',
      '',
    ]) {
      assert.throws(
        () => limitsOfScope(LIMITS, scope),
        (error: unknown) =>
          error instanceof OperateProblem && error.message.includes('is no scope; write account'),
        scope,
      );
    }
  });

  test('are listed by name, wildcards apart; the star of an alias is part of its name', () => {
    assert.deepEqual(scopesIn(LIMITS), {
      named: ['account', 'team:search', 'model:gpt-*'],
      wildcards: ['team:*', 'app:search/*'],
    });
    assert.equal(isWildcard('model:*'), true);
    assert.equal(isWildcard('key:*'), true);
  });
});
