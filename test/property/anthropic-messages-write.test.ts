import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BlockHead, ChatEvent, FinishReason } from '../../lambda/core/chat/events.ts';
import { anthropic } from '../../lambda/dialects/anthropic/index.ts';
import { messages } from '../../lambda/formats/anthropic-messages/caller.ts';
import type { AnswerFacts } from '../../lambda/formats/format.ts';
import { messageOf, streamedMessageOf } from '../support/anthropic-client.ts';

const facts: AnswerFacts = {
  requestId: 'req_1',
  target: 'p/m',
  created: 1,
  includeUsage: true,
  warnings: [],
  sealer: undefined,
  capsuleCharacters: 1_000,
};

const head: fc.Arbitrary<BlockHead> = fc.oneof(
  fc.constantFrom<BlockHead>({ kind: 'text' }, { kind: 'reasoning' }, { kind: 'refusal' }),
  fc.record({
    kind: fc.constant('tool_call' as const),
    id: fc.constantFrom('', 'call_1', 'functions.f:0'),
    name: fc.constantFrom('f', 'g'),
    custom: fc.boolean(),
  }),
  fc.constantFrom<BlockHead>(
    { kind: 'redacted_thinking', data: 'EmwK' },
    {
      kind: 'opaque',
      format: 'anthropic-messages',
      type: 'x',
      json: '{"type":"container_upload","file_id":"f"}',
    },
    { kind: 'opaque', format: 'openai-chat', type: 'audio', json: '{}' },
  ),
);

/** Pieces of a block, of its own kind: the arguments of a tool call are JSON in any cut. */
function pieces(of: BlockHead, block: number): fc.Arbitrary<readonly ChatEvent[]> {
  const texts = (parts: readonly string[]): ChatEvent[] =>
    parts.filter((part) => part !== '').map((part) => ({ type: 'text', choice: 0, block, text: part }));
  if (of.kind === 'redacted_thinking' || of.kind === 'opaque') return fc.constant([]);
  if (of.kind === 'tool_call' && !of.custom) {
    return fc
      .tuple(fc.constantFrom('', '{}', '{"a":[1.5,"ü😀"],"b":null}'), fc.nat(20), fc.nat(20))
      .map(([json, a, b]) =>
        texts([
          json.slice(0, Math.min(a, b)),
          json.slice(Math.min(a, b), Math.max(a, b)),
          json.slice(Math.max(a, b)),
        ]),
      );
  }
  const words = fc.array(fc.string({ unit: 'grapheme', maxLength: 6 }), { maxLength: 3 }).map(texts);
  const extra: fc.Arbitrary<readonly ChatEvent[]> =
    of.kind === 'reasoning'
      ? fc.constantFrom<readonly ChatEvent[]>(
          [],
          [{ type: 'signature', choice: 0, block, signature: 'EqQB' }],
          [{ type: 'details', choice: 0, block, json: '[{"a":1}]' }],
        )
      : fc.constantFrom<readonly ChatEvent[]>(
          [],
          [
            {
              type: 'citation',
              choice: 0,
              block,
              citation: { format: 'anthropic-messages', raw: '{"cited_text":"x"}' },
            },
          ],
          [{ type: 'citation', choice: 0, block, citation: { format: 'openai-chat', raw: '{}' } }],
        );
  return fc.tuple(words, of.kind === 'tool_call' ? fc.constant([]) : extra).map(([a, b]) => [...a, ...b]);
}

/** Blocks that open in order and are interleaved at will; some are left open by the upstream. */
const interleaved: fc.Arbitrary<readonly ChatEvent[]> = fc
  .array(head, { maxLength: 5 })
  .chain((heads) =>
    fc.tuple(...heads.map((of, block) => fc.tuple(fc.constant(of), pieces(of, block), fc.boolean()))),
  )
  .chain((blocks) =>
    fc.array(fc.nat(100), { minLength: 80, maxLength: 80 }).map((picks) => {
      const queues = blocks.map(([of, body, closes], block): ChatEvent[] => [
        { type: 'open', choice: 0, block, head: of },
        ...body,
        ...(closes ? [{ type: 'close', choice: 0, block } as const] : []),
      ]);
      const events: ChatEvent[] = [];
      let opened = 0;
      for (const pick of picks) {
        const ready = queues.filter((queue, block) => queue.length > 0 && block <= opened);
        const queue = ready[pick % Math.max(ready.length, 1)];
        const event = queue?.shift();
        if (event === undefined) break;
        if (event.type === 'open') opened = event.block + 1;
        events.push(event);
      }
      return events;
    }),
  );

const reason = fc.constantFrom<FinishReason>(
  'stop',
  'length',
  'tool_calls',
  'content_filter',
  'malformed',
  'pause',
);
const usage = fc.record({
  input: fc.nat(9),
  cacheRead: fc.nat(9),
  cacheWrite: fc.nat(9),
  cacheWriteLong: fc.nat(9),
  output: fc.nat(9),
  reasoning: fc.nat(9),
});

test('whatever way an upstream interleaves its blocks, the official client puts the stream together to the whole answer', async () => {
  await fc.assert(
    fc.asyncProperty(interleaved, reason, usage, async (blocks, why, used) => {
      const events: readonly ChatEvent[] = [
        { type: 'start', id: 'resp_1', model: 'm' },
        // Told early as well, so that the split of cache writes, which only the start has a place for, is the same.
        { type: 'usage', usage: { ...used, output: 0, reasoning: 0 } },
        ...blocks,
        { type: 'finish', choice: 0, reason: why, native: why },
        { type: 'usage', usage: used },
      ];
      const writer = messages.streamWriter(facts);
      const sse = `${events.map((event) => writer.write(event)).join('')}${writer.finish(undefined)}`;
      const streamed = await streamedMessageOf(sse + Buffer.from(anthropic.terminator));
      const whole = await messageOf(messages.writeAnswer(events, facts, undefined));
      // The stream helper adds a member of its own for structured output.
      const { parsed_output, ...message } = JSON.parse(JSON.stringify(streamed));
      assert.equal(parsed_output, null);
      assert.deepEqual(message, JSON.parse(JSON.stringify(whole)));
    }),
    { numRuns: 150 },
  );
});
