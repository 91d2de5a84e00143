import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatEvent } from '../../../lambda/core/chat/events.ts';
import { Progress } from '../../../lambda/core/chat/progress.ts';
import { type RecordedAnswer, recordedAnswers } from '../../support/recorded-upstreams.ts';
import { eventsOf } from './ask.ts';

/** What an answer consists of; a stream without the last of these is not whole. */
const CONTENT: ReadonlySet<ChatEvent['type']> = new Set(['open', 'text', 'signature', 'citation', 'details']);

for (const recorded of recordedAnswers().filter(({ stream }) => stream)) {
  const whole = eventsOf(recorded.format, recorded.body, true);
  const contents = whole.filter(({ type }) => CONTENT.has(type)).length;
  const choices = Math.max(0, ...whole.map((event) => ('choice' in event ? event.choice : 0))) + 1;

  test(`${recorded.id}: byte by byte it says the same, and no byte before its last content is a normal end`, () => {
    const reader = recorded.format.streamReader('test', 1 << 24);
    const progress = new Progress(choices);
    const events: ChatEvent[] = [];
    let seen = 0;
    for (let at = 0; at < recorded.body.length; at++) {
      for (const event of reader.push(recorded.body.subarray(at, at + 1)).flatMap((piece) => piece.events)) {
        events.push(event);
        progress.see(event);
        if (CONTENT.has(event.type)) seen += 1;
      }
      if (seen === contents) continue;
      assert.ok(!looksNormal(recorded, progress, reader.halfRead), `cut behind byte ${at}`);
    }
    events.push(...reader.end().flatMap((piece) => piece.events));
    assert.equal(JSON.stringify(events), JSON.stringify(whole));
  });
}

/** Whether the gateway would end the caller's stream normally if the upstream's ended here, cleanly or not. */
function looksNormal({ format }: RecordedAnswer, progress: Progress, halfRead: boolean): boolean {
  return progress.done || (format.endsBare && progress.finished && !halfRead);
}
