import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { json, recorded } from '../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway, UPSTREAM_KEY } from '../support/replay-gateway.ts';

let replay: ReplayGateway;
let openai: OpenAI;
let anthropic: Anthropic;

before(async () => {
  replay = await startReplayGateway();
  openai = new OpenAI({ baseURL: replay.v1, apiKey: 'any', maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: replay.url, apiKey: 'any', maxRetries: 0 });
});
after(() => replay.close());

const messages = [{ role: 'user' as const, content: 'What is the weather in Barcelona?' }];
const model = 'nova';

for (const chunking of ['whole', 'events', 'bytes'] as const) {
  test(`recorded frames of ConverseStream that arrive as ${chunking} are the same answer for both SDKs`, async () => {
    replay.upstream.play(() => recorded('bedrock/tool-stream', chunking)[0]!);
    const chat = await openai.chat.completions.stream({ model, messages }).finalChatCompletion();
    const message = await anthropic.messages.stream({ model, messages, max_tokens: 500 }).finalMessage();
    const [call] = chat.choices[0]?.message.tool_calls ?? [];
    const block = message.content.at(-1);
    assert.ok(call?.type === 'function' && block?.type === 'tool_use');
    assert.equal(call.function.name, block.name);
    assert.deepEqual(JSON.parse(call.function.arguments), block.input);
    assert.equal(message.stop_reason, 'tool_use');
    assert.equal(message.usage.input_tokens, 236);
    assert.equal(message.usage.output_tokens, 58);
    const [request] = replay.upstream.requests;
    assert.match(request?.path ?? '', /^\/model\/us\.amazon\.nova-lite-v1%3A0\/converse-stream$/);
    assert.equal(request?.headers['authorization'], `Bearer ${UPSTREAM_KEY}`);
  });
}

test('a whole answer of Converse has all its tool calls, and its request what was asked', async () => {
  replay.upstream.play(recorded('bedrock/parallel-tools-nonstream'));
  const answer = await openai.chat.completions.create({ model, messages, max_tokens: 700 });
  assert.ok((answer.choices[0]?.message.tool_calls?.length ?? 0) > 1);
  const sent = replay.upstream.requests[0]?.json;
  assert.deepEqual(sent?.messages, [{ role: 'user', content: [{ text: messages[0]?.content }] }]);
  assert.deepEqual(sent?.['inferenceConfig'], { maxTokens: 700 });
});

for (const [name, status, chatError, messagesError] of [
  ['bedrock-error-400-validation-too-long', 400, OpenAI.BadRequestError, Anthropic.BadRequestError],
  ['bedrock-error-403-access-denied', 502, OpenAI.InternalServerError, Anthropic.InternalServerError],
  ['bedrock-error-429-throttling', 429, OpenAI.RateLimitError, Anthropic.RateLimitError],
  ['bedrock-stream-exception-first', 429, OpenAI.RateLimitError, Anthropic.RateLimitError],
] as const) {
  test(`${name} has status ${status} for both SDKs`, async () => {
    replay.upstream.play(() => recorded(`synthetic/${name}`)[0]!);
    await assert.rejects(openai.chat.completions.create({ model, messages, stream: true }), (thrown) => {
      assert.ok(thrown instanceof chatError, String(thrown));
      assert.equal(thrown.status, status);
      return true;
    });
    await assert.rejects(
      anthropic.messages.create({ model, messages, max_tokens: 500, stream: true }),
      (thrown) => {
        assert.ok(thrown instanceof messagesError, String(thrown));
        assert.equal(thrown.status, status);
        return true;
      },
    );
  });
}

for (const name of [
  'bedrock-stream-exception-throttling',
  'bedrock-stream-error-message',
  'bedrock-stream-bad-crc',
  'bedrock-stream-cut',
] as const) {
  test(`${name} throws in both SDKs`, async () => {
    const [answer] = recorded(`synthetic/${name}`);
    assert.ok(answer);
    replay.upstream.play(() => (name === 'bedrock-stream-cut' ? { ...answer, end: 'cut' } : answer));
    await assert.rejects(async () => {
      for await (const _chunk of await openai.chat.completions.create({ model, messages, stream: true }));
    }, OpenAI.APIError);
    const stream = anthropic.messages.stream({ model, messages, max_tokens: 500 });
    await assert.rejects(stream.finalMessage(), Anthropic.AnthropicError);
  });
}

test('tokens of Claude on Bedrock are counted by Bedrock, without the profile in front of the model', async () => {
  replay.upstream.play([json(200, { inputTokens: 77 })]);
  const count = await anthropic.messages.countTokens({ model: 'bedrock-haiku', messages });
  assert.equal(count.input_tokens, 77);
  assert.match(
    replay.upstream.requests[0]?.path ?? '',
    /^\/model\/anthropic\.claude-haiku-4-5.*\/count-tokens$/,
  );
});
