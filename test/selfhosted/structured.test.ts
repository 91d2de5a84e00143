import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Ajv } from 'ajv';
import type OpenAI from 'openai';
import { repeatable, startBehindGateway } from './behind-gateway.ts';

const behind = await startBehindGateway();
after(() => behind.end());

const city = {
  type: 'object',
  properties: {
    city: { type: 'string', maxLength: 20 },
    population: { type: 'integer', minimum: 0, maximum: 99_999_999 },
    continent: { enum: ['Europe', 'Asia', 'Africa'] },
  },
  required: ['city', 'population', 'continent'],
  additionalProperties: false,
};

for (const stream of [false, true]) {
  test(`an answer by a JSON schema satisfies it, ${stream ? 'streamed' : 'not streamed'}`, async () => {
    const answer = await whole({
      ...repeatable,
      messages: [{ role: 'user', content: 'Tell me about a city.' }],
      response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema: city } },
      max_tokens: 200,
      stream,
    });
    assert.equal(answer.finish_reason, 'stop');
    const validate = new Ajv().compile(city);
    assert.ok(validate(JSON.parse(answer.message.content ?? '')), JSON.stringify(validate.errors));
  });
}

const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'Weather of a city',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string', maxLength: 20 } },
        required: ['city'],
        additionalProperties: false,
      },
    },
  },
];

/** A conversation that has called the tool before: so small a model calls it again, and seldom by itself. */
function called(city: string, id: string): OpenAI.ChatCompletionMessageParam[] {
  return [
    { role: 'user', content: `weather ${city}` },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id, type: 'function', function: { name: 'weather', arguments: JSON.stringify({ city }) } },
      ],
    },
    { role: 'tool', tool_call_id: id, content: 'sunny' },
  ];
}

const history: OpenAI.ChatCompletionMessageParam[] = [
  ...called('Rome', 'call_1'),
  ...called('Oslo', 'call_2'),
  { role: 'user', content: 'weather Paris' },
];

for (const stream of [false, true]) {
  test(`a required tool is called with arguments of its schema, ${stream ? 'streamed' : 'not streamed'}`, async () => {
    const body = {
      ...repeatable,
      messages: history,
      tools,
      tool_choice: 'required',
      max_tokens: 200,
    } as const;
    const answer = await whole({ ...body, stream });
    // Free text may come before a call: the server does not forbid it.
    const call = answer.message.tool_calls?.[0];
    assert.equal(answer.finish_reason, 'tool_calls');
    assert.ok(call?.type === 'function' && call.id !== '');
    assert.equal(call.function.name, 'weather');
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Paris' });
  });
}

test('the result of a tool leads to the answer that the server gives', async () => {
  const messages = [...called('Rome', 'call_1')];
  const body = { ...repeatable, messages, tools, max_tokens: 40 };
  const own = await behind.direct.chat.completions.create({ ...body, model: 'smollm2' });
  const answer = await behind.client.chat.completions.create({ ...body, model: 'small' });
  // The ids of calls are made anew for each answer.
  assert.equal(answer.choices[0]?.message.content, own.choices[0]?.message.content);
  assert.deepEqual(answer.usage, own.usage);
});

async function whole(
  body: Omit<OpenAI.ChatCompletionCreateParams, 'model'>,
): Promise<OpenAI.ChatCompletion['choices'][number]> {
  const { stream, ...params } = { ...body, model: 'small' };
  const answer = stream
    ? await behind.client.chat.completions.stream(params).finalChatCompletion()
    : await behind.client.chat.completions.create(params);
  const [choice] = answer.choices;
  assert.ok(choice);
  return choice;
}
