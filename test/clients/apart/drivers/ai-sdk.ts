import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  generateText,
  isStepCount,
  jsonSchema,
  type LanguageModel,
  Output,
  RetryError,
  streamText,
  tool,
} from 'ai';
import { type Ask, CITY_SCHEMA, type Client, type Told, WEATHER, type WeatherTool } from '../../client.ts';

/** ai with @ai-sdk/openai, chat completions. */
export function aiOpenai(url: string): Client {
  const provider = createOpenAI({ baseURL: `${url}/v1`, apiKey: 'any' });
  return aiSdk('ai with @ai-sdk/openai', 'chat', (model) => provider.chat(model), {
    openai: { reasoningEffort: 'low', forceReasoning: true },
  });
}

/** ai with @ai-sdk/openai-compatible. */
export function aiCompatible(url: string): Client {
  const provider = createOpenAICompatible({
    name: 'tollgate',
    baseURL: `${url}/v1`,
    apiKey: 'any',
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return aiSdk('ai with @ai-sdk/openai-compatible', 'chat', (model) => provider(model), {
    tollgate: { reasoningEffort: 'low' },
  });
}

/** ai with @ai-sdk/anthropic; its base URL has the version. */
export function aiAnthropic(url: string): Client {
  const provider = createAnthropic({ baseURL: `${url}/v1`, apiKey: 'any' });
  return aiSdk('ai with @ai-sdk/anthropic', 'messages', (model) => provider(model), {
    anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } },
  });
}

type ProviderOptions = NonNullable<Parameters<typeof generateText>[0]['providerOptions']>;

function aiSdk(
  name: string,
  speaks: Client['speaks'],
  model: (name: string) => LanguageModel,
  thinking: ProviderOptions,
): Client {
  const base = (ask: Ask) => ({
    model: model(ask.model),
    instructions: ask.system,
    prompt: ask.prompt,
    maxRetries: 0,
    ...(ask.thinking ? { providerOptions: thinking } : {}),
  });
  const run = async (ask: Ask, more: object): Promise<Told> => {
    const settings = { ...base(ask), ...more };
    return ask.stream ? streamed(settings) : whole(settings);
  };
  return {
    name,
    speaks,
    ask: (ask) => run(ask, {}),
    loop: (ask, weather) => run(ask, { tools: toolsOf(weather), stopWhen: isStepCount(5) }),
    async object(ask) {
      const { output } = await generateText({
        ...base(ask),
        output: Output.object({ schema: jsonSchema(CITY_SCHEMA) }),
      });
      return output;
    },
    statusOf(error) {
      const last = RetryError.isInstance(error) ? error.lastError : error;
      return APICallError.isInstance(last) ? last.statusCode : undefined;
    },
  };
}

type Settings = Parameters<typeof generateText>[0];

async function whole(settings: Settings): Promise<Told> {
  const { text, steps } = await generateText(settings);
  return { text, pieces: 1, usage: usageOf(steps.at(-1)?.usage) };
}

async function streamed(settings: Settings): Promise<Told> {
  const result = streamText({ ...settings, onError: () => undefined });
  let pieces = 0;
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') pieces += 1;
  }
  const steps = await result.steps;
  return { text: steps.at(-1)?.text ?? '', pieces, usage: usageOf(steps.at(-1)?.usage) };
}

function usageOf(
  usage:
    | { readonly inputTokens?: number | undefined; readonly outputTokens?: number | undefined }
    | undefined,
): Told['usage'] {
  return usage && { input: usage.inputTokens ?? 0, output: usage.outputTokens ?? 0 };
}

function toolsOf(weather: WeatherTool) {
  return {
    [WEATHER.name]: tool({
      description: WEATHER.description,
      inputSchema: jsonSchema<{ city: string }>(WEATHER.schema),
      execute: (input) => weather.run(input),
    }),
  };
}
