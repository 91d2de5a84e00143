import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BlockHead, ChatEvent, FinishReason } from '../../lambda/core/chat/events.ts';
import { TollgateError } from '../../lambda/core/errors.ts';
import { readConversation } from '../../lambda/formats/openai-chat/read-conversation.ts';
import { writeAnswer } from '../../lambda/formats/openai-chat/write-answer.ts';
import { scanJson } from '../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../lambda/wire/json-tape.ts';
import { aesSealer } from '../support/aes-sealer.ts';
import { block, call, chunksOf, FACTS, finish, START, streamed } from '../support/chat-answers.ts';
import { clientThatGets } from '../support/openai-client.ts';
import { openAiProblems } from '../support/openai-schema.ts';

interface Said {
  readonly head: BlockHead;
  readonly pieces: readonly string[];
  readonly signature?: string;
}

const piece = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const pieces = fc.array(piece, { maxLength: 3 });
const word = fc.string({ unit: fc.constantFrom(...'abcdefgh_'), minLength: 1, maxLength: 8 });

const text = pieces.map((pieces): Said => ({ head: { kind: 'text' }, pieces }));
const signed = fc
  .tuple(pieces, word)
  .map(([pieces, signature]): Said => ({ head: { kind: 'reasoning' }, pieces, signature }));
const unsigned = pieces.map((pieces): Said => ({ head: { kind: 'reasoning' }, pieces }));
const redacted = word.map((data): Said => ({ head: { kind: 'redacted_thinking', data }, pieces: [] }));
const opaque = word.map(
  (type): Said => ({
    head: { kind: 'opaque', format: 'anthropic-messages', type, json: `{"n":1.0,"t":"${type}"}` },
    pieces: [],
  }),
);
const toolCall = fc
  .tuple(fc.option(word, { nil: '' }), word, fc.boolean(), pieces)
  .map(([id, name, custom, pieces]): Said => ({ head: call(id, name, custom), pieces }));

function eventsOf(said: readonly Said[]): ChatEvent[] {
  return said.flatMap(({ head, pieces, signature }, index) => block(index, head, pieces, signature));
}

interface Detail {
  type: string;
  index: number;
  text?: string;
  signature?: string;
  format?: string;
  data?: string;
}

/** As clients of OpenRouter's schema put the pieces together. */
function merge(details: readonly Detail[]): Detail[] {
  const merged: Detail[] = [];
  for (const { ...detail } of details) {
    const known = merged.find(({ type, index }) => type === detail.type && index === detail.index);
    if (known === undefined) merged.push(detail.type === 'reasoning.text' ? { text: '', ...detail } : detail);
    else Object.assign(known, detail, { text: (known.text ?? '') + (detail.text ?? '') });
  }
  return merged;
}

const reasons = fc.constantFrom<FinishReason>('stop', 'length', 'tool_calls', 'refusal', 'content_filter');

test('a stream, put together by the official client, is the whole answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(text, signed, unsigned, redacted, opaque, toolCall), { maxLength: 7 }),
      reasons,
      fc.boolean(),
      async (said, reason, sealing) => {
        const events = [START, ...eventsOf(said), finish(reason)];
        const facts = { ...FACTS, sealer: sealing ? aesSealer() : undefined };
        const whole = JSON.parse(writeAnswer(events, facts, undefined));
        assert.deepEqual(openAiProblems('chat.completion', whole), []);
        const stream = streamed(events, facts);
        const chunks = chunksOf(stream);
        for (const chunk of chunks) assert.deepEqual(openAiProblems('chat.completion.chunk', chunk), []);
        const helper = clientThatGets(stream, true).chat.completions.stream({ model: 'm', messages: [] });
        const [choice] = (await helper.finalChatCompletion()).choices;
        assert.ok(choice);
        const { message } = whole.choices[0];
        assert.deepEqual(choice.message.content, message.content);
        assert.deepEqual(choice.message.refusal ?? null, message.refusal);
        assert.deepEqual(choice.finish_reason, whole.choices[0].finish_reason);
        const calls = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
        assert.deepEqual(putTogether(calls), message.tool_calls ?? []);
        const deltas = chunks.flatMap(({ choices }) => choices.map((each: { delta: unknown }) => each.delta));
        assert.equal(
          deltas.map((delta) => delta.reasoning_content ?? '').join(''),
          message.reasoning_content ?? '',
        );
        assert.deepEqual(
          merge(deltas.flatMap((delta) => delta.reasoning_details ?? [])),
          message.reasoning_details ?? [],
        );
      },
    ),
  );
});

