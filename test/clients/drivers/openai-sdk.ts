import OpenAI from 'openai';
import { type Ask, CITY_SCHEMA, type Client, type Told, WEATHER, type WeatherTool } from '../client.ts';

/** openai, chat completions: its tool runner, stream helper and parser. */
export function openaiSdk(url: string): Client {
  const sdk = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0 });
  return {
    name: 'openai SDK',
    speaks: 'chat',
    ask: (ask) => (ask.stream ? streamed(sdk, ask) : whole(sdk, ask)),
    loop: (ask, tool) => loop(sdk, ask, tool),
    async object(ask) {
      const { choices } = await sdk.chat.completions.parse({
        ...base(ask),
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'city', strict: true, schema: CITY_SCHEMA },
        },
      });
      return JSON.parse(choices[0]?.message.content ?? '');
    },
    statusOf: (error) => (error instanceof OpenAI.APIError ? error.status : undefined),
  };
}

function base(ask: Ask) {
  return {
    model: ask.model,
    messages: [
      { role: 'system' as const, content: ask.system },
      { role: 'user' as const, content: ask.prompt },
    ],
    ...(ask.thinking ? { reasoning_effort: 'low' as const } : {}),
  };
}

async function whole(sdk: OpenAI, ask: Ask): Promise<Told> {
  const { choices, usage } = await sdk.chat.completions.create(base(ask));
  return { text: choices[0]?.message.content ?? '', pieces: 1, usage: usageOf(usage) };
}

async function streamed(sdk: OpenAI, ask: Ask): Promise<Told> {
  let pieces = 0;
  const stream = sdk.chat.completions.stream({ ...base(ask), stream_options: { include_usage: true } });
  stream.on('content', () => {
    pieces += 1;
  });
  const { choices } = await stream.finalChatCompletion();
  return { text: choices[0]?.message.content ?? '', pieces, usage: usageOf(await stream.totalUsage()) };
}

async function loop(sdk: OpenAI, ask: Ask, tool: WeatherTool): Promise<Told> {
  const params = {
    ...base(ask),
    tools: [
      {
        type: 'function' as const,
        function: {
          name: WEATHER.name,
          description: WEATHER.description,
          parameters: WEATHER.schema,
          parse: JSON.parse as (text: string) => { city: string },
          function: (input: { city: string }) => tool.run(input),
        },
      },
    ],
  };
  const runner = ask.stream
    ? sdk.chat.completions.runTools({ ...params, stream: true })
    : sdk.chat.completions.runTools(params);
  return { text: (await runner.finalContent()) ?? '', pieces: 1, usage: undefined };
}

function usageOf(usage: OpenAI.CompletionUsage | undefined): Told['usage'] {
  return usage && { input: usage.prompt_tokens, output: usage.completion_tokens };
}
