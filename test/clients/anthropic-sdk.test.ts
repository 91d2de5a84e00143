import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { Pace } from '../support/pace.ts';
import { json, recorded, recordedRequest } from '../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway, UPSTREAM_KEY } from '../support/replay-gateway.ts';
import type { SentMessage } from '../support/replay-upstream.ts';

let replay: ReplayGateway;
let client: Anthropic;

before(async () => {
  replay = await startReplayGateway();
  client = new Anthropic({ baseURL: replay.url, apiKey: 'any', maxRetries: 0 });
});
after(() => replay.close());

const messages = [{ role: 'user' as const, content: 'Say hello.' }];
const model = 'claude-haiku-4-5';
const base = { model, max_tokens: 1000, messages };

test('what the SDK sends reaches Claude as it was written, with its version and the key of the gateway', async () => {
  replay.upstream.play(recorded('anthropic/tool-roundtrip-nonstream').slice(1));
  const sent = recordedRequest('anthropic/tool-roundtrip-nonstream', 2);
  const answer = await client.messages.create(sent as never);
  const [request] = replay.upstream.requests;
  assert.deepEqual(request?.json, sent);
  assert.equal(request?.path, '/v1/messages');
  assert.equal(request?.headers['x-api-key'], UPSTREAM_KEY);
  assert.equal(request?.headers['authorization'], undefined);
  assert.equal(request?.headers['anthropic-version'], '2026-10-21');
  assert.equal((answer as Anthropic.Message).id, 'msg_014zmtEjjH4Qx8ntiJdbk36e');
});

test('betas of the caller reach Claude, and unknown fields too', async () => {
  replay.upstream.play(recorded('anthropic/text-nonstream'));
  await client.beta.messages.create({ ...base, betas: ['a-beta-2027-01-01'], made_up: { n: 1 } } as never);
  const [request] = replay.upstream.requests;
  assert.equal(request?.headers['anthropic-beta'], 'a-beta-2027-01-01');
  assert.deepEqual(request?.json['made_up'], { n: 1 });
});

for (const chunking of ['whole', 'events', 'bytes'] as const) {
  test(`a recorded stream with thinking that arrives as ${chunking} is the message that was recorded`, async () => {
    const id = 'anthropic/thinking-tool-roundtrip-stream';
    replay.upstream.play(recorded(id, chunking));
    const message = await client.messages.stream(base).finalMessage();
    const asked = recordedRequest(id, 2)['messages'] as readonly SentMessage[];
    // The client of the recording left out who called the tool; everything else it sent back as it came.
    const content = message.content.map((block) => ({ ...block, caller: undefined }));
    const recordedTurn = asked[1]?.content as readonly object[];
    assert.deepEqual(
      content,
      recordedTurn.map((block) => ({ ...block, caller: undefined })),
    );
    assert.equal(message.stop_reason, 'tool_use');
    assert.equal(message.usage.input_tokens, 598);
  });
}

test('an event reaches the SDK before Claude sends the next one', async () => {
  const pace = new Pace();
  const [answer] = recorded('anthropic/text-stream');
  assert.ok(answer);
  replay.upstream.play([pace.of(answer)]);
  const contentAt = answer.pieces.findIndex((piece) => Buffer.from(piece).includes('text_delta'));
  pace.allow(contentAt + 1);
  const names: string[] = [];
  for await (const event of await client.messages.create({ ...base, stream: true })) {
    names.push(event.type);
    if (event.type !== 'message_start' && event.type !== 'content_block_start') pace.allow(1);
  }
  assert.equal(names.at(0), 'message_start');
  assert.equal(names.at(-1), 'message_stop');
});

test('redacted thinking goes through a conversation unchanged', async () => {
  const id = 'anthropic/redacted-thinking-multiturn';
  replay.upstream.play(recorded(id));
  const [user] = recordedRequest(id, 1)['messages'] as Anthropic.MessageParam[];
  assert.ok(user);
  const first = await client.messages.create({ ...base, messages: [user] });
  await client.messages.create({
    ...base,
    messages: [
      user,
      { role: 'assistant', content: first.content },
      { role: 'user', content: 'What was that?' },
    ],
  });
  const recordedTurn = (recordedRequest(id, 2)['messages'] as readonly SentMessage[])[1];
  assert.deepEqual(replay.upstream.requests[1]?.json.messages[1]?.content, recordedTurn?.content);
});

test('the tool runner asks Claude itself for a thread, and repeats without one when Claude refuses', async () => {
  const [refusal] = recorded('synthetic/anthropic-error-400-thread-unsupported');
  assert.ok(refusal);
  replay.upstream.play([refusal, ...recorded('anthropic/tool-roundtrip-nonstream')]);
  const message = await runWeather(model);
  assert.match(JSON.stringify(message.content), /sunny and 72/);
  const [one, two, three] = replay.upstream.requests;
  assert.deepEqual(one?.json['thread'], { type: 'create' });
  assert.match(one?.headers['anthropic-beta'] ?? '', /message-threads/);
  assert.equal(two?.json['thread'], undefined);
  assert.equal(three?.json.messages.length, 3);
});

