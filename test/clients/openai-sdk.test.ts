import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { auditRows, type LocalGatewayProcess, startGateway } from '../support/local-gateway.ts';

let gateway: LocalGatewayProcess;
let client: OpenAI;

before(async () => {
  gateway = await startGateway();
  assert.notEqual(gateway.url, '', gateway.output());
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'any', maxRetries: 0 });
});
after(async () => {
  await gateway.end('SIGINT');
});

const messages = [{ role: 'user' as const, content: 'Say hello in five words.' }];

test('a completion that is not streamed arrives whole, with its cost and request id', async () => {
  const { data, response } = await client.chat.completions
    .create({ model: 'sandbox', messages })
    .withResponse();
  assert.equal(data.choices[0]?.finish_reason, 'stop');
  assert.ok((data.choices[0]?.message.content?.length ?? 0) > 10);
  assert.ok((data.usage?.completion_tokens ?? 0) > 0);
  assert.match(response.headers.get('x-request-id') ?? '', /^req_/);
  assert.ok(Number(response.headers.get('x-tollgate-cost-usd')) > 0);
});

test('a stream gives the same text as the whole answer, and usage when asked', async () => {
  const whole = await client.chat.completions.create({ model: 'sandbox-fast', messages });
  const stream = await client.chat.completions.create({
    model: 'sandbox-fast',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0]?.message.content);
  assert.equal(usage?.completion_tokens, whole.usage?.completion_tokens);
});

test("the SDK's stream helper accepts the stream", async () => {
  const final = await client.chat.completions
    .stream({ model: 'sandbox-fast', messages })
    .finalChatCompletion();
  assert.equal(final.choices[0]?.finish_reason, 'stop');
});

test('a tool loop runs to its end: call, result, answer', async () => {
  let asked: unknown;
  const runner = client.chat.completions.runTools({
    model: 'sandbox-tool',
    messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'weather',
          description: 'Weather of a city',
          parse: JSON.parse,
          parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
          function: (args: { city: string }) => {
            asked = args;
            return 'sunny';
          },
        },
      },
    ],
  });
  const answer = await runner.finalContent();
  assert.equal(typeof (asked as { city: string }).city, 'string');
  assert.ok((answer?.length ?? 0) > 0);
});

test('streamed tool calls carry an id, a name and arguments that parse', async () => {
  const final = await client.chat.completions
    .stream({
      model: 'sandbox-tool-fast',
      messages,
      tools: [
        {
          type: 'function',
          function: { name: 'lookup', parameters: { type: 'object', properties: { q: { type: 'string' } } } },
        },
      ],
    })
    .finalChatCompletion();
  const [call] = final.choices[0]?.message.tool_calls ?? [];
  assert.equal(final.choices[0]?.finish_reason, 'tool_calls');
  assert.ok(
    call?.type === 'function' && call.id !== '' && typeof JSON.parse(call.function.arguments) === 'object',
  );
});

test('a refusal arrives as one', async () => {
  const answer = await client.chat.completions.create({ model: 'sandbox-refusal', messages });
  assert.ok((answer.choices[0]?.message.refusal?.length ?? 0) > 0);
});

test('max_tokens is honoured', async () => {
  const answer = await client.chat.completions.create({ model: 'sandbox-fast', messages, max_tokens: 3 });
  assert.equal(answer.choices[0]?.finish_reason, 'length');
  assert.equal(answer.usage?.completion_tokens, 3);
});

test('the models are listed', async () => {
  const ids: string[] = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.ok(ids.includes('sandbox'));
});

for (const [model, error, status] of [
  ['sandbox-error-400', OpenAI.BadRequestError, 400],
  ['sandbox-error-429', OpenAI.RateLimitError, 429],
  ['sandbox-error-401', OpenAI.InternalServerError, 502],
  ['sandbox-error-503', OpenAI.InternalServerError, 503],
  ['sandbox-reset', OpenAI.InternalServerError, 502],
  ['sandbox-unreachable', OpenAI.InternalServerError, 503],
  ['nonesuch', OpenAI.NotFoundError, 404],
] as const) {
  test(`${model} throws the SDK's own ${error.name} with status ${status}, streamed and not`, async () => {
    for (const stream of [false, true]) {
      await assert.rejects(client.chat.completions.create({ model, messages, stream }), (thrown) => {
        assert.ok(thrown instanceof error, String(thrown));
        assert.equal(thrown.status, status);
        return true;
      });
    }
  });
}

test('a guard block is a PermissionDeniedError that names the class and never the value', async () => {
  await assert.rejects(
    client.chat.completions.create({
      model: 'sandbox',
      messages: [{ role: 'user', content: 'use AKIAIOSFODNN7EXAMPLE' }],
    }),
    (thrown) => {
      assert.ok(thrown instanceof OpenAI.PermissionDeniedError);
      assert.equal(thrown.code, 'guard_blocked');
      assert.match(thrown.message, /credential/);
      assert.ok(!JSON.stringify(thrown).includes('AKIA'));
      return true;
    },
  );
});

for (const model of ['sandbox-cut-3-fast', 'sandbox-midstream-error-3-fast']) {
  test(`${model}: a stream that breaks throws in the SDK and never ends quietly`, async () => {
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    await assert.rejects(async () => {
      for await (const _chunk of stream);
    }, OpenAI.APIError);
  });
}

test('an abort stops the answer, and the row says that the client was gone', async () => {
  const stream = await client.chat.completions.create({
    model: 'sandbox-long-2000',
    messages,
    max_tokens: 1024,
    stream: true,
    user: 'aborter',
  });
  let chunks = 0;
  for await (const _chunk of stream) {
    chunks += 1;
    if (chunks === 5) stream.controller.abort();
  }
  const row = await rowWhere((candidate) => candidate['end_user'] === 'aborter');
  assert.equal(row['outcome'], 'client_gone');
  assert.equal(row['usage_source'], 'partial');
  assert.ok(Number(row['output_tokens']) < 1024);
});

test('every answer has left one row, refusals included', async () => {
  await client.chat.completions.create({ model: 'sandbox-fast', messages, user: 'last' });
  await rowWhere((row) => row['end_user'] === 'last');
  const ids = auditRows(gateway.data).map((row) => row['request_id']);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(auditRows(gateway.data).some((row) => row['error_code'] === 'guard_blocked'));
});

/** Rows are exported within two seconds of a settle: looks until the file is there. */
async function rowWhere(
  matches: (row: Readonly<Record<string, unknown>>) => boolean,
): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const found = auditRows(gateway.data).find(matches);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
