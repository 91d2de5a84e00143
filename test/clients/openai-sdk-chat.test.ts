import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { Pace } from '../support/pace.ts';
import { recorded, recordedRequest, recordedText } from '../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway, UPSTREAM_KEY } from '../support/replay-gateway.ts';

let replay: ReplayGateway;
let client: OpenAI;

before(async () => {
  replay = await startReplayGateway();
  client = new OpenAI({ baseURL: replay.v1, apiKey: 'any', maxRetries: 0 });
});
after(() => replay.close());

const messages = [{ role: 'user' as const, content: 'Say hello.' }];

test('what the SDK sends reaches a chat upstream as it was written, with the key of the gateway', async () => {
  replay.upstream.play(recorded('openai-chat/text-nonstream'));
  const sent = { ...recordedRequest('openai-chat/parallel-tools-nonstream', 1), model: 'gpt-5.4-mini' };
  await client.chat.completions.create(sent as never);
  const [request] = replay.upstream.requests;
  assert.deepEqual(request?.json, sent);
  assert.equal(request?.path, '/v1/chat/completions');
  assert.equal(request?.headers['authorization'], `Bearer ${UPSTREAM_KEY}`);
});

for (const chunking of ['whole', 'events', 'bytes'] as const) {
  test(`a recorded stream that arrives as ${chunking} is the same answer for the SDK`, async () => {
    replay.upstream.play(recorded('openai-chat/parallel-tools-stream', chunking));
    const { choices } = await client.chat.completions
      .stream({ model: 'gpt-4o', messages })
      .finalChatCompletion();
    assert.equal(choices[0]?.finish_reason, 'tool_calls');
    assert.deepEqual(
      choices[0]?.message.tool_calls?.map((call) => call.type === 'function' && call.function.arguments),
      ['{"location": "San Francisco"}', '{"location": "Boston"}'],
    );
  });
}

