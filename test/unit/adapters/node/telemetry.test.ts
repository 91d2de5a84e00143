import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTelemetry } from '../../../../lambda/adapters/node/telemetry.ts';
import type { TelemetryEvent } from '../../../../lambda/ports/telemetry.ts';

const AT = new Date(2026, 10, 24, 14, 3, 27).getTime();

const REQUEST: TelemetryEvent = {
  type: 'request',
  requestId: 'r1',
  method: 'POST',
  route: 'chat',
  status: 200,
  model: 'fast',
  target: 'openai/gpt-5-mini',
  principal: 'local',
  outcome: 'ok',
  error: undefined,
  limit: undefined,
  totalMs: 480.4,
  ttftMs: 209.6,
  overheadMs: 1.2,
  costNano: 31_000n,
  inputTokens: 12,
  outputTokens: 34,
};

function lines(format: 'text' | 'json', ...events: readonly TelemetryEvent[]): string[] {
  const written: string[] = [];
  const telemetry = createTelemetry({ write: (line) => written.push(line), format, now: () => AT });
  for (const event of events) telemetry.emit(event);
  return written;
}

describe('telemetry as text', () => {
  it('says in one line what a request was, cost and took', () => {
    assert.deepEqual(lines('text', REQUEST), [
      '14:03:27 200 chat         fast -> openai/gpt-5-mini            12+34 tok      $0.000031    ttft 210 ms, total 480 ms',
    ]);
  });

  it('names outcome and request id only where a request did not end well', () => {
    const [line = ''] = lines('text', {
      ...REQUEST,
      status: 429,
      target: undefined,
      ttftMs: undefined,
      outcome: 'refused',
      error: 'budget_exceeded',
      limit: 'team:search day',
      costNano: 0n,
    });
    assert.match(
      line,
      /^14:03:27 429 chat {9}fast +12\+34 tok +\$0 +total 480 ms {2}refused: budget_exceeded, team:search day \[r1\]$/,
    );
    const [failed = ''] = lines('text', { ...REQUEST, outcome: 'upstream_error', error: 'upstream_error' });
    assert.match(failed, /ms {2}upstream_error \[r1\]$/);
  });

  it('starts retries, warnings and faults with a word', () => {
    const [retry, warning, bug] = lines(
      'text',
      {
        type: 'attempt_failed',
        requestId: 'r1',
        target: 'a/b',
        code: 'upstream_error',
        detail: 'status 500',
      },
      { type: 'warning', what: 'audit_behind', requestId: undefined, detail: 'disk full' },
      { type: 'bug', requestId: 'r1', detail: 'Error: x\n    at f (a.ts:1:2)\n    at g (b.ts:3:4)' },
    );
    assert.equal(retry, '14:03:27 FAILED a/b: upstream_error, status 500 [r1]');
    assert.equal(warning, '14:03:27 WARNING audit_behind: disk full');
    assert.equal(
      bug,
      '14:03:27 BUG in tollgate, please report it: Error: x | at f (a.ts:1:2) | at g (b.ts:3:4) [r1]',
    );
  });

  it('says which budget reached what, with amounts and the end of the window', () => {
    const alert: Extract<TelemetryEvent, { type: 'alert' }> = {
      type: 'alert',
      scope: 'team:search',
      budgetId: 'day',
      window: '2026-11-24',
      mark: 80,
      spentNano: 8_010_000_000n,
      limitNano: 10_000_000_000n,
      softNano: undefined,
      refused: false,
      resetsAt: Date.UTC(2026, 10, 25),
    };
    assert.deepEqual(
      lines(
        'text',
        alert,
        { ...alert, mark: 100, refused: true, spentNano: 9_990_000_000n },
        { ...alert, mark: 'soft', softNano: 8_000_000_000n },
        { ...alert, scope: 'account', budgetId: 'total', window: 'total', mark: 50, resetsAt: undefined },
      ),
      [
        '14:03:27 ALERT team:search day budget is 80 % spent: $8.01 of $10, resets 2026-11-25T00:00:00.000Z',
        '14:03:27 ALERT team:search day budget has no room for a call: $9.99 of $10 spent, resets 2026-11-25T00:00:00.000Z',
        '14:03:27 ALERT team:search day budget is above its soft limit of $8: $8.01 of $10 spent, resets 2026-11-25T00:00:00.000Z',
        '14:03:27 ALERT account total budget is 50 % spent: $8.01 of $10',
      ],
    );
  });

  it('lets no name from a caller forge a line, move the cursor or fill the screen', () => {
    const [line = ''] = lines('text', {
      ...REQUEST,
      model: `a\n14:03:28 200 ok\u001b[2J\u202e${'x'.repeat(1_000)}`,
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is left is the point.
    assert.doesNotMatch(line, /[\u0000-\u001f\u202e]/);
    assert.ok(line.length < 300);
  });
});

describe('telemetry as JSON', () => {
  it('is one object a line, with amounts as decimal strings', () => {
    const [line = ''] = lines('json', { ...REQUEST, costNano: 12_345_678_901_234_567_890n });
    assert.ok(!line.includes('\n'));
    assert.deepEqual(JSON.parse(line), {
      at: new Date(AT).toISOString(),
      ...JSON.parse(JSON.stringify({ ...REQUEST, costNano: '12345678901234567890' })),
    });
  });
});

describe('telemetry', () => {
  it('never throws, whatever happens to a line', () => {
    const telemetry = createTelemetry({
      write: () => {
        throw new Error('broken pipe');
      },
      format: 'text',
    });
    assert.doesNotThrow(() => telemetry.emit(REQUEST));
    assert.doesNotThrow(() => telemetry.emit({ ...REQUEST, requestId: null as unknown as string }));
  });
});
