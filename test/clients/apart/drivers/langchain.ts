import { ChatAnthropic } from '@langchain/anthropic';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import {
  type AIMessage,
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { type Ask, CITY_SCHEMA, type Client, type Told, WEATHER, type WeatherTool } from '../../client.ts';

/** @langchain/openai, chat completions. */
export function langchainOpenai(url: string): Client {
  return langchain('LangChain ChatOpenAI', 'chat', (ask) => {
    return new ChatOpenAI({
      model: ask.model,
      apiKey: 'any',
      maxRetries: 0,
      configuration: { baseURL: `${url}/v1` },
      ...(ask.thinking ? { modelKwargs: { reasoning_effort: 'low' } } : {}),
    });
  });
}

/** @langchain/anthropic. */
export function langchainAnthropic(url: string): Client {
  return langchain('LangChain ChatAnthropic', 'messages', (ask) => {
    return new ChatAnthropic({
      model: ask.model,
      apiKey: 'any',
      maxRetries: 0,
      anthropicApiUrl: url,
      maxTokens: 4096,
      ...(ask.thinking ? { thinking: { type: 'enabled' as const, budget_tokens: 1024 } } : {}),
    });
  });
}

type Model = ChatOpenAI | ChatAnthropic;

function langchain(name: string, speaks: Client['speaks'], model: (ask: Ask) => Model): Client {
  return {
    name,
    speaks,
    countsInputFirst: speaks === 'messages',
    async ask(ask) {
      const { message, pieces } = await turn(model(ask), history(ask), ask.stream);
      return told(message, pieces);
    },
    loop: (ask, weather) => loop(model(ask), ask, weather),
    object: (ask) =>
      (model(ask) as BaseChatModel).withStructuredOutput(CITY_SCHEMA, { name: 'city' }).invoke(history(ask)),
    statusOf(error) {
      return (error as { status?: number }).status;
    },
  };
}

function history(ask: Ask): BaseMessage[] {
  return [new SystemMessage(ask.system), new HumanMessage(ask.prompt)];
}

async function loop(model: Model, ask: Ask, weather: WeatherTool): Promise<Told> {
  const bound = (model as BaseChatModel).bindTools?.([
    {
      type: 'function',
      function: { name: WEATHER.name, description: WEATHER.description, parameters: WEATHER.schema },
    },
  ]);
  if (bound === undefined) throw new Error('the model takes no tools');
  const messages = history(ask);
  for (;;) {
    const { message, pieces } = await turn(bound, messages, ask.stream);
    messages.push(message);
    const calls = message.tool_calls ?? [];
    if (calls.length === 0) return told(message, pieces);
    for (const call of calls) {
      const content = weather.run(call.args as { city: string });
      messages.push(new ToolMessage({ content, tool_call_id: call.id ?? '' }));
    }
  }
}

interface Runnable {
  invoke(messages: BaseMessage[]): Promise<AIMessage>;
  stream(messages: BaseMessage[]): Promise<AsyncIterable<AIMessageChunk>>;
}

async function turn(
  runnable: unknown,
  messages: BaseMessage[],
  stream: boolean,
): Promise<{ readonly message: AIMessage; readonly pieces: number }> {
  const model = runnable as Runnable;
  if (!stream) return { message: await model.invoke(messages), pieces: 1 };
  let message: AIMessageChunk | undefined;
  let pieces = 0;
  for await (const chunk of await model.stream(messages)) {
    if (chunk.text !== '') pieces += 1;
    message = message === undefined ? chunk : message.concat(chunk);
  }
  if (message === undefined) throw new Error('an empty stream');
  return { message, pieces };
}

function told(message: AIMessage, pieces: number): Told {
  const usage = message.usage_metadata as { input_tokens: number; output_tokens: number } | undefined;
  return {
    text: message.text,
    pieces,
    usage: usage && { input: usage.input_tokens, output: usage.output_tokens },
  };
}
