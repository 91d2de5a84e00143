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

/** One turn with the tool. So small a model calls it where it has done so before, and seldom by itself. */
function turn(city: string): OpenAI.ChatCompletionMessageParam[] {
  const id = `call_${city}`;
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
  ...['Rome', 'Oslo', 'Bonn', 'Kyiv'].flatMap((city) => [
    ...turn(city),
    { role: 'assistant' as const, content: 'It is sunny.' },
  ]),
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
  const body = { ...repeatable, messages: turn('Rome'), tools, max_tokens: 40 };
  const own = await behind.direct.chat.completions.create({ ...body, model: 'smollm2' });
  const answer = await behind.client.chat.completions.create({ ...body, model: 'small' });
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
