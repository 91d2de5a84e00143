import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '../../../lambda/core/limits.ts';
import { AFTER_CALL, beforeCall, Retry } from '../../../lambda/ledger/retry.ts';
import { ManualClock } from '../../support/ledger-world.ts';

test('pauses double from 5 ms up to the longest, each a random part of its bound', async () => {
  const clock = new ManualClock(0);
  const retry = new Retry(
    { clock, random: { next: () => 0.5 } },
    { tries: 6, withinMs: 1_000, longestPauseMs: 30 },
  );
  while (await retry.later());
  assert.deepEqual(clock.sleeps, [2.5, 5, 10, 15, 15]);
});

test('no try starts after the time is over, and no pause goes beyond it', async () => {
  const clock = new ManualClock(0);
  const retry = new Retry(
    { clock, random: { next: () => 1 } },
    { tries: 99, withinMs: 12, longestPauseMs: 100 },
  );
  assert.equal(await retry.later(), true);
  assert.equal(retry.left(), 7);
  assert.equal(await retry.later(), false);
  assert.deepEqual(clock.sleeps, [5, 7]);
  assert.equal(retry.now(), false);
});

test('trying again at once counts as a try', () => {
  const clock = new ManualClock(0);
  const retry = new Retry({ clock, random: { next: () => 1 } }, beforeCall(2_000));
  let tries = 1;
  while (retry.now()) tries += 1;
  assert.equal(tries, 8);
});

test('settling ends before the time that is kept back for it', () => {
  assert.ok(AFTER_CALL.withinMs < DEFAULT_LIMITS.settleReserveMs);
});
