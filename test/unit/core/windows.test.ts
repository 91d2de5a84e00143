import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTimeZone, type Window, windowEnd, windowId } from '../../../lambda/core/windows.ts';

function at(window: Window, time: string, tz = 'UTC'): { id: string; end: string | undefined } {
  const spec = { window, tz };
  const end = windowEnd(spec, Date.parse(time));
  return {
    id: windowId(spec, Date.parse(time)),
    end: end === undefined ? undefined : new Date(end).toISOString(),
  };
}

test('a day runs from midnight to midnight, its last millisecond included', () => {
  const day = { id: '2026-11-24', end: '2026-11-25T00:00:00.000Z' };
  assert.deepEqual(at('day', '2026-11-24T00:00:00Z'), day);
  assert.deepEqual(at('day', '2026-11-24T23:59:59.999Z'), day);
  assert.equal(at('day', '2026-11-25T00:00:00Z').id, '2026-11-25');
});

test('a day before 1970 has its own date', () => {
  assert.deepEqual(at('day', '1969-12-31T23:00:00Z'), { id: '1969-12-31', end: '1970-01-01T00:00:00.000Z' });
});

test('a week is named by its Monday, also across the turn of a year', () => {
  assert.deepEqual(at('week', '2026-11-29T23:59:59Z'), { id: '2026-11-23', end: '2026-11-30T00:00:00.000Z' });
  assert.equal(at('week', '2026-11-30T00:00:00Z').id, '2026-11-30');
  assert.deepEqual(at('week', '2027-01-01T12:00:00Z'), { id: '2026-12-28', end: '2027-01-04T00:00:00.000Z' });
});

test('a month ends with its last day, short, leap or December', () => {
  assert.deepEqual(at('month', '2026-02-28T23:59:59Z'), { id: '2026-02', end: '2026-03-01T00:00:00.000Z' });
  assert.deepEqual(at('month', '2028-02-29T00:00:00Z'), { id: '2028-02', end: '2028-03-01T00:00:00.000Z' });
  assert.deepEqual(at('month', '2026-12-31T23:59:59Z'), { id: '2026-12', end: '2027-01-01T00:00:00.000Z' });
});

test('a total has one window that never ends', () => {
  assert.deepEqual(at('total', '2026-11-24T00:00:00Z'), { id: 'total', end: undefined });
});

test('a zone east of Greenwich is a day ahead in the evening, one west a day behind in the morning', () => {
  assert.deepEqual(at('day', '2026-11-24T23:00:00Z', 'Europe/Berlin'), {
    id: '2026-11-25',
    end: '2026-11-25T23:00:00.000Z',
  });
  assert.deepEqual(at('day', '2026-11-24T04:59:59Z', 'America/New_York'), {
    id: '2026-11-23',
    end: '2026-11-24T05:00:00.000Z',
  });
  assert.equal(at('day', '2026-11-24T12:00:00Z', 'Pacific/Kiritimati').id, '2026-11-25');
  assert.equal(at('month', '2026-11-30T18:30:00Z', 'Asia/Kolkata').id, '2026-12');
});

test('the day on which clocks go forward has 23 hours', () => {
  assert.deepEqual(at('day', '2026-03-28T23:00:00Z', 'Europe/Berlin'), {
    id: '2026-03-29',
    end: '2026-03-29T22:00:00.000Z',
  });
});

test('the day on which clocks go back has 25 hours, and its doubled hour lies in it twice', () => {
  const day = { id: '2026-10-25', end: '2026-10-25T23:00:00.000Z' };
  assert.deepEqual(at('day', '2026-10-24T22:00:00Z', 'Europe/Berlin'), day);
  assert.deepEqual(at('day', '2026-10-25T00:30:00Z', 'Europe/Berlin'), day);
  assert.deepEqual(at('day', '2026-10-25T01:30:00Z', 'Europe/Berlin'), day);
});

test('a week over a change of clocks ends at local midnight', () => {
  assert.equal(at('week', '2026-10-20T12:00:00Z', 'Europe/Berlin').end, '2026-10-25T23:00:00.000Z');
});

test('a day whose midnight does not exist begins when its first hour does', () => {
  // In Cairo clocks went from 24:00 to 1:00 on the last Friday of April 2026.
  assert.deepEqual(at('day', '2026-04-23T21:59:59.999Z', 'Africa/Cairo'), {
    id: '2026-04-23',
    end: '2026-04-23T22:00:00.000Z',
  });
  assert.equal(at('day', '2026-04-23T22:00:00Z', 'Africa/Cairo').id, '2026-04-24');
});

test('the window after the end is the next one, and the window just before it is still the same', () => {
  for (const tz of ['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Asia/Kathmandu']) {
    for (const window of ['day', 'week', 'month'] as const) {
      const spec = { window, tz };
      let now = Date.parse('2026-01-15T12:00:00Z');
      for (let index = 0; index < 30; index++) {
        const end = windowEnd(spec, now)!;
        assert.equal(windowId(spec, end - 1), windowId(spec, now), `${tz} ${window} ${now}`);
        assert.ok(windowId(spec, end) > windowId(spec, now), `${tz} ${window} ${now}`);
        now = end;
      }
    }
  }
});

test('a name that is no time zone is recognised', () => {
  assert.equal(isTimeZone('Europe/Berlin'), true);
  assert.equal(isTimeZone('UTC'), true);
  assert.equal(isTimeZone('Europe/Atlantis'), false);
  assert.equal(isTimeZone(''), false);
});
