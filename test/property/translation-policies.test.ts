import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Block, Conversation } from '../../lambda/core/chat/conversation.ts';
import { TollgateError } from '../../lambda/core/errors.ts';
import { UNKNOWN_CAPABILITIES } from '../../lambda/core/routing/target.ts';
import { anthropicMessages } from '../../lambda/formats/anthropic-messages/upstream.ts';
import type { ChatUpstream, SendFacts } from '../../lambda/formats/format.ts';
import { openaiChat } from '../../lambda/formats/openai-chat/upstream.ts';
import { conversations } from '../support/arbitrary-conversation.ts';
import { testGateway } from '../support/gateway.ts';
import { messagesIn } from '../support/messages-prefix.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const RUNS = { numRuns: Number(process.env['TOLLGATE_RUNS'] ?? 25) };

const CONFIG = `
providers:
  chat: { type: openai, key: { env: KEY }, base_url: http://chat.test/v1 }
  messages: { type: anthropic, key: { env: KEY }, base_url: http://messages.test/v1 }
  converse: { type: bedrock, region: eu-central-1 }
models:
  chat: { targets: [{ provider: chat, model: renamed }], unsupported: drop }
  messages: { targets: [{ provider: messages, model: renamed }], unsupported: drop }
  converse: { targets: [{ provider: converse, model: amazon.nova-pro-v1:0 }], unsupported: drop }
guard:
  classes: { contact: redact, card: redact, financial: redact }
`;

const SEND: SendFacts = {
  target: 'p/m',
  model: 'm',
  maxTokens: 100,
  inject: false,
  stream: false,
  capabilities: UNKNOWN_CAPABILITIES,
  fallback: false,
  callerHeaders: {},
};

/** Texts hold an address at places that differ, so that masking has work in every turn. */
function withAddresses(conversation: Conversation): Conversation {
  return {
    ...conversation,
    turns: conversation.turns.map((turn, index) => ({
      ...turn,
      content: turn.content.map(
        (block): Block =>
          block.kind === 'text'
            ? { ...block, text: `${block.text} mail user${index % 3}@example.com` }
            : block,
      ),
    })),
  };
}

/** What the upstream is sent when a caller of a format asks with the first `turns` turns. */
async function sentFor(format: ChatUpstream, conversation: Conversation, model: string): Promise<string> {
  const body = format.write(conversation, { ...SEND, model });
  if (body instanceof TollgateError) throw body;
  const upstream = new ScriptedUpstream({ status: 400, headers: {}, pieces: ['{}'] });
  const { ask } = testGateway(upstream, CONFIG, undefined, { KEY: 'k' });
  const path = format === anthropicMessages ? '/v1/messages' : '/v1/chat/completions';
  const answer = await ask({ path, body });
  const [sent] = upstream.sent;
  assert.ok(sent !== undefined, answer.text);
  return sent.body;
}

function prefixOf(body: string): string {
  const { start, end } = messagesIn(body);
  return Buffer.from(body).subarray(start, end).toString();
}

for (const format of [openaiChat, anthropicMessages]) {
  for (const model of ['chat', 'messages', 'converse']) {
    test(`${format.name} to ${model}: after alias, masking and translation the turns of before are sent in the same bytes`, async () => {
      await fc.assert(
        fc.asyncProperty(conversations({ thinking: false }), async (random) => {
          const conversation = withAddresses(random);
          const whole = await sentFor(format, conversation, model);
          assert.doesNotMatch(whole, /@example\.com/);
          const asks = conversation.turns.flatMap(({ role }, index) => (role === 'user' ? [index + 1] : []));
          for (const turns of asks) {
            const earlier = { ...conversation, turns: conversation.turns.slice(0, turns) };
            const prefix = prefixOf(await sentFor(format, earlier, model));
            assert.ok(prefixOf(whole).startsWith(prefix), `after ${turns} turns`);
          }
        }),
        RUNS,
      );
    });
  }
}