interface CallPiece {
  index: number;
  id?: string;
  type?: string;
  function?: { name?: string; arguments?: string };
  custom?: { name?: string; input?: string };
}

function putTogether(pieces: readonly CallPiece[]): object[] {
  const calls: { id?: string; type?: string; name?: string; input: string }[] = [];
  for (const { index, id, type, function: made, custom } of pieces) {
    const input = made?.arguments ?? custom?.input ?? '';
    const known = calls[index];
    if (known === undefined)
      calls[index] = { ...{ id, type, name: made?.name ?? custom?.name }, input } as never;
    else known.input += input;
  }
  return calls.map(({ id, type, name, input }) =>
    type === 'custom'
      ? { id, type, custom: { name, input } }
      : { id, type, function: { name, arguments: input } },
  );
}

/** A turn as Claude makes them: reasoning, text and server tools in any order, then calls, perhaps with more before each. */
const turn = fc
  .array(fc.tuple(fc.array(fc.oneof(text, signed, redacted, opaque), { maxLength: 4 }), toolCall), {
    minLength: 1,
    maxLength: 3,
  })
  .map((steps) => steps.flatMap(([before, called]) => [...before, called]));

test('what a turn said before its calls comes back from their ids, in order and byte for byte', () => {
  fc.assert(
    fc.property(turn, fc.boolean(), (said, asStream) => {
      const sealer = aesSealer();
      const facts = { ...FACTS, sealer };
      const events = [START, ...eventsOf(said), finish('tool_calls')];
      const written = JSON.parse(writeAnswer(events, facts, undefined)).choices[0].message;
      const calls = asStream
        ? putTogether(
            chunksOf(streamed(events, facts)).flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []),
          )
        : written.tool_calls;
      // A client that keeps nothing but the text and the calls.
      const message = { role: 'assistant', content: written.content, tool_calls: calls };
      const body = {
        model: 'm',
        messages: [{ role: 'user', content: 'x' }, message, { role: 'user', content: 'y' }],
      };
      const tape = scanJson(Buffer.from(JSON.stringify(body)), 128);
      assert.ok(tape instanceof JsonTape);
      const conversation = readConversation(tape, sealer);
      assert.ok(!(conversation instanceof TollgateError));
      const content = conversation.turns[1]?.content ?? [];
      const told = content.map((block) =>
        block.kind === 'tool_call' ? `call ${block.name} ${block.input}` : JSON.stringify(block),
      );
      if (!restorable(said)) {
        assert.ok(content.every(({ kind }) => kind === 'text' || kind === 'tool_call'));
        return;
      }
      assert.deepEqual(
        told,
        said.flatMap((each) => expected(each)),
      );
      assert.deepEqual(conversation.notes, []);
    }),
  );
});

/**
 * Without a sealed block nothing needs an order, and a text before a call that carries no capsule cannot be placed among
 * later reasoning: such a turn comes back without its reasoning.
 */
function restorable(said: readonly Said[]): boolean {
  const firstCapsule = said.findIndex(({ head }) => head.kind !== 'text' && head.kind !== 'tool_call');
  if (firstCapsule === -1) return false;
  const before = said.slice(0, firstCapsule);
  const calledBefore = before.findLastIndex(({ head }) => head.kind === 'tool_call');
  return !before
    .slice(0, Math.max(0, calledBefore))
    .some(({ head, pieces }) => head.kind === 'text' && pieces.length > 0);
}

function expected({ head, pieces, signature }: Said): readonly string[] {
  const whole = pieces.join('');
  const origin = FACTS.target;
  switch (head.kind) {
    case 'text':
      return whole === '' ? [] : [JSON.stringify({ kind: 'text', text: whole })];
    case 'reasoning':
      return [JSON.stringify({ kind: 'thinking', text: whole, signature, origin })];
    case 'redacted_thinking':
      return [JSON.stringify({ kind: 'redacted_thinking', data: head.data, origin })];
    case 'tool_call':
      return [`call ${head.name} ${whole === '' && !head.custom ? '{}' : whole}`];
    default:
      return [JSON.stringify(head.kind === 'opaque' ? { ...head, origin } : head)];
  }
}
