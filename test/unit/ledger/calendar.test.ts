import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calendar } from '../../../lambda/ledger/calendar.ts';
import { ManualClock, NOON } from '../../support/ledger-world.ts';

const DAY = { window: 'day', tz: 'Europe/Berlin' } as const;

test('a window is current until its last millisecond', () => {
  const clock = new ManualClock(NOON);
  const calendar = new Calendar(clock);
  assert.equal(calendar.id(DAY), '2026-11-24');
  const end = calendar.end(DAY)!;
  assert.equal(end, Date.UTC(2026, 10, 24, 23));
  clock.time = end - 1;
  assert.equal(calendar.id(DAY), '2026-11-24');
  clock.time = end;
  assert.equal(calendar.id(DAY), '2026-11-25');
});

test('a clock that was set back is believed', () => {
  const clock = new ManualClock(NOON);
  const calendar = new Calendar(clock);
  calendar.id(DAY);
  clock.time -= 86_400_000;
  assert.equal(calendar.id(DAY), '2026-11-23');
});

test('zones and kinds of windows are kept apart, and a total has no end', () => {
  const calendar = new Calendar(new ManualClock(Date.UTC(2026, 10, 30, 23, 30)));
  assert.equal(calendar.id({ window: 'month', tz: 'UTC' }), '2026-11');
  assert.equal(calendar.id({ window: 'month', tz: 'Europe/Berlin' }), '2026-12');
  assert.equal(calendar.id({ window: 'day', tz: 'UTC' }), '2026-11-30');
  assert.equal(calendar.end({ window: 'total', tz: 'UTC' }), undefined);
});
