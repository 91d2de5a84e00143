import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { finalFacts, heldFacts } from '../../../../lambda/core/audit/entry.ts';
import { rowJson } from '../../../../lambda/core/audit/row.ts';
import { exportOnce } from '../../../../lambda/jobs/auditor/export-once.ts';
import type { AuditSink } from '../../../../lambda/ports/audit-sink.ts';
import type { Item } from '../../../../lambda/ports/ledger-store.ts';
import { finalRecord, heldRecord } from '../../../support/audit-records.ts';
import { MemoryFeed } from '../../../support/memory-feed.ts';

const NINE = Date.UTC(2026, 10, 24, 9, 30);
const HOUR = 3_600_000;

function entry(rid: string, receivedMs = NINE): Item {
  return {
    st: 'F',
    rid,
    e: 1n,
    a: 1n,
    outcome: 'ok',
    ...heldFacts(heldRecord({ receivedMs })),
    ...finalFacts(finalRecord()),
  };
}

/** Files as a map; `failures` writes are refused first. */
class MapSink implements AuditSink {
  readonly files = new Map<string, string>();
  failures = 0;

  async write(path: string, rows: Parameters<AuditSink['write']>[1]): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('no space left');
    }
    this.files.set(path, rows.map((row) => `${rowJson(row)}\n`).join(''));
  }

  ids(): readonly string[] {
    return [...this.files.values()]
      .flatMap((text) => text.trimEnd().split('\n'))
      .map((line) => String(JSON.parse(line).request_id));
  }
}

describe('one export', () => {
  test('writes the entries after the bookmark, a file for each hour, named by the range', async () => {
    const feed = new MemoryFeed();
    const sink = new MapSink();
    feed.push(entry('a'), entry('b', NINE + HOUR), entry('c'));
    assert.equal(await exportOnce({ feed, sink }), 3);
    assert.deepEqual(
      [...sink.files.keys()],
      [
        'dt=2026-11-24/hour=09/000000000001-000000000003.jsonl.gz',
        'dt=2026-11-24/hour=10/000000000001-000000000003.jsonl.gz',
      ],
    );
    assert.equal(await exportOnce({ feed, sink }), 0, 'nothing is left');
    assert.deepEqual(feed.bookmark(), { done: 3, begun: undefined });
  });

  test('takes no more than a batch at a time', async () => {
    const feed = new MemoryFeed();
    const sink = new MapSink();
    feed.push(entry('a'), entry('b'), entry('c'));
    assert.equal(await exportOnce({ feed, sink, batch: 2 }), 2);
    assert.equal(await exportOnce({ feed, sink, batch: 2 }), 1);
    assert.equal(sink.files.size, 2);
  });

  test('repeats exactly the range that it had begun, though more entries have come and the batch is another', async () => {
    const feed = new MemoryFeed();
    const sink = new MapSink();
    feed.push(entry('a'), entry('b', NINE + HOUR), entry('c'));
    sink.failures = 1;
    await assert.rejects(exportOnce({ feed, sink }), /no space left/);
    assert.deepEqual(feed.bookmark(), { done: 0, begun: 3 });
    feed.push(entry('d'));
    assert.equal(await exportOnce({ feed, sink, batch: 1 }), 3);
    assert.equal(await exportOnce({ feed, sink }), 1);
    assert.deepEqual([...sink.ids()].sort(), ['a', 'b', 'c', 'd']);
  });

  test('ends with each row once in the files, wherever it was cut off', async () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 4 }), hours: fc.integer({ min: 0, max: 2 }) }),
      fc.record({ fail: fc.integer({ min: 0, max: 3 }), batch: fc.integer({ min: 1, max: 4 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const feed = new MemoryFeed();
        const sink = new MapSink();
        for (const now of steps) {
          if ('push' in now) {
            const from = feed.entries.length;
            for (let i = 0; i < now.push; i++)
              feed.push(entry(`r${from + i}`, NINE + ((i * now.hours) % 3) * HOUR));
          } else {
            sink.failures = now.fail;
            await exportOnce({ feed, sink, batch: now.batch }).catch(() => undefined);
          }
        }
        sink.failures = 0;
        while ((await exportOnce({ feed, sink, batch: 3 })) > 0);
        const expected = feed.entries.map((_, i) => `r${i}`).sort();
        assert.deepEqual([...sink.ids()].sort(), expected);
      }),
      { numRuns: 60 },
    );
  });
});
