import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents';
import OpenAI from 'openai';
import * as z from 'zod';
import type { Ask, Client, Told, WeatherTool } from '../../client.ts';
import { WEATHER } from '../../client.ts';

/** @openai/agents in chat mode. Tracing is off: it would call the public API. */
export function openaiAgents(url: string): Client {
  const openAIClient = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0 });
  const runner = new Runner({
    modelProvider: new OpenAIProvider({ openAIClient: openAIClient as never, useResponses: false }),
    tracingDisabled: true,
  });
  const agent = (ask: Ask, more: object) =>
    new Agent({
      name: 'suite',
      instructions: ask.system,
      model: ask.model,
      modelSettings: ask.thinking ? { reasoning: { effort: 'low' } } : {},
      ...more,
    });
  return {
    name: 'OpenAI Agents',
    speaks: 'chat',
    ask: (ask) => run(runner, agent(ask, {}), ask),
    loop: (ask, weather) => run(runner, agent(ask, { tools: [toolOf(weather)] }), ask),
    async object(ask) {
      const outputType = z.object({ city: z.string(), country: z.string() });
      const result = await runner.run(agent(ask, { outputType }), ask.prompt);
      return result.finalOutput;
    },
    statusOf(error) {
      return (error as { status?: number }).status;
    },
  };
}

function toolOf(weather: WeatherTool) {
  return tool({
    name: WEATHER.name,
    description: WEATHER.description,
    parameters: z.object({ city: z.string() }),
    execute: (input) => weather.run(input),
  });
}

async function run(runner: Runner, agent: ReturnType<typeof Agent.create> | Agent, ask: Ask): Promise<Told> {
  if (!ask.stream) {
    const result = await runner.run(agent as Agent, ask.prompt);
    return told(result.finalOutput, 1, result.rawResponses);
  }
  const result = await runner.run(agent as Agent, ask.prompt, { stream: true });
  let pieces = 0;
  for await (const _text of result.toTextStream()) pieces += 1;
  await result.completed;
  return told(result.finalOutput, pieces, result.rawResponses);
}

function told(
  text: unknown,
  pieces: number,
  responses: readonly { readonly usage: { readonly inputTokens: number; readonly outputTokens: number } }[],
): Told {
  const usage = responses.at(-1)?.usage;
  return {
    text: String(text),
    pieces,
    usage: usage && { input: usage.inputTokens, output: usage.outputTokens },
  };
}
