import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Grant, Lease, Leases } from '../../../lambda/ledger/leases.ts';
import { NO_POLICY } from '../../../lambda/ledger/policy.ts';
import { ManualClock, scope, usd } from '../../support/ledger-world.ts';

function lease(grant: Grant = { money: usd(100), requests: 2, tokens: 50 }): Lease {
  return new Lease({
    account: { policy: NO_POLICY, pool: 0, limits: scope('provider:p') },
    journal: { pk: 'J#env.0.0', expires: 1_000, next: 2, dead: false },
    number: 1,
    pin: { scope: 'provider:p', pool: 0, lease: 1, own: usd(0), running: false, tokenNs: 0n, windows: [] },
    end: 1_000,
    grant,
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

test('a lease covers as much as it has, in money, requests and tokens', () => {
  const paying = lease();
  assert.equal(paying.covers(usd(100), 50), true);
  assert.equal(paying.covers(usd(101), 0), false);
  assert.equal(paying.covers(usd(0), 51), false);
  paying.pay(usd(10), 0);
  paying.pay(usd(10), 0);
  assert.equal(paying.covers(usd(0), 0), false, 'it had bought two requests');
});

test('a lease that bought nothing of a rate covers any number of its requests and tokens', () => {
  const paying = lease({ money: usd(100), requests: undefined, tokens: undefined });
  for (let count = 0; count < 10; count++) paying.pay(usd(1), 1_000);
  assert.equal(paying.covers(usd(90), 1_000_000), true);
  assert.deepEqual(paying.unused(), { requests: 0, tokens: 0 }, 'and has nothing of it to give back');
});

test('what is put back is as if it had never been paid', () => {
  const paying = lease();
  paying.pay(usd(40), 30);
  paying.putBack(usd(40), 30);
  assert.deepEqual([paying.running, paying.count, paying.spent], [0, 0, 0n]);
  assert.deepEqual(paying.unused(), { requests: 2, tokens: 50 });
  assert.equal(paying.covers(usd(100), 50), true);
});

test('a cost above what was paid is taken from the lease all the same', () => {
  const paying = lease();
  paying.pay(usd(40), 0);
  paying.settle(usd(40), usd(120), { tokens: -60 });
  assert.equal(paying.spent, 120n);
  assert.equal(paying.covers(usd(0), 0), false);
  assert.deepEqual(paying.unused(), { requests: 1, tokens: -10 });
});

test('a running request is paid more as long as there is something, also past the end, but not in a dead journal', () => {
  const paying = lease();
  paying.pay(usd(40), 0);
  assert.equal(paying.isOpen(1_000), false);
  assert.equal(paying.payMore(usd(60)), true);
  assert.equal(paying.payMore(usd(1)), false);
  paying.takeBack(usd(5));
  assert.equal(paying.payMore(usd(5)), true);
  paying.journal.dead = true;
  assert.equal(paying.payMore(usd(0)), false);
});

test('a lease is found by its journal and scope, while it is open and covers the call', () => {
  const clock = new ManualClock(0);
  const leases = new Leases(clock);
  const paying = lease();
  leases.add(paying);
  const find = (scope: string, money: number) => leases.find(paying.journal, scope, usd(money), 0);
  assert.equal(find('provider:p', 100), paying);
  assert.equal(find('provider:p', 101), undefined);
  assert.equal(find('team:a', 1), undefined);
  assert.equal(leases.find({ ...paying.journal }, 'provider:p', usd(1), 0), undefined, 'another journal');
  clock.time = 999;
  assert.equal(find('provider:p', 1), paying);
  clock.time = 1_000;
  assert.equal(find('provider:p', 1), undefined);
});

test('a lease is due once it has ended and nothing runs, and is handed out once', () => {
  const clock = new ManualClock(0);
  const leases = new Leases(clock);
  const paying = lease();
  leases.add(paying);
  paying.pay(usd(10), 0);
  assert.deepEqual(leases.takeDue(), []);
  clock.time = 1_000;
  assert.deepEqual(leases.takeDue(), [], 'a request of it still runs');
  paying.settle(usd(10), usd(10), { tokens: 0 });
  assert.deepEqual(leases.takeDue(), [paying]);
  assert.deepEqual(leases.takeDue(), []);
});

test('a journal that is abandoned takes its leases with it', () => {
  const leases = new Leases(new ManualClock(0));
  const [paying, other] = [lease(), lease()];
  leases.add(paying);
  leases.add(other);
  leases.abandon(paying.journal);
  assert.equal(paying.journal.dead, true);
  assert.equal(paying.isOpen(0), false);
  assert.equal(leases.size, 1);
  assert.equal(leases.byNumber(other.journal, 1), other);
});
