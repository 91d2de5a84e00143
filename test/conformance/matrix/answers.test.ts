import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../../../lambda/core/chat/progress.ts';
import { recordedAnswers } from '../../support/recorded-upstreams.ts';
import { Dice } from '../../support/virtual-clock.ts';
import { ask, DIALECTS, eventsOf } from './ask.ts';
import { meaningOf } from './meaning.ts';

/** Places at which a long stream is cut or split; all of them for one that is short. */
const PLACES = Number(process.env['TOLLGATE_RUNS'] ?? 16);

for (const recorded of recordedAnswers()) {
  const events = eventsOf(recorded.format, recorded.body, recorded.stream);
  const fails = recorded.cut || events.some(({ type }) => type === 'error');
  const choices = Math.max(0, ...events.map((event) => ('choice' in event ? event.choice : 0))) + 1;

  for (const dialect of DIALECTS) {
    const forwarded = dialect.format.name === recorded.upstream;
    const asked = dialect.name === 'chat' ? choices : 1;

    test(`${recorded.id} for a ${dialect.name} caller: ${fails ? 'an error, never a normal end' : 'means the same'}`, async () => {
      const { exchange, outcome } = await ask(dialect, recorded, {}, asked);
      if (fails) {
        assert.ok(exchange.status !== 200 || !exchange.text.includes(dialect.terminator));
        assert.match(exchange.text, /"error"/);
        assert.notEqual(outcome, 'ok');
        return;
      }
      assert.equal(exchange.status, 200, exchange.text);
      assert.equal(outcome, 'ok');
      if (recorded.stream) assert.ok(exchange.text.includes(dialect.terminator));
      const got = eventsOf(dialect.format, exchange.bytes, recorded.stream);
      for (let choice = 0; choice < asked; choice++) {
        assert.deepEqual(meaningOf(got, choice), meaningOf(events, choice));
      }
    });

    if (!recorded.stream || recorded.cut) continue;
    test(`${recorded.id} for a ${dialect.name} caller: however its bytes arrive, the answer is the same`, async () => {
      const whole = await ask(dialect, recorded, {}, asked);
      const cuts = places(recorded.body.length);
      const split = [0, ...cuts].map((from, index) => recorded.body.subarray(from, cuts[index]));
      const parts = await ask(dialect, recorded, { pieces: split }, asked);
      assert.equal(withoutIds(parts.exchange.text), withoutIds(whole.exchange.text));
    });

    test(`${recorded.id} for a ${dialect.name} caller: cut anywhere it never looks like a normal end`, async () => {
      for (const place of places(recorded.body.length)) {
        const part = recorded.body.subarray(0, place);
        for (const end of ['cut', 'end'] as const) {
          const { exchange } = await ask(dialect, recorded, { pieces: [part], end }, asked);
          if (isComplete(part, recorded, asked, end)) continue;
          assert.ok(
            exchange.status !== 200 || !exchange.text.includes(dialect.terminator),
            `cut at ${place} by ${end}`,
          );
          assert.match(exchange.text, /"error"/, `cut at ${place} by ${end}`);
        }
      }
    });
    if (forwarded && !fails) {
      test(`${recorded.id} for a ${dialect.name} caller: its bytes are forwarded as they are`, async () => {
        const { exchange } = await ask(dialect, recorded, {}, asked);
        const [before] = exchange.text.split(': tollgate ');
        assert.ok(
          Buffer.from(recorded.body)
            .toString()
            .startsWith(before ?? ''),
        );
      });
    }
  }
}

/** Whether what arrived of a stream is a whole answer by its own format's rules. */
function isComplete(
  part: Uint8Array,
  recorded: ReturnType<typeof recordedAnswers>[number],
  choices: number,
  end: 'cut' | 'end',
): boolean {
  const reader = recorded.format.streamReader('test', 1 << 24);
  const progress = new Progress(choices);
  const pieces = [...reader.push(part), ...(end === 'end' ? reader.end() : [])];
  for (const event of pieces.flatMap(({ events }) => events)) progress.see(event);
  if (progress.error !== undefined) return false;
  return (
    progress.done || (end === 'end' && recorded.format.endsBare && progress.finished && !reader.halfRead)
  );
}

function places(length: number): number[] {
  const dice = new Dice(length);
  const found = Array.from({ length: PLACES }, () => dice.between(1, length - 1));
  return [...new Set(found)].sort((a, b) => a - b);
}

/** Ids of requests count up from test to test, and no two ciphertexts are the same. */
function withoutIds(text: string): string {
  return text.replace(/req_[\w-]+/g, 'req').replace(/\.tg1\.[\w-]+/g, '.tg1.');
}
