import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Block, Conversation } from '../../lambda/core/chat/conversation.ts';
import { mergeTurns } from '../../lambda/core/chat/turns.ts';
import { TollgateError } from '../../lambda/core/errors.ts';
import { type Capabilities, UNKNOWN_CAPABILITIES } from '../../lambda/core/routing/target.ts';
import { messages } from '../../lambda/formats/anthropic-messages/caller.ts';
import { anthropicMessages } from '../../lambda/formats/anthropic-messages/upstream.ts';
import { bedrockConverse } from '../../lambda/formats/bedrock-converse/upstream.ts';
import type { ChatCaller, ChatUpstream, SendFacts } from '../../lambda/formats/format.ts';
import { chat } from '../../lambda/formats/openai-chat/caller.ts';
import { openaiChat } from '../../lambda/formats/openai-chat/upstream.ts';
import { scanJson } from '../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../lambda/wire/json-tape.ts';
import { conversations } from '../support/arbitrary-conversation.ts';
import { messagesIn } from '../support/messages-prefix.ts';

const RUNS = { numRuns: Number(process.env['TOLLGATE_RUNS'] ?? 150) };

const CAPABILITIES: Capabilities = {
  ...UNKNOWN_CAPABILITIES,
  contextTokens: 200_000,
  maxOutputTokens: 8_000,
  imageTokens: 1_000,
};

const SEND: SendFacts = {
  target: 'p/m',
  model: 'm',
  maxTokens: 1_000,
  inject: false,
  stream: false,
  capabilities: CAPABILITIES,
  fallback: false,
  callerHeaders: {},
};

function write(format: ChatUpstream, conversation: Conversation): string {
  const text = format.write(conversation, SEND);
  if (text instanceof TollgateError) throw text;
  JSON.parse(text);
  return text;
}

function read(caller: ChatCaller, body: string): Conversation {
  const tape = scanJson(Buffer.from(body), 128);
  assert.ok(tape instanceof JsonTape, 'what was written is strict JSON');
  assert.ok(!(caller.readRequest(tape) instanceof TollgateError), 'and a request that this gateway takes');
  const conversation = caller.readConversation(tape, undefined);
  if (conversation instanceof TollgateError) throw conversation;
  return conversation;
}

/** What a conversation says, whoever spells it. */
function meaning(conversation: Conversation, thinking: boolean): unknown {
  return {
    system: conversation.system.map(({ text }) => text),
    turns: mergeTurns(conversation.turns).map(({ role, content }) => ({
      role,
      content: content.flatMap((block) => blockMeaning(block, thinking)),
    })),
    tools: conversation.tools.map(({ name, description, schema, strict }) => ({
      name,
      description,
      schema,
      strict,
    })),
  };
}

function blockMeaning(block: Block, thinking: boolean): unknown[] {
  switch (block.kind) {
    case 'thinking':
      return thinking ? [{ kind: block.kind, text: block.text, signature: block.signature }] : [];
    case 'tool_call':
      return [{ kind: block.kind, id: block.id, name: block.name, input: block.input }];
    case 'tool_result':
      return [{ id: block.id, content: block.content.flatMap((inner) => blockMeaning(inner, thinking)) }];
    case 'text':
      // Chat completions have marks for some models only.
      return [thinking ? { text: block.text, cache: block.cache } : { text: block.text }];
    case 'image':
    case 'document':
      return [{ kind: block.kind, source: block.source }];
    default:
      return [block];
  }
}

const PAIRS = [
  { name: 'chat', caller: chat, format: openaiChat, thinking: false },
  { name: 'messages', caller: messages, format: anthropicMessages, thinking: true },
] as const;

for (const { name, caller, format, thinking } of PAIRS) {
  test(`a random conversation written in ${name} and read back means the same`, () => {
    fc.assert(
      fc.property(conversations({ thinking }), (conversation) => {
        const back = read(caller, write(format, conversation));
        assert.deepEqual(meaning(back, thinking), meaning(conversation, thinking));
      }),
      RUNS,
    );
  });
}

test('a random conversation keeps its meaning on the way from chat to messages and back', () => {
  fc.assert(
    fc.property(conversations({ thinking: false }), (conversation) => {
      const asChat = read(chat, write(openaiChat, conversation));
      const asMessages = read(messages, write(anthropicMessages, asChat));
      const back = read(chat, write(openaiChat, asMessages));
      assert.deepEqual(meaning(back, false), meaning(conversation, false));
    }),
    RUNS,
  );
});

for (const format of [openaiChat, anthropicMessages, bedrockConverse]) {
  test(`${format.name}: what is written for earlier turns does not change as the conversation grows`, () => {
    fc.assert(
      fc.property(conversations({ thinking: true }), (conversation) => {
        const whole = write(format, conversation);
        for (const [index, turn] of conversation.turns.entries()) {
          // A request ends with a user turn; the answer to it closes that turn.
          if (turn.role !== 'user') continue;
          const earlier = write(format, { ...conversation, turns: conversation.turns.slice(0, index + 1) });
          const prefix = Buffer.from(earlier).subarray(0, messagesIn(earlier).end);
          assert.deepEqual(Buffer.from(whole).subarray(0, prefix.length), prefix);
          assert.deepEqual(besidesMessages(earlier), besidesMessages(whole));
        }
      }),
      RUNS,
    );
  });
}

function besidesMessages(body: string): unknown {
  const { messages: _, ...rest } = JSON.parse(body) as Record<string, unknown>;
  return rest;
}
