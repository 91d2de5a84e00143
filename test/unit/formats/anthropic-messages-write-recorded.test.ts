import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Anthropic from '@anthropic-ai/sdk';
import type { ChatEvent } from '../../../lambda/core/chat/events.ts';
import { anthropic } from '../../../lambda/dialects/anthropic/index.ts';
import { messages } from '../../../lambda/formats/anthropic-messages/caller.ts';
import { MessagesStreamReader } from '../../../lambda/formats/anthropic-messages/read-stream.ts';
import type { AnswerFacts } from '../../../lambda/formats/format.ts';
import { messageOf, streamedMessageOf } from '../../support/anthropic-client.ts';
import { recordedExchanges } from '../../support/fixtures.ts';

const facts: AnswerFacts = {
  requestId: 'req_1',
  target: 'anthropic/claude',
  created: 1,
  includeUsage: true,
  warnings: [],
  sealer: undefined,
  capsuleCharacters: 1_000,
};

const streams = recordedExchanges('anthropic').filter(
  ({ status, response }) => status === 200 && Buffer.from(response).includes('event: message_stop'),
);

function eventsOf(response: Uint8Array): readonly ChatEvent[] {
  const reader = new MessagesStreamReader('anthropic/claude', 1 << 20);
  return [...reader.push(response), ...reader.end()].flatMap(({ events }) => events);
}

function rewritten(events: readonly ChatEvent[]): string {
  const writer = messages.streamWriter(facts);
  const pieces = events.map((event) => writer.write(event));
  return `${pieces.join('')}${writer.finish(undefined)}${Buffer.from(anthropic.terminator)}`;
}

/** What a client acts on; older recordings lack members that newer ones have. */
function said(message: Anthropic.Message): unknown {
  const { id, model, content, stop_reason, stop_sequence, usage } = message;
  return {
    id,
    model,
    content: content.map((block) => ({ citations: null, caller: { type: 'direct' }, ...block })),
    stop_reason,
    stop_sequence: stop_sequence ?? null,
    tokens: [
      usage.input_tokens,
      usage.cache_creation_input_tokens ?? 0,
      usage.cache_read_input_tokens ?? 0,
      usage.output_tokens,
    ],
  };
}

test('recorded streams of Claude that are read and written anew say the same to the official client', async () => {
  assert.ok(streams.length > 10);
  for (const { id, response } of streams) {
    const original = said(await streamedMessageOf(Buffer.from(response).toString()));
    const events = eventsOf(response);
    assert.deepEqual(said(await streamedMessageOf(rewritten(events))), original, id);
    assert.deepEqual(said(await messageOf(messages.writeAnswer(events, facts, undefined))), original, id);
  }
});
