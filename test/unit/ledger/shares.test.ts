import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_POLICY, type ScopePolicy } from '../../../lambda/ledger/policy.ts';
import { rateShare, shareOf, sharesOf, shiftTo } from '../../../lambda/ledger/shares.ts';

const SHIFT = { window: '2026-11-24', by: ['20', '-15', '-5'] };

function policy(pools: number, everPools: number, shifts: ScopePolicy['shifts'] = {}): ScopePolicy {
  return { ...NO_POLICY, pools, everPools, shifts };
}

test('a scope that was never split has one share, the whole limit, whatever the window', () => {
  for (const window of ['2026-11-23', '2026-11-24', 'total']) {
    assert.equal(shareOf(101n, { policy: NO_POLICY, pool: 0 }, 'day', window), 101n);
  }
});

test('shares are equal, and what does not divide belongs to nobody', () => {
  assert.deepEqual(sharesOf(101n, policy(3, 3), 'day', '2026-11-24'), [33n, 33n, 33n]);
});

test('a shift counts in its own window, windows after it begin with equal shares, and those before it have none', () => {
  const shifted = policy(3, 3, { day: SHIFT });
  assert.deepEqual(sharesOf(90n, shifted, 'day', '2026-11-24'), [50n, 15n, 25n]);
  assert.deepEqual(sharesOf(90n, shifted, 'day', '2026-11-25'), [30n, 30n, 30n]);
  assert.deepEqual(sharesOf(90n, shifted, 'day', '2026-11-23'), [0n, 0n, 0n]);
  assert.deepEqual(sharesOf(90n, shifted, 'month', '2026-11'), [30n, 30n, 30n], 'another budget has its own');
});

test('a pool that is out of use keeps what it had used in the window of the shift, and nothing later', () => {
  const merged = policy(1, 3, { day: { window: '2026-11-24', by: ['-30', '20', '10'] } });
  assert.deepEqual(sharesOf(100n, merged, 'day', '2026-11-24'), [70n, 20n, 10n]);
  assert.deepEqual(sharesOf(100n, merged, 'day', '2026-11-25'), [100n, 0n, 0n]);
  assert.equal(shareOf(100n, { policy: merged, pool: 7 }, 'day', '2026-11-25'), 0n);
});

test('a shift says how far each share is from an equal one', () => {
  assert.deepEqual(shiftTo([50n, 15n, 25n], 90n, 3, '2026-11-24'), SHIFT);
  assert.deepEqual(shiftTo([70n, 20n, 10n], 100n, 1, '2026-11-24').by, ['-30', '20', '10']);
});

test('a rate is shared equally by the pools in use, and the others have none of it', () => {
  const rate = { perMinute: 100, burst: 50, mode: 'enforce' } as const;
  assert.equal(rateShare(rate, { policy: NO_POLICY, pool: 0 }), rate);
  assert.deepEqual(rateShare(rate, { policy: policy(3, 4), pool: 2 }), { ...rate, perMinute: 33, burst: 16 });
  assert.deepEqual(rateShare(rate, { policy: policy(3, 4), pool: 3 }), { ...rate, perMinute: 0, burst: 0 });
  assert.deepEqual(rateShare(rate, { policy: policy(1, 4), pool: 1 }), { ...rate, perMinute: 0, burst: 0 });
});
