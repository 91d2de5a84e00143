import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inputBound } from '../../lambda/core/chat/bound.ts';
import type { Conversation } from '../../lambda/core/chat/conversation.ts';
import { TollgateError } from '../../lambda/core/errors.ts';
import { UNKNOWN_CAPABILITIES } from '../../lambda/core/routing/target.ts';
import { messages } from '../../lambda/formats/anthropic-messages/caller.ts';
import { anthropicMessages } from '../../lambda/formats/anthropic-messages/upstream.ts';
import { bedrockConverse } from '../../lambda/formats/bedrock-converse/upstream.ts';
import type { ChatCaller, ChatUpstream, EmbeddingsCaller, SendFacts } from '../../lambda/formats/format.ts';
import { chat } from '../../lambda/formats/openai-chat/caller.ts';
import { openaiChat } from '../../lambda/formats/openai-chat/upstream.ts';
import { embeddings } from '../../lambda/formats/openai-embeddings/caller.ts';
import { scanJson } from '../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../lambda/wire/json-tape.ts';
import { conversations } from '../support/arbitrary-conversation.ts';

const RUNS = { numRuns: Number(process.env['TOLLGATE_RUNS'] ?? 60) };

const SEND: SendFacts = {
  target: 'p/m',
  model: 'm',
  maxTokens: 1_000,
  inject: false,
  stream: false,
  capabilities: {
    ...UNKNOWN_CAPABILITIES,
    contextTokens: 200_000,
    maxOutputTokens: 8_000,
    imageTokens: 1_000,
  },
  fallback: false,
  callerHeaders: {},
};
const CALLERS = [
  { name: 'chat', caller: chat, writer: openaiChat },
  { name: 'messages', caller: messages, writer: anthropicMessages },
] as const;
const TARGETS = { chat: openaiChat, messages: anthropicMessages, converse: bedrockConverse } as const;

function scanned(body: string): JsonTape {
  const tape = scanJson(Buffer.from(body), 128);
  assert.ok(tape instanceof JsonTape);
  return tape;
}

/** Images cost nothing here, so that all that is left bounds text. */
function boundOf(caller: ChatCaller | EmbeddingsCaller, tape: JsonTape): number {
  const view = caller.readRequest(tape);
  if (view instanceof TollgateError) throw view;
  return inputBound(tape, view, 0, 0);
}

/**
 * What a tokenizer over bytes can make of a text at most, whether or not it normalises first: one for each byte, and one
 * that it may put before it.
 */
function most(text: string): number {
  return Math.max(Buffer.byteLength(text), Buffer.byteLength(text.normalize('NFKC'))) + 1;
}

/** The same conversation at length, so that what a bound adds to every request does not hide what it lacks. */
function atLength(conversation: Conversation): Conversation {
  return {
    ...conversation,
    turns: conversation.turns.map((turn) => ({
      ...turn,
      content: turn.content.map((block) =>
        block.kind === 'text' ? { ...block, text: block.text.repeat(LENGTH) } : block,
      ),
    })),
  };
}
const LENGTH = 200;

const CONVERSATIONS = conversations({ thinking: true }).map(atLength);

const KINDS = new Set([
  'type',
  'role',
  'id',
  'tool_call_id',
  'tool_use_id',
  'toolUseId',
  'status',
  'model',
  'format',
]);
const MEDIA = new Set(['image_url', 'file', 'source', 'image']);

/** Every text of a body that a model reads: schemas and arguments as JSON, no media, and no words of the format itself. */
function textsOf(value: unknown, key = ''): string[] {
  if (key === 'parameters' || key === 'input_schema' || key === 'inputSchema' || key === 'input')
    return [JSON.stringify(value)];
  if (typeof value === 'string') return KINDS.has(key) ? [] : [value];
  if (Array.isArray(value)) return value.flatMap((one) => textsOf(one));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (MEDIA.has(name) ? [] : textsOf(inner, name)));
}

function messagesIn(body: unknown): number {
  return (body as { messages: unknown[] }).messages.length;
}

function written(format: ChatUpstream, conversation: Conversation): string {
  const body = format.write(conversation, SEND);
  if (body instanceof TollgateError) throw body;
  return body;
}