test('for an upstream without threads the gateway refuses them itself, and the tool runner sends everything', async () => {
  replay.upstream.play([json(200, chatCall()), ...recorded('openai-chat/text-nonstream')]);
  const message = await runWeather('gpt-5.4-mini');
  assert.equal(message.stop_reason, 'end_turn');
  const [one, two, ...more] = replay.upstream.requests;
  assert.equal(more.length, 0);
  assert.equal(one?.json['thread'], undefined);
  assert.deepEqual(
    two?.json.messages.map(({ role }) => role),
    ['user', 'assistant', 'tool'],
  );
});

function runWeather(of: string) {
  return client.beta.messages
    .toolRunner({
      ...base,
      model: of,
      tools: [
        {
          type: 'custom',
          name: 'get_weather',
          description: 'Get the current weather in a given location',
          input_schema: { type: 'object', properties: { location: { type: 'string' } } },
          parse: (input: unknown) => input,
          run: () => 'The weather in Tokyo, Japan is sunny and 72°F',
        },
      ],
    })
    .runUntilDone();
}

function chatCall(): object {
  const call = {
    id: 'call_1',
    type: 'function',
    function: { name: 'get_weather', arguments: '{"location":"Tokyo"}' },
  };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: null, tool_calls: [call] },
        finish_reason: 'tool_calls',
      },
    ],
    usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
  };
}

test('tokens are counted by Claude, and estimated for an upstream that cannot count', async () => {
  replay.upstream.play([json(200, { input_tokens: 4321 })]);
  assert.equal((await client.messages.countTokens({ model, messages })).input_tokens, 4321);
  assert.equal(replay.upstream.requests[0]?.path, '/v1/messages/count_tokens');
  assert.deepEqual(replay.upstream.requests[0]?.json, { model, messages });
  replay.upstream.play([]);
  const estimate = await client.messages.countTokens({ model: 'gpt-5.4-mini', messages });
  assert.ok(estimate.input_tokens > 0);
  assert.equal(replay.upstream.requests.length, 0);
});

test('the models are listed in the shape that the SDK pages through', async () => {
  const ids: string[] = [];
  for await (const listed of client.models.list()) {
    assert.equal(listed.type, 'model');
    assert.ok(!Number.isNaN(Date.parse(listed.created_at)));
    ids.push(listed.id);
  }
  assert.ok(ids.includes('lenient-claude'));
  assert.equal((await client.models.retrieve('lenient-claude')).id, 'lenient-claude');
});

test('an abort of the SDK closes the connection to Claude', async () => {
  const pace = new Pace();
  const [answer] = recorded('anthropic/text-stream');
  assert.ok(answer);
  replay.upstream.play([pace.of(answer)]);
  pace.allow(answer.pieces.length - 2);
  const stream = await client.messages.create({ ...base, stream: true });
  for await (const _event of stream) stream.controller.abort();
  await replay.upstream.requests[0]?.closed;
});

test('reasoning of another model comes back to it from a Messages client', async () => {
  replay.upstream.play(recorded('openai-compatible/deepseek-reasoning-content-tools'));
  const tools = [{ name: 'load_capability', input_schema: { type: 'object' as const } }];
  const first = await client.messages.create({ ...base, model: 'deepseek-reasoner', tools });
  const call = first.content.find((block) => block.type === 'tool_use');
  assert.ok(call?.type === 'tool_use');
  assert.equal(first.content[0]?.type, 'thinking');
  await client.messages.create({
    ...base,
    model: 'deepseek-reasoner',
    tools,
    messages: [
      ...messages,
      { role: 'assistant', content: first.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '{}' }] },
    ],
  });
  const recordedTurn = (
    recordedRequest('openai-compatible/deepseek-reasoning-content-tools', 2)[
      'messages'
    ] as readonly SentMessage[]
  ).find(({ role }) => role === 'assistant');
  const turn = replay.upstream.requests[1]?.json.messages[1];
  assert.equal(turn?.['reasoning_content'], recordedTurn?.['reasoning_content']);
  assert.equal(turn?.content, recordedTurn?.content);
  // The client parses arguments and prints them again, so spaces differ.
  const [sent] = (turn?.['tool_calls'] ?? []) as readonly { id: string; function: { arguments: string } }[];
  assert.equal(sent?.id, call.id);
  assert.deepEqual(JSON.parse(sent?.function.arguments ?? ''), { id: 'DICE_ROLL' });
});

test('what a chat upstream cannot do is refused by name, and dropped where the config says so', async () => {
  // The SDK's types have left it behind, older clients send it.
  const topK: object = { top_k: 5 };
  await assert.rejects(client.messages.create({ ...base, model: 'gpt-5.4-mini', ...topK }), (thrown) => {
    assert.ok(thrown instanceof Anthropic.BadRequestError);
    assert.match(thrown.message, /top_k/);
    return true;
  });
  replay.upstream.play(recorded('openai-chat/text-nonstream'));
  const { response } = await client.messages
    .create({ ...base, model: 'lenient-gpt', ...topK })
    .withResponse();
  assert.match(response.headers.get('x-tollgate-warnings') ?? '', /top_k/);
});
