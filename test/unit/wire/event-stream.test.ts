import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventStreamSplitter } from '../../../lambda/wire/event-stream.ts';
import { eventFrame } from '../../support/event-stream.ts';

const VECTORS = new URL('../../fixtures/vectors-eventstream/', import.meta.url);

interface Expected {
  readonly headers: readonly { readonly name: string; readonly type: number; readonly value: string }[];
  readonly payload: string;
}

function vectors(kind: 'positive' | 'negative'): string[] {
  return readdirSync(new URL(`${kind}/`, VECTORS))
    .filter((file) => file.endsWith('.bin'))
    .map((file) => `${kind}/${file}`);
}

function split(chunks: readonly Uint8Array[]) {
  const splitter = new EventStreamSplitter(1 << 20);
  const messages = chunks.flatMap((chunk) => splitter.push(chunk));
  return { messages, splitter };
}

for (const file of vectors('positive')) {
  test(`${file}: AWS's own message is read as AWS says`, () => {
    const { messages, splitter } = split([readFileSync(new URL(file, VECTORS))]);
    // Their file, in the shape that lies beside it.
    const expected = JSON.parse(
      readFileSync(new URL(file.replace('.bin', '.expected.json'), VECTORS), 'utf8'),
    ) as Expected;
    const [message] = messages;
    assert.equal(splitter.broken, undefined);
    assert.equal(Buffer.from(message?.payload ?? []).toString('base64'), expected.payload);
    const strings = expected.headers.filter(({ type }) => type === 7);
    assert.deepEqual(
      [...(message?.headers ?? [])],
      strings.map(({ name, value }) => [name, Buffer.from(value, 'base64').toString()]),
    );
  });
}

for (const file of vectors('negative')) {
  test(`${file}: a corrupted message is never taken for one`, () => {
    const { messages, splitter } = split([readFileSync(new URL(file, VECTORS))]);
    assert.deepEqual(messages, []);
    assert.ok(splitter.broken !== undefined || splitter.halfRead);
  });
}

const frames = fc.array(
  fc.record({ name: fc.string({ maxLength: 20 }), payload: fc.uint8Array({ maxLength: 60 }) }),
  { maxLength: 6 },
);

test('where the bytes are cut makes no difference, and what is left at the end is told', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat()), (list, cuts) => {
      const bytes = Buffer.concat(
        list.map(({ name, payload }) => eventFrame({ ':event-type': name }, payload)),
      );
      const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const chunks = places.map((place, index) => bytes.subarray(places[index - 1] ?? 0, place));
      const { messages, splitter } = split(chunks);
      assert.deepEqual(
        messages.map(({ headers, payload }) => [
          headers.get(':event-type'),
          Buffer.from(payload).toString('hex'),
        ]),
        list.map(({ name, payload }) => [name, Buffer.from(payload).toString('hex')]),
      );
      assert.equal(splitter.halfRead, false);
      if (bytes.length > 0) assert.ok(split([bytes.subarray(0, -1)]).splitter.halfRead);
    }),
  );
});

test('one changed byte anywhere is noticed, and what came before it stays', () => {
  const first = eventFrame({ ':event-type': 'a' }, '{"n":1}');
  const second = eventFrame({ ':event-type': 'b' }, '{"n":2}');
  for (let at = 0; at < second.length; at++) {
    const changed = Buffer.from(second);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const { messages, splitter } = split([Buffer.concat([first, changed])]);
    assert.equal(messages.length, 1, `byte ${at}`);
    assert.ok(splitter.broken !== undefined || splitter.halfRead, `byte ${at}`);
  }
});

test('a message that is larger than allowed breaks the stream instead of being waited for', () => {
  const splitter = new EventStreamSplitter(64);
  splitter.push(eventFrame({}, Buffer.alloc(100)).subarray(0, 20));
  assert.match(splitter.broken ?? '', /116 bytes/);
});
