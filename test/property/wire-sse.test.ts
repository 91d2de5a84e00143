import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { type SseEvent, SseSplitter, SseTooLarge } from '../../lambda/wire/sse.ts';
import { generator } from '../support/json-text.ts';

const MAX = 1 << 20;
/** Streams up to this size are cut at every byte, larger ones at seeded places. */
const SMALL = 16 * 1024;

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\r\n\r\n', '\r\r') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'data: {"a":1}',
      'data:',
      'data',
      'data:x',
      'data:  two',
      'data: é😀',
      'datax: 1',
      'dat',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('event: ping', 'event:', 'event', 'event:e', 'eventx', 'id: 7', 'retry: 10'),
  },
  { weight: 2, arbitrary: fc.constantFrom(': comment', ':', ' data: x', '\u2028', '\u0085', '\ufeff', '\0') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }).map((text) => text.toWellFormed()) },
);
const stream = fc
  .tuple(
    fc.constantFrom('', '', '\ufeff', '\ufeff\ufeff', 'ï', '\u{fe000}'),
    fc.array(
      fc.oneof(
        piece.map((text) => Buffer.from(text)),
        fc.constantFrom(...broken()),
      ),
      { maxLength: 30 },
    ),
  )
  .map(([start, pieces]) => Buffer.concat([Buffer.from(start), ...pieces]));
const cuts = fc.array(fc.nat(), { maxLength: 12 });

test('events are those of an independent parser, whatever the stream and wherever it is cut', () => {
  fc.assert(
    fc.property(stream, cuts, (bytes, places) => {
      assert.deepEqual(dispatched(run(bytes, places).events), oracle(bytes));
    }),
    { numRuns: 2000 },
  );
});

test('events and their raw bytes do not depend on the cuts, and with the rest they are the stream', () => {
  fc.assert(
    fc.property(stream, cuts, (bytes, places) => {
      const whole = run(bytes, []);
      const pieces = run(bytes, places);
      assert.deepEqual(plain(pieces.events), plain(whole.events));
      assert.equal(hex(pieces.rest), hex(whole.rest));
      assert.equal(hex(Buffer.concat([...whole.events.map((event) => event.raw), whole.rest])), hex(bytes));
    }),
    { numRuns: 2000 },
  );
});

test('an event ends with exactly one blank line, its last', () => {
  fc.assert(
    fc.property(stream, (bytes) => {
      for (const [index, event] of run(bytes, []).events.entries()) {
        const text = Buffer.from(event.raw)
          .toString()
          .replace(index === 0 ? /^\ufeff/ : /^(?!)/, '');
        const lines = text.split(/\r\n|\r|\n/);
        assert.equal(lines.indexOf(''), lines.length - 2, JSON.stringify(text));
        assert.equal(lines.at(-1), '');
      }
    }),
    { numRuns: 1000 },
  );
});

test('an event above the maximum fails after the same events before it, wherever the stream is cut', () => {
  fc.assert(
    fc.property(stream, cuts, fc.integer({ min: 3, max: 40 }), (bytes, places, max) => {
      const whole = run(bytes, [], max);
      const pieces = run(bytes, places, max);
      assert.deepEqual(plain(pieces.events), plain(whole.events));
      assert.equal(pieces.failed, whole.failed);
      const unlimited = run(bytes, []);
      const large = [...unlimited.events.map((event) => event.raw), unlimited.rest].findIndex(
        (raw) => raw.length > max,
      );
      assert.equal(whole.failed, large !== -1);
      assert.equal(whole.events.length, large === -1 ? unlimited.events.length : large);
    }),
    { numRuns: 1000 },
  );
});

for (const file of globSync('test/fixtures/*/*/*.response.sse').sort()) {
  test(`${file} gives the same events wherever it is cut`, () => {
    const bytes = readFileSync(file);
    const whole = run(bytes, []);
    assert.deepEqual(dispatched(whole.events), oracle(bytes));
    assert.equal(hex(Buffer.concat([...whole.events.map((event) => event.raw), whole.rest])), hex(bytes));
    const expected = plain(whole.events);
    assert.deepEqual(plain(run(bytes, Array.from(bytes.keys())).events), expected, 'byte by byte');
    for (const place of placesToCut(bytes, whole.events)) {
      const cut = run(bytes, [place]);
      assert.equal(cut.events.length, expected.length);
      const differs = cut.events.findIndex(
        (event, index) =>
          event.data !== whole.events[index]!.data ||
          event.event !== whole.events[index]!.event ||
          Buffer.compare(event.raw, whole.events[index]!.raw) !== 0,
      );
      assert.equal(differs, -1, `cut at ${place}`);
    }
  });
}

interface Run {
  readonly events: SseEvent[];
  readonly rest: Uint8Array;
  readonly failed: boolean;
}

function run(bytes: Uint8Array, places: readonly number[], max = MAX): Run {
  const splitter = new SseSplitter(max);
  const events: SseEvent[] = [];
  const ordered = places.map((place) => place % (bytes.length + 1)).sort((one, other) => one - other);
  try {
    let from = 0;
    for (const to of [...ordered, bytes.length]) {
      events.push(...splitter.push(bytes.subarray(from, to)));
      from = to;
    }
    events.push(...splitter.end());
  } catch (error) {
    assert.ok(error instanceof SseTooLarge);
    return { events, rest: splitter.rest(), failed: true };
  }
  return { events, rest: splitter.rest(), failed: false };
}

/** All bytes that may be cut; of large streams those around the ends of events and 500 more. */
function placesToCut(bytes: Uint8Array, events: readonly SseEvent[]): readonly number[] {
  if (bytes.length <= SMALL) return Array.from(bytes.keys());
  const next = generator(bytes.length);
  const places = Array.from({ length: 500 }, () => next(bytes.length));
  let end = 0;
  for (const event of events) {
    end += event.raw.length;
    for (let near = end - 3; near <= end + 3; near++) places.push(Math.min(near, bytes.length));
  }
  return places;
}

function plain(events: readonly SseEvent[]): unknown[] {
  return events.map(({ raw, event, data }) => ({ raw: hex(raw), event, data }));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function dispatched(events: readonly SseEvent[]): unknown {
  return events.filter((event) => event.data !== undefined).map(({ event, data }) => ({ event, data }));
}

function oracle(bytes: Uint8Array): unknown {
  const events: unknown[] = [];
  const parser = createParser({ onEvent: ({ event, data }) => events.push({ event, data }) });
  parser.feed(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  return events;
}

/** Bytes that are no UTF-8: a lone continuation, a sequence without its end, a byte that never occurs. */
function broken(): Buffer[] {
  return [Buffer.from([0x80]), Buffer.from([0xe2, 0x80]), Buffer.from([0xff]), Buffer.from([0xef, 0xbb])];
}
