import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bindingLimits, providerLimits, scopeLimits } from '../../../../lambda/core/config/binding.ts';
import type { LimitsConfig } from '../../../../lambda/core/config/schema.ts';

const SCOPES = [
  'account',
  'team:*',
  'team:search',
  'app:*',
  'app:search/*',
  'app:search/web',
  'user:*',
  'key:*',
];
const limits: LimitsConfig = {
  budgets: [...SCOPES, 'model:*', 'provider:*', 'provider:openai'].map((scope, place) => ({
    scope,
    limit_usd: String(place + 1),
    window: 'day' as const,
  })),
};

describe('the limits of a scope by its name', () => {
  it('are those that bind a call of it', () => {
    for (const [team, app] of [
      ['search', 'web'],
      ['search', 'batch'],
      ['ads', 'web'],
    ] as const) {
      const caller = { principal: 'key:DEV', team, app, user: 'alice' };
      for (const bound of bindingLimits(limits, caller, 'fast')) {
        assert.deepEqual(scopeLimits(limits, bound.scope), bound);
      }
    }
    for (const provider of ['openai', 'anthropic']) {
      assert.deepEqual(scopeLimits(limits, `provider:${provider}`), providerLimits(limits, provider));
    }
  });

  it('are none where nothing is written for it', () => {
    assert.equal(scopeLimits({}, 'team:search'), undefined);
    assert.equal(scopeLimits({ budgets: [] }, 'account'), undefined);
  });
});