test('an event reaches the SDK before the upstream sends the next one', async () => {
  const pace = new Pace();
  const [answer] = recorded('openai-chat/text-stream-usage');
  assert.ok(answer);
  replay.upstream.play([pace.of(answer)]);
  const stream = client.chat.completions.create({
    model: 'gpt-4o',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  // The head alone may be held back until content came; from there on each event must be seen to get the next one.
  const contentAt = answer.pieces.findIndex((piece) => /"content":"[^"]/.test(Buffer.from(piece).toString()));
  pace.allow(contentAt + 1);
  let seen = 0;
  for await (const _chunk of await stream) {
    seen += 1;
    if (seen > contentAt) pace.allow(1);
  }
  assert.ok(seen > contentAt + 1);
});

test('a recorded tool loop runs to its end, and the second request repeats the first', async () => {
  replay.upstream.play(recorded('openai-chat/tool-roundtrip-stream'));
  const first = recordedRequest('openai-chat/tool-roundtrip-stream', 1);
  const given: unknown[] = [];
  const runner = client.chat.completions.runTools({
    model: 'gpt-5.1',
    messages: first['messages'] as typeof messages,
    stream: true,
    tools: [
      {
        type: 'function',
        function: {
          name: 'add_exclamation',
          description: 'Adds an exclamation mark to the input message.',
          parse: JSON.parse,
          parameters: {
            type: 'object',
            properties: { message: { type: 'string' } },
            required: ['message'],
          },
          function: (args: { message: string }) => {
            given.push(args);
            return `${args.message}!`;
          },
        },
      },
    ],
  });
  assert.equal(await runner.finalContent(), 'Hello!');
  assert.deepEqual(given, [{ message: 'Hello' }]);
  const [one, two] = replay.upstream.requests;
  assert.deepEqual(two?.json.messages.slice(0, 2), one?.json.messages);
  assert.equal(two?.json.messages[3]?.['tool_call_id'], 'call_7mnOEjqxznchq5bQZ9x19gJC');
});

test('structured output and its refusal come out of the parser of the SDK', async () => {
  replay.upstream.play([
    ...recorded('openai-chat/refusal-structured'),
    ...recorded('openai-compatible/ollama-json-schema'),
  ]);
  const ask = (name: string) =>
    client.chat.completions.parse({
      model: 'gpt-4o',
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: { name, strict: true, schema: { type: 'object', properties: {} } },
      },
    });
  const refused = await ask('StructuredAnswer');
  assert.equal(refused.choices[0]?.message.parsed, null);
  assert.match(refused.choices[0]?.message.refusal ?? '', /can't assist/);
  assert.deepEqual(JSON.parse((await ask('CityLocation')).choices[0]?.message.content ?? ''), {
    city: 'Paris',
    country: 'France',
  });
});

test('fields that only one server knows reach the caller, such as reasoning of vLLM', async () => {
  replay.upstream.play(recorded('openai-compatible/vllm-reasoning-stream'));
  const recordedReasoning = [
    ...recordedText('openai-compatible/vllm-reasoning-stream', 1).matchAll(
      /"reasoning_content": ("(?:[^"\\]|\\.)*")/g,
    ),
  ].map((match) => JSON.parse(match[1] ?? '""') as string);
  let reasoning = '';
  for await (const chunk of await client.chat.completions.create({ model: 'gpt-x', messages, stream: true }))
    reasoning +=
      (chunk.choices[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? '';
  assert.equal(reasoning, recordedReasoning.join(''));
  assert.ok(reasoning.length > 10);
});

for (const [name, error, status] of [
  ['openai-chat/error-400-unsupported-parameter', OpenAI.BadRequestError, 400],
  ['synthetic/openai-error-400-context-length', OpenAI.BadRequestError, 400],
  ['synthetic/openai-error-429-rate-limit', OpenAI.RateLimitError, 429],
  ['synthetic/openai-error-429-insufficient-quota', OpenAI.RateLimitError, 429],
  ['openai-chat/error-401', OpenAI.InternalServerError, 502],
  ['synthetic/openai-error-500', OpenAI.InternalServerError, undefined],
  ['synthetic/openai-error-503-overloaded', OpenAI.InternalServerError, 503],
] as const) {
  test(`${name} is a ${error.name} in the SDK, streamed and not`, async () => {
    for (const stream of [false, true]) {
      replay.upstream.play(() => recorded(name)[0]!);
      await assert.rejects(
        client.chat.completions.create({ model: 'gpt-4o', messages, stream }),
        (thrown) => {
          assert.ok(thrown instanceof error, String(thrown));
          if (status !== undefined) assert.equal(thrown.status, status);
          assert.match(thrown.requestID ?? '', /^req_/);
          return true;
        },
      );
    }
  });
}

test('the SDK retries what may succeed, and gets the answer of the second try', async () => {
  const [busy] = recorded('synthetic/openai-error-503-overloaded');
  const [answer] = recorded('openai-chat/text-nonstream');
  assert.ok(busy && answer);
  const atOnce = { ...busy, headers: { ...busy.headers, 'retry-after': '0' } };
  let tries = 0;
  const retrying = new OpenAI({
    baseURL: replay.v1,
    apiKey: 'any',
    maxRetries: 1,
    fetch: (url, init) => {
      tries += 1;
      // Only the first try meets the busy upstream, however often the gateway asks it within that try.
      replay.upstream.play(() => (tries === 1 ? atOnce : answer));
      return fetch(url, init);
    },
  });
  const { choices } = await retrying.chat.completions.create({ model: 'gpt-4o', messages });
  assert.equal(tries, 2);
  assert.ok((choices[0]?.message.content ?? '').length > 0);
});

test('an error in the middle of a stream throws, and so does a stream that is cut', async () => {
  const [text] = recorded('openai-chat/text-stream-usage');
  assert.ok(text);
  for (const answer of [
    recorded('synthetic/openai-stream-error-chunk')[0]!,
    { ...text, pieces: text.pieces.slice(0, -3), end: 'cut' as const },
  ]) {
    replay.upstream.play([answer]);
    const stream = await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true });
    await assert.rejects(async () => {
      for await (const _chunk of stream);
    }, OpenAI.APIError);
  }
});

test('an abort of the SDK closes the connection to the upstream', async () => {
  const pace = new Pace();
  const [answer] = recorded('openai-chat/text-stream-usage');
  assert.ok(answer);
  replay.upstream.play([pace.of(answer)]);
  pace.allow(answer.pieces.length - 2);
  const stream = await client.chat.completions.create({ model: 'gpt-4o', messages, stream: true });
  for await (const _chunk of stream) stream.controller.abort();
  await replay.upstream.requests[0]?.closed;
});
