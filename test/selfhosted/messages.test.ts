import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { PRICE, startBehindGateway } from './behind-gateway.ts';

const behind = await startBehindGateway();
after(() => behind.end());
const client = new Anthropic({ baseURL: behind.gateway.url, apiKey: 'any', maxRetries: 0 });

/** The newest models of Anthropic take no temperature, and so the SDK's types know none. */
const greedy = { temperature: 0 };

const asked: Anthropic.MessageCreateParamsNonStreaming = {
  model: 'small',
  max_tokens: 12,
  ...greedy,
  system: 'You are a helpful teacher.',
  messages: [{ role: 'user', content: 'Name the colours of the rainbow.' }],
};

for (const stream of [false, true]) {
  test(`an Anthropic client gets a message of the server, charged by its tokens, ${stream ? 'streamed' : 'not streamed'}`, async () => {
    const { message, response } = stream ? await streamed() : await whole();
    const [block] = message.content;
    assert.ok(block?.type === 'text' && block.text.length > 0);
    assert.equal(message.stop_reason, 'max_tokens');
    assert.equal(message.usage.output_tokens, asked.max_tokens);
    const row = await behind.row(response);
    const cached = message.usage.cache_read_input_tokens ?? 0;
    assert.equal(row['outcome'], 'ok');
    assert.equal(row['usage_source'], 'upstream');
    assert.equal(row['input_tokens'], message.usage.input_tokens);
    assert.equal(row['cache_read_tokens'], cached);
    assert.equal(
      row['cost_nano_usd'],
      message.usage.input_tokens * PRICE.input +
        cached * PRICE.cacheRead +
        message.usage.output_tokens * PRICE.output,
    );
  });
}

async function whole(): Promise<{ message: Anthropic.Message; response: Response }> {
  const { data, response } = await client.messages.create(asked).withResponse();
  return { message: data, response };
}

async function streamed(): Promise<{ message: Anthropic.Message; response: Response }> {
  const { data, response } = await client.messages.stream(asked).withResponse();
  return { message: await data.finalMessage(), response };
}

test('a tool of an Anthropic client is called by the server, and its past calls and results are understood', async () => {
  const past = ['Rome', 'Oslo', 'Bonn', 'Kyiv'].flatMap((city): Anthropic.MessageParam[] => [
    { role: 'user', content: `weather ${city}` },
    {
      role: 'assistant',
      content: [{ type: 'tool_use', id: `toolu_${city}`, name: 'weather', input: { city } }],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: `toolu_${city}`, content: 'sunny' }] },
    { role: 'assistant', content: 'It is sunny.' },
  ]);
  const message = await client.messages
    .stream({
      model: 'small',
      max_tokens: 200,
      ...greedy,
      messages: [...past, { role: 'user', content: 'weather Paris' }],
      tool_choice: { type: 'any' },
      tools: [
        {
          name: 'weather',
          description: 'Weather of a city',
          input_schema: {
            type: 'object',
            properties: { city: { type: 'string', maxLength: 20 } },
            required: ['city'],
            additionalProperties: false,
          },
        },
      ],
    })
    .finalMessage();
  assert.equal(message.stop_reason, 'tool_use');
  const call = message.content.find((block) => block.type === 'tool_use');
  assert.equal(call?.name, 'weather');
  assert.deepEqual(call?.input, { city: 'Paris' });
});

test("a prompt above the context is told in the server's words and Anthropic's shape", async () => {
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'word '.repeat(6_000) }];
  await assert.rejects(client.messages.create({ ...asked, messages }), (error) => {
    assert.ok(error instanceof Anthropic.BadRequestError, String(error));
    assert.equal(error.type, 'invalid_request_error');
    assert.match(error.message, /exceeds the available context size|prompt is too long/);
    return true;
  });
});
