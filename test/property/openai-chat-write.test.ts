import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Conversation } from '../../lambda/core/chat/conversation.ts';
import { type ChatQuirks, OPENAI_QUIRKS, PLAIN_QUIRKS } from '../../lambda/formats/openai-chat/quirks.ts';
import { SERVERS } from '../../lambda/providers/openai-compatible/presets.ts';
import { scanJson } from '../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../lambda/wire/json-tape.ts';
import { conversations } from '../support/arbitrary-conversation.ts';
import { type Written, writtenText } from '../support/chat-request.ts';

const RUNS = { numRuns: Number(process.env['TOLLGATE_RUNS'] ?? 40) };

const QUIRKS: readonly (readonly [string, ChatQuirks])[] = [
  ['openai', OPENAI_QUIRKS],
  ['any other', PLAIN_QUIRKS],
  ...Object.entries(SERVERS).map(([name, { quirks }]) => [name, quirks] as const),
];

/** Ids as clients bring them: long, empty, repeated. */
const ids = fc.array(fc.constantFrom('', 'same', 'toolu_01ABC', 'z'.repeat(80)), {
  minLength: 1,
  maxLength: 6,
});

/** The same conversation with other ids, calls and results alike. */
function withIds(said: Conversation, chosen: readonly string[]): Conversation {
  const known = new Map<string, string>();
  const idOf = (id: string) => {
    const other = known.get(id) ?? chosen[known.size % chosen.length] ?? id;
    known.set(id, other);
    return other;
  };
  const turns = said.turns.map((turn) => ({
    ...turn,
    content: turn.content.map((block) =>
      block.kind === 'tool_call' || block.kind === 'tool_result' ? { ...block, id: idOf(block.id) } : block,
    ),
  }));
  return { ...said, turns };
}

const CONVERSATIONS = fc
  .tuple(conversations({ thinking: true }), ids)
  .map(([said, chosen]) => withIds(said, chosen));

function tapeOf(text: string): JsonTape {
  const tape = scanJson(Buffer.from(text), 128);
  assert.ok(tape instanceof JsonTape, 'what is written is strict JSON, without a repeated key');
  return tape;
}

/** The list of messages as text, without its closing bracket. */
function messagesText(text: string): string {
  const tape = tapeOf(text);
  return tape.raw(tape.find(['messages']) ?? 0).slice(0, -1);
}

for (const [name, quirks] of QUIRKS) {
  test(`${name}: what is written for earlier turns never changes as a conversation grows`, () => {
    fc.assert(
      fc.property(CONVERSATIONS, (said) => {
        const whole = messagesText(writtenText(said, quirks));
        for (const [index, { role }] of said.turns.entries()) {
          if (role !== 'user') continue;
          const earlier = { ...said, turns: said.turns.slice(0, index + 1) };
          assert.ok(whole.startsWith(messagesText(writtenText(earlier, quirks))));
        }
      }),
      RUNS,
    );
  });

  test(`${name}: every call is answered right behind it by a message with its id, in order`, () => {
    fc.assert(
      fc.property(CONVERSATIONS, (said) => {
        const { messages } = JSON.parse(writtenText(said, quirks)) as Written;
        for (const [index, message] of messages.entries()) {
          const calls = (message['tool_calls'] ?? []) as { id: string }[];
          const behind = messages.slice(index + 1, index + 1 + calls.length);
          assert.deepEqual(
            behind.map(({ role, tool_call_id: id }) => [role, id]),
            calls.map(({ id }) => ['tool', id]),
          );
          assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length);
          for (const { id } of calls) {
            assert.match(id, quirks.ids === 'mistral' ? /^[A-Za-z0-9]{9}$/ : /^.{1,64}$/);
          }
        }
      }),
      RUNS,
    );
  });

  test(`${name}: arguments and schemas stand in the request with their own bytes`, () => {
    fc.assert(
      fc.property(CONVERSATIONS, (said) => {
        const text = writtenText(said, quirks);
        for (const { schema } of said.tools) assert.ok(text.includes(`"parameters":${schema}`));
        for (const block of said.turns.flatMap(({ content }) => content)) {
          if (block.kind === 'tool_call') {
            assert.ok(text.includes(`"arguments":${JSON.stringify(block.input)}`));
          }
        }
      }),
      RUNS,
    );
  });
}