/** The same JSON with every so many characters of its texts and keys written as escapes. */
function escaped(body: string, every: number): string {
  let at = 0;
  return body.replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replace(/\\u[\da-f]{4}|\\.|[^"]/giu, (character) => {
      at += 1;
      return character.startsWith('\\') || at % every !== 0 ? character : asEscapes(character);
    }),
  );
}

function asEscapes(character: string): string {
  return Array.from(
    { length: character.length },
    (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
  ).join('');
}

for (const { name, caller, writer } of CALLERS) {
  test(`${name}: no text of a request has more tokens than the bound, however it is spelled`, () => {
    fc.assert(
      fc.property(CONVERSATIONS, fc.integer({ min: 1, max: 9 }), (conversation, every) => {
        const plain = written(writer, conversation);
        const body = JSON.parse(plain) as unknown;
        const least = textsOf(body).reduce((sum, text) => sum + most(text), 16 * messagesIn(body));
        assert.ok(boundOf(caller, scanned(plain)) >= least);
        const spelled = escaped(plain, every);
        assert.deepEqual(JSON.parse(spelled), body, 'the same request');
        assert.ok(boundOf(caller, scanned(spelled)) >= least);
      }),
      RUNS,
    );
  });

  for (const [target, format] of Object.entries(TARGETS)) {
    test(`${name}: what is sent to ${target} has no more text than the caller's request was bound for`, () => {
      fc.assert(
        fc.property(CONVERSATIONS, (conversation) => {
          const tape = scanned(written(writer, conversation));
          const read = caller.readConversation(tape, undefined);
          if (read instanceof TollgateError) throw read;
          const sent = JSON.parse(written(format, read)) as unknown;
          const least = textsOf(sent).reduce((sum, text) => sum + most(text), 16 * messagesIn(sent));
          assert.ok(boundOf(caller, tape) >= least);
        }),
        RUNS,
      );
    });
  }
}

test('embeddings: no text has more tokens than the bound, and no list of token ids more than its length', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }).map((one) => one.toWellFormed()),
  );
  const lists = fc.array(fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 50 }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), lists, (texts, ids) => {
      const bound = (input: unknown) => boundOf(embeddings, scanned(JSON.stringify({ model: 'm', input })));
      assert.ok(bound(texts) >= texts.reduce((sum, one) => sum + most(one) + 16, 0));
      assert.ok(bound(ids) >= ids.flat().length + 16 * ids.length);
    }),
    RUNS,
  );
});

/** Texts that are hard on a tokenizer, with the most tokens that one was measured to make of them, or their bytes. */
const HARD: readonly (readonly [name: string, text: string, tokens: number])[] = [
  ['a character that normalises to 33 bytes, as Claude 2 counted it', '\ufdfa'.repeat(20), 300],
  ['letters under many marks', `a${'\u0301\u0323\u0302'.repeat(40)}`, 241],
  ['families joined by zero-width joiners', '👨‍👩‍👧‍👦'.repeat(30), 750],
  ['flags and skin tones', '🏴󠁧󠁢󠁳󠁣󠁴󠁿👍🏿'.repeat(20), 36 * 20],
  ['ligatures that become several letters', 'ﬃ㎉⑽℡'.repeat(25), 300],
  ['Hangul in single letters', '\u1112\u1161\u11ab'.repeat(50), 450],
  ['the last planes of Unicode', '\u{10fffd}\u{e0001}\u{2fa1d}'.repeat(20), 240],
  ['bytes that no vocabulary has', '\u0000\u0001\u007f\u0080\u0085\u00ad'.repeat(20), 180],
];

for (const [name, text, tokens] of HARD) {
  test(`the bound covers ${name}, plain and in escapes`, () => {
    const body = JSON.stringify({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: text }] });
    const least = Math.max(tokens, most(text)) + 16;
    for (const { caller } of CALLERS) {
      for (const spelled of [body, escaped(body, 1), escaped(body, 2)]) {
        assert.ok(boundOf(caller, scanned(spelled)) >= least);
      }
    }
  });
}

test('arguments that are JSON in a string in escapes count at their text', () => {
  const inner = JSON.stringify({ a: '\ufdfa'.repeat(20), b: '\\u0041"\\' });
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: inner } };
  const body = JSON.stringify({
    model: 'm',
    messages: [
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: inner },
    ],
  });
  const least = 2 * most(inner) + 32;
  for (const spelled of [body, escaped(body, 1), escaped(body, 3)]) {
    assert.ok(boundOf(chat, scanned(spelled)) >= least);
  }
});
