import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startAuditor } from '../../../../lambda/jobs/auditor/start-auditor.ts';
import type { Clock, Timer } from '../../../../lambda/ports/clock.ts';
import type { TelemetryEvent } from '../../../../lambda/ports/telemetry.ts';
import { MemoryFeed } from '../../../support/memory-feed.ts';

/** A clock whose timers fire when the test says so. */
function handClock() {
  const due: { ms: number; call: () => void }[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep: async () => undefined,
    after(ms, call): Timer {
      const timer = { ms, call };
      due.push(timer);
      return { cancel: () => void due.splice(due.indexOf(timer), 1), restart: () => undefined };
    },
  };
  return { clock, due, fire: () => due.shift()?.call() };
}

function setup() {
  const feed = new MemoryFeed();
  const events: TelemetryEvent[] = [];
  const written: string[] = [];
  const state = { broken: false };
  const hand = handClock();
  const auditor = startAuditor({
    feed,
    clock: hand.clock,
    telemetry: { emit: (event) => void events.push(event) },
    sink: {
      async write(path) {
        if (state.broken) throw new Error('no space left');
        written.push(path);
      },
    },
  });
  const warnings = () => events.map((event) => (event.type === 'warning' ? event.what : event.type));
  return { feed, events, written, state, hand, auditor, warnings };
}

describe('the auditor', () => {
  test('looks at the feed every second and exports what it finds', async () => {
    const { feed, written, hand, auditor } = setup();
    assert.deepEqual(
      hand.due.map(({ ms }) => ms),
      [1000],
    );
    feed.push({ st: 'F', rid: 'a' });
    hand.fire();
    await auditor.flush();
    assert.equal(written.length, 1);
    await Promise.resolve();
    assert.equal(hand.due.length, 1, 'the next look is due');
  });

  test('flushes at once, in the order of calls, without two exports at a time', async () => {
    const { feed, written, auditor } = setup();
    feed.push({ st: 'F', rid: 'a' });
    const first = auditor.flush();
    feed.push({ st: 'F', rid: 'b' });
    await Promise.all([first, auditor.flush()]);
    assert.equal(feed.done, 2);
    assert.equal(new Set(written).size, written.length);
  });

  test('fails open: says so once, keeps the entries, exports them later and says that too', async () => {
    const { feed, written, state, auditor, warnings } = setup();
    feed.push({ st: 'F', rid: 'a' });
    state.broken = true;
    for (let i = 0; i < 5; i++) await auditor.flush();
    assert.deepEqual(warnings(), ['audit_export_failed']);
    assert.equal(written.length, 0);
    state.broken = false;
    await auditor.flush();
    assert.equal(written.length, 1);
    assert.deepEqual(warnings(), ['audit_export_failed', 'audit_export_recovered']);
  });

  test('looks no more once it was stopped', async () => {
    const { feed, written, hand, auditor } = setup();
    await auditor.stop();
    assert.equal(hand.due.length, 0);
    feed.push({ st: 'F', rid: 'a' });
    assert.equal(written.length, 0);
  });

  test('stopped while it exports, it finishes that and sets no timer', async () => {
    const { feed, written, hand, auditor } = setup();
    feed.push({ st: 'F', rid: 'a' });
    hand.fire();
    await auditor.stop();
    await Promise.resolve();
    assert.equal(written.length, 1);
    assert.equal(hand.due.length, 0);
  });
});
