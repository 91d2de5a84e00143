import Anthropic from '@anthropic-ai/sdk';
import { type Ask, CITY_SCHEMA, type Client, type Told, WEATHER, type WeatherTool } from '../client.ts';

/** @anthropic-ai/sdk: its tool runner, which asks for a thread first, and its stream helper. */
export function anthropicSdk(url: string): Client {
  const sdk = new Anthropic({ baseURL: url, apiKey: 'any', maxRetries: 0 });
  return {
    name: 'Anthropic SDK',
    speaks: 'messages',
    ask: (ask) => (ask.stream ? streamed(sdk, ask) : whole(sdk, ask)),
    loop: (ask, tool) => loop(sdk, ask, tool),
    async object(ask) {
      const message = await sdk.messages.create({
        ...base(ask),
        output_config: { format: { type: 'json_schema', schema: CITY_SCHEMA } },
      });
      return JSON.parse(textOf(message));
    },
    statusOf: (error) => (error instanceof Anthropic.APIError ? error.status : undefined),
  };
}

function base(ask: Ask) {
  return {
    model: ask.model,
    max_tokens: 4096,
    system: ask.system,
    messages: [{ role: 'user' as const, content: ask.prompt }],
    ...(ask.thinking ? { thinking: { type: 'enabled' as const, budget_tokens: 1024 } } : {}),
  };
}

async function whole(sdk: Anthropic, ask: Ask): Promise<Told> {
  const message = await sdk.messages.create(base(ask));
  return { text: textOf(message), pieces: 1, usage: usageOf(message.usage) };
}

async function streamed(sdk: Anthropic, ask: Ask): Promise<Told> {
  let pieces = 0;
  const stream = sdk.messages.stream(base(ask)).on('text', () => {
    pieces += 1;
  });
  const message = await stream.finalMessage();
  return { text: textOf(message), pieces, usage: usageOf(message.usage) };
}

async function loop(sdk: Anthropic, ask: Ask, tool: WeatherTool): Promise<Told> {
  const params = {
    ...base(ask),
    tools: [
      {
        type: 'custom' as const,
        name: WEATHER.name,
        description: WEATHER.description,
        input_schema: WEATHER.schema,
        run: (input: { city: string }) => tool.run(input),
        parse: (input: unknown) => input as { city: string },
      },
    ],
  };
  const runner = ask.stream
    ? sdk.beta.messages.toolRunner({ ...params, stream: true })
    : sdk.beta.messages.toolRunner(params);
  const message = await runner.runUntilDone();
  return { text: textOf(message), pieces: 1, usage: usageOf(message.usage) };
}

function textOf(message: { readonly content: readonly { readonly type: string }[] }): string {
  return message.content
    .map((block) => ('text' in block && block.type === 'text' ? String(block.text) : ''))
    .join('');
}

function usageOf(usage: { readonly input_tokens: number; readonly output_tokens: number }): Told['usage'] {
  return { input: usage.input_tokens, output: usage.output_tokens };
}
