import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { Pace } from '../support/pace.ts';
import { recorded, recordedRequest } from '../support/replay-answer.ts';
import { type ReplayGateway, startReplayGateway, UPSTREAM_KEY } from '../support/replay-gateway.ts';
import type { SentMessage } from '../support/replay-upstream.ts';

let replay: ReplayGateway;
let client: OpenAI;

before(async () => {
  replay = await startReplayGateway();
  client = new OpenAI({ baseURL: replay.v1, apiKey: 'any', maxRetries: 0 });
});
after(() => replay.close());

const messages = [{ role: 'user' as const, content: 'Say hello.' }];
const model = 'claude-haiku-4-5';

test('a chat request becomes a Messages request with the key and version of that API', async () => {
  replay.upstream.play(recorded('anthropic/text-nonstream'));
  const answer = await client.chat.completions.create({
    model,
    messages: [{ role: 'system', content: 'Be brief.' }, ...messages],
    max_completion_tokens: 100,
    stop: ['END'],
  });
  assert.equal(answer.choices[0]?.message.content, 'The capital of France is **Paris**.');
  assert.equal(answer.choices[0]?.finish_reason, 'stop');
  assert.equal(answer.usage?.prompt_tokens, 14);
  assert.equal(answer.usage?.completion_tokens, 11);
  const [request] = replay.upstream.requests;
  assert.equal(request?.path, '/v1/messages');
  assert.equal(request?.headers['x-api-key'], UPSTREAM_KEY);
  assert.match(request?.headers['anthropic-version'] ?? '', /^\d{4}-\d\d-\d\d$/);
  assert.equal(request?.headers['authorization'], undefined);
  assert.equal(request?.json['max_tokens'], 100);
  assert.deepEqual(request?.json['stop_sequences'], ['END']);
});

for (const chunking of ['whole', 'events', 'bytes'] as const) {
  test(`a recorded tool loop with thinking, arriving as ${chunking}, gives Claude its signed block back`, async () => {
    const id = 'anthropic/thinking-tool-roundtrip-stream';
    replay.upstream.play(recorded(id, chunking));
    const asked = recordedRequest(id, 2)['messages'] as readonly SentMessage[];
    const prompt = asked[0]?.content;
    assert.ok(Array.isArray(prompt));
    const runner = client.chat.completions.runTools({
      model: 'claude-haiku-4-5-20251001',
      messages: [{ role: 'user', content: prompt as OpenAI.ChatCompletionContentPartText[] }],
      reasoning_effort: 'low',
      stream: true,
      tools: [
        {
          type: 'function',
          function: {
            name: 'fixed_version',
            description: 'Return a fixed test version string',
            parameters: { type: 'object', properties: {} },
            function: () => '0.32a0',
          },
        },
      ],
    });
    assert.match((await runner.finalContent()) ?? '', /^The version is \*\*0\.32a0\*\*/);
    const [one, two] = replay.upstream.requests;
    assert.equal((one?.json['thinking'] as { type?: string } | undefined)?.type, 'enabled');
    assert.deepEqual(two?.json.messages[1], asked[1]);
    const [result] = (two?.json.messages[2]?.content ?? []) as readonly Record<string, unknown>[];
    assert.equal(result?.['tool_use_id'], 'toolu_01825dXWLSoJwCst1qTsiWdb');
    assert.match(JSON.stringify(result?.['content']), /0\.32a0/);
  });
}

test('an id that carries reasoning is longer than the one of the upstream, begins with it and comes back plain', async () => {
  replay.upstream.play(recorded('anthropic/thinking-tool-roundtrip-stream'));
  const answer = await client.chat.completions
    .stream({ model, messages, reasoning_effort: 'low', tools: [tool('fixed_version')] })
    .finalChatCompletion();
  const message = answer.choices[0]?.message;
  const id = message?.tool_calls?.[0]?.id ?? '';
  assert.match(id, /^toolu_01825dXWLSoJwCst1qTsiWdb\.tg1\./);
  assert.ok(!Buffer.from(id.split('.tg1.')[1] ?? '', 'base64url').includes('fixed_version tool'));
});

