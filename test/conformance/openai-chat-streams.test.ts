import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../../lambda/core/chat/progress.ts';
import type { StreamPiece } from '../../lambda/core/chat/reading.ts';
import { ChatStreamReader } from '../../lambda/formats/openai-chat/read-stream.ts';
import { recordedExchanges } from '../support/fixtures.ts';
import { chat, testGateway } from '../support/gateway.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Dice } from '../support/virtual-clock.ts';

const streams = recordedExchanges('openai-chat', 'openai-compatible', 'synthetic').filter(
  ({ id, format }) => format === 'sse' && !id.includes('anthropic'),
);
/** Streams up to here are cut at every byte; longer ones at seeded places, and around every event boundary. */
const EVERY_BYTE = 16 * 1024;
const SEEDED_CUTS = Number(process.env['TOLLGATE_RUNS'] ?? 20);
const EVERY_NTH = process.env['TOLLGATE_RUNS'] === undefined ? 7 : 1;

function read(bytes: Uint8Array, cuts: readonly number[]): StreamPiece[] {
  const reader = new ChatStreamReader('t', 1 << 20);
  const pieces: StreamPiece[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    pieces.push(...reader.push(bytes.subarray(from, cut)));
    from = cut;
  }
  return [...pieces, ...reader.end()];
}

/** What a reading says, without the identity of objects. */
function meaning(pieces: readonly StreamPiece[]): string {
  return JSON.stringify(pieces, (_key, value: unknown) =>
    value instanceof Uint8Array
      ? Buffer.from(value).toString()
      : value instanceof Error
        ? value.message
        : value,
  );
}

/** Stretches of the stream with the places to cut them. A reader remembers nothing at an event's end, so a few events stand for all before them. */
function stretches(bytes: Uint8Array): { readonly part: Uint8Array; readonly cuts: readonly number[] }[] {
  if (bytes.length <= EVERY_BYTE) return [{ part: bytes, cuts: nth(1, bytes.length - 1) }];
  const dice = new Dice(7);
  const whole = {
    part: bytes,
    cuts: Array.from({ length: SEEDED_CUTS }, () => dice.between(1, bytes.length - 1)),
  };
  const ends = boundaries(bytes);
  return [
    whole,
    ...ends.slice(1, -1).map((end, index) => {
      const from = index === 0 ? 0 : (ends[index] ?? 0);
      const part = bytes.subarray(from, ends[index + 2]);
      return {
        part,
        cuts: [-3, -2, -1, 0, 1, 2, 3]
          .map((near) => end - from + near)
          .filter((cut) => cut > 0 && cut < part.length),
      };
    }),
  ];
}

function nth(from: number, to: number): number[] {
  const cuts: number[] = [];
  for (let cut = from; cut <= to; cut += EVERY_NTH) cuts.push(cut);
  return cuts;
}

/** Offsets at which events end. */
function boundaries(bytes: Uint8Array): number[] {
  let at = 0;
  return read(bytes, []).map(({ raw }) => {
    at += raw.length;
    return at;
  });
}

for (const { id, response } of streams) {
  test(`${id}: reads the same whole, byte by byte and split anywhere, and loses no byte`, () => {
    const whole = read(response, []);
    assert.deepEqual(Buffer.concat(whole.map(({ raw }) => raw)), Buffer.from(response));
    const expected = meaning(whole);
    assert.equal(
      meaning(
        read(
          response,
          Array.from({ length: response.length - 1 }, (_, index) => index + 1),
        ),
      ),
      expected,
    );
    for (const { part, cuts } of stretches(response)) {
      const said = meaning(read(part, []));
      for (const cut of cuts) assert.equal(meaning(read(part, [cut])), said, `split at ${cut}`);
    }
  });

  test(`${id}: cut anywhere it never ends normally before its answer was complete`, () => {
    const pieces = read(response, []);
    const progress = new Progress(choicesIn(pieces));
    const generated = pieces.map(({ events }) =>
      events.reduce((sum, event) => sum + (event.type === 'text' ? event.text.length : 0), 0),
    );
    for (const [index, { events }] of pieces.entries()) {
      for (const event of events) progress.see(event);
      const lost = generated.slice(index + 1).reduce((sum, bytes) => sum + bytes, 0);
      if (progress.done || progress.finished)
        assert.equal(lost, 0, `after event ${index} content was still to come`);
    }
  });

  test(`${id}: the caller gets the provider's bytes, or a clear error`, async () => {
    const choices = choicesIn(read(response, []));
    const { ask, rows } = testGateway(new ScriptedUpstream({ pieces: [response] }));
    const answer = await ask(chat({ stream: true, stream_options: { include_usage: true }, n: choices }));
    const text = Buffer.from(response).toString();
    const [row] = rows();
    if (row?.outcome === 'ok') {
      const [before] = answer.text.split(': tollgate ');
      assert.ok(text.startsWith(before ?? ''), 'what went out is how the recording begins');
      assert.ok(answer.text.trimEnd().endsWith('[DONE]'));
    } else {
      assert.ok(/"error"/.test(text), 'only a recording with an error may fail');
      assert.ok(!answer.text.includes('[DONE]'));
    }
  });
}

function choicesIn(pieces: readonly StreamPiece[]): number {
  const seen = pieces.flatMap(({ events }) => events.map((event) => ('choice' in event ? event.choice : 0)));
  return Math.max(0, ...seen) + 1;
}
