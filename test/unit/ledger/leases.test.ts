import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lease } from '../../../lambda/ledger/leases.ts';
import { NO_POLICY } from '../../../lambda/ledger/policy.ts';
import { scope, usd } from '../../support/ledger-world.ts';

function lease(): Lease {
  return new Lease({
    account: { policy: NO_POLICY, pool: 0, limits: scope('provider:p') },
    journal: { pk: 'J#env.0.0', expires: 1_000, next: 2, dead: false },
    number: 1,
    pin: { scope: 'provider:p', pool: 0, lease: 1, own: usd(0), running: false, tokenNs: 0n, windows: [] },
    end: 1_000,
    grant: { money: usd(100), requests: 2, tokens: 50 },
    configNumber: 0,
  });
}

test('a request that was settled has used its place in the rate of a lease, and the tokens that it had', () => {
  const paying = lease();
  paying.pay(usd(40), 30);
  paying.settle(usd(40), usd(10), { tokens: 20 });
  assert.deepEqual(paying.unused(), { requests: 1, tokens: 40 });
  assert.equal(paying.spent, 10n);
});

test('a request that was not sent there in the end leaves the rate of a lease as it was', () => {
  const paying = lease();
  paying.pay(usd(40), 30);
  paying.settle(usd(40), usd(0), { tokens: 30, requests: 1 });
  assert.deepEqual(paying.unused(), { requests: 2, tokens: 50 });
});