test('an id that another gateway sealed, or that was changed, costs the thinking and nothing else', async () => {
  for (const id of ['toolu_01A.tg1.AAAA', 'toolu_01A.tg1.', 'call_1']) {
    replay.upstream.play(recorded('anthropic/text-nonstream'));
    await client.chat.completions.create({
      model,
      reasoning_effort: 'low',
      tools: [tool('fixed_version')],
      messages: [
        ...messages,
        {
          role: 'assistant',
          tool_calls: [{ id, type: 'function', function: { name: 'fixed_version', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: id, content: '1' },
      ],
    });
    const turn = replay.upstream.requests[0]?.json.messages[1]?.content as readonly {
      type: string;
      id: string;
    }[];
    assert.deepEqual(
      turn.map(({ type }) => type),
      ['tool_use'],
    );
    assert.ok(!turn[0]?.id.includes('.tg1.'));
  }
});

function tool(name: string): OpenAI.ChatCompletionTool {
  return { type: 'function', function: { name, parameters: { type: 'object', properties: {} } } };
}

test('parallel calls and a call without arguments are complete in the stream helper of the SDK', async () => {
  replay.upstream.play(recorded('anthropic/text-then-parallel-tools-stream'));
  const tools = [tool('get_weather'), tool('get_time')];
  const parallel = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
  const calls = parallel.choices[0]?.message.tool_calls ?? [];
  assert.equal(parallel.choices[0]?.finish_reason, 'tool_calls');
  assert.deepEqual(
    calls.map((call) => call.type === 'function' && call.function.name),
    ['get_weather', 'get_time'],
  );
  for (const call of calls) if (call.type === 'function') JSON.parse(call.function.arguments);

  replay.upstream.play(recorded('anthropic/tool-no-args'));
  const bare = await client.chat.completions
    .stream({ model, messages, tools: [tool('updateIssueList')] })
    .finalChatCompletion();
  const [call] = bare.choices[0]?.message.tool_calls ?? [];
  assert.ok(call?.type === 'function');
  assert.deepEqual(JSON.parse(call.function.arguments), {});
});

test('arguments with numbers that JavaScript cannot hold keep their text', async () => {
  replay.upstream.play(recorded('synthetic/anthropic-stream-tool-args-awkward'));
  let text = '';
  for await (const chunk of await client.chat.completions.create({ model, messages, stream: true }))
    text += chunk.choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? '';
  for (const number of ['12345678901234567890', '1.0', '-0']) assert.ok(text.includes(number), text);
});

test('structured output of Claude is parsed by the SDK', async () => {
  replay.upstream.play(recorded('anthropic/structured-output-stream'));
  const asked = recordedRequest('anthropic/structured-output-stream', 1)['output_config'] as {
    format: { schema: Record<string, unknown> };
  };
  const answer = await client.chat.completions
    .stream({
      model: 'claude-sonnet-4-5',
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'dog', strict: true, schema: asked.format.schema },
      },
    })
    .finalChatCompletion();
  const dog = JSON.parse(answer.choices[0]?.message.content ?? '');
  assert.deepEqual(Object.keys(dog), ['name', 'age', 'bio']);
  assert.deepEqual(replay.upstream.requests[0]?.json['output_config'], asked);
});

test('reasons to stop keep their meaning: a limit, a stop sequence, a refusal', async () => {
  for (const [id, reason] of [
    ['anthropic/max-tokens', 'length'],
    ['anthropic/stop-sequence', 'stop'],
    ['anthropic/refusal', 'content_filter'],
  ] as const) {
    replay.upstream.play(recorded(id));
    const { choices } = await client.chat.completions.create({ model, messages });
    assert.equal(choices[0]?.finish_reason, reason, id);
    if (reason === 'content_filter') assert.match(choices[0]?.message.refusal ?? '', /restrictions/);
  }
});

for (const [name, error, status] of [
  ['anthropic/error-404-model', OpenAI.NotFoundError, 404],
  ['synthetic/anthropic-error-400-prompt-too-long', OpenAI.BadRequestError, 400],
  ['synthetic/anthropic-error-400-orphan-tool-use', OpenAI.BadRequestError, 400],
  ['synthetic/anthropic-error-413-request-too-large', OpenAI.APIError, 413],
  ['synthetic/anthropic-error-429-rate-limit', OpenAI.RateLimitError, 429],
  ['synthetic/anthropic-error-529-overloaded', OpenAI.InternalServerError, 503],
  ['synthetic/anthropic-error-502-html', OpenAI.InternalServerError, 502],
  ['synthetic/anthropic-stream-overloaded-first', OpenAI.InternalServerError, 503],
] as const) {
  test(`${name} is a ${error.name} with status ${status}`, async () => {
    for (const stream of name.includes('stream') ? [true] : [false, true]) {
      replay.upstream.play(() => recorded(name)[0]!);
      await assert.rejects(client.chat.completions.create({ model, messages, stream }), (thrown) => {
        assert.ok(thrown instanceof error, String(thrown));
        assert.equal(thrown.status, status);
        return true;
      });
    }
  });
}

for (const [name, of] of [
  ['anthropic-error-400-prompt-too-long', model],
  ['anthropic-error-400-max-tokens-plus-input', model],
  ['bedrock-error-400-validation-too-long', 'nova'],
] as const) {
  test(`${name} has the code by which OpenAI clients know a prompt that is too long`, async () => {
    replay.upstream.play(() => recorded(`synthetic/${name}`)[0]!);
    await assert.rejects(client.chat.completions.create({ model: of, messages }), {
      code: 'context_length_exceeded',
    });
  });
}

for (const name of ['anthropic-stream-overloaded-midway', 'anthropic-stream-cut'] as const) {
  test(`${name} throws after its text`, async () => {
    const [answer] = recorded(`synthetic/${name}`);
    assert.ok(answer);
    replay.upstream.play([name === 'anthropic-stream-cut' ? { ...answer, end: 'cut' } : answer]);
    let text = '';
    await assert.rejects(async () => {
      for await (const chunk of await client.chat.completions.create({ model, messages, stream: true }))
        text += chunk.choices[0]?.delta.content ?? '';
    }, OpenAI.APIError);
    assert.notEqual(text, '');
  });
}

test('a piece of text reaches the SDK before Claude sends the next one', async () => {
  const pace = new Pace();
  const [answer] = recorded('anthropic/text-stream');
  assert.ok(answer);
  replay.upstream.play([pace.of(answer)]);
  const isText = (piece: Uint8Array) => Buffer.from(piece).includes('text_delta');
  pace.allow(answer.pieces.findIndex(isText) + 1);
  let text = 0;
  for await (const chunk of await client.chat.completions.create({ model, messages, stream: true })) {
    if ((chunk.choices[0]?.delta.content ?? '') === '') continue;
    text += 1;
    // Behind the last text come events that a chat stream does not have.
    pace.allow(text === answer.pieces.filter(isText).length ? answer.pieces.length : 1);
  }
  assert.equal(text, answer.pieces.filter(isText).length);
});

test('an abort of the SDK closes the connection to Claude', async () => {
  const pace = new Pace();
  const [answer] = recorded('anthropic/text-stream');
  assert.ok(answer);
  replay.upstream.play([pace.of(answer)]);
  pace.allow(answer.pieces.length - 2);
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  for await (const _chunk of stream) stream.controller.abort();
  await replay.upstream.requests[0]?.closed;
});

test('what Claude cannot do is refused by name, and dropped with a warning where the config says so', async () => {
  const asked = { messages, logit_bias: { 1: 1 }, seed: 7 };
  await assert.rejects(client.chat.completions.create({ model, ...asked }), (thrown) => {
    assert.ok(thrown instanceof OpenAI.BadRequestError);
    assert.equal(thrown.code, 'unsupported_parameter');
    assert.match(String(thrown.param), /logit_bias|seed/);
    return true;
  });
  replay.upstream.play(recorded('anthropic/text-nonstream'));
  const { data, response } = await client.chat.completions
    .create({ model: 'lenient-claude', ...asked })
    .withResponse();
  assert.equal(data.choices[0]?.finish_reason, 'stop');
  assert.match(response.headers.get('x-tollgate-warnings') ?? '', /logit_bias.*seed|seed.*logit_bias/);
});
