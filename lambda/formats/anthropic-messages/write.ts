import type { Conversation, Json, TextBlock } from '../../core/chat/conversation.ts';
import { canThinkOn } from '../../core/chat/tool-loop.ts';
import { TollgateError } from '../../core/errors.ts';
import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import type { SendFacts } from '../format.ts';
import { sampling } from './sampling.ts';
import { SERVICE_TIERS } from './support.ts';
import { blocksJson } from './write-blocks.ts';
import { type OutputFormat, outputFormat } from './write-format.ts';
import { effortJson, thinkingJson, type Wish, wishOf } from './write-thinking.ts';
import { toolChoiceJson, toolsJson } from './write-tools.ts';
import { turnsToSend } from './write-turns.ts';

/**
 * The API requires `max_tokens`. Where neither the caller nor the catalog knows a limit, these are what every model of
 * the last generations can write; an answer that is not streamed is kept shorter, because it must arrive before idle
 * connections are cut.
 */
const STREAMED_MAX_TOKENS = 32_000;
const WHOLE_MAX_TOKENS = 8_192;

/** A request of the Messages API as JSON text. Source: Anthropic API reference, "Create a Message". */
export function write(conversation: Conversation, send: SendFacts): string | TollgateError {
  const maxTokens =
    send.maxTokens ??
    send.capabilities.maxOutputTokens ??
    (send.stream ? STREAMED_MAX_TOKENS : WHOLE_MAX_TOKENS);
  const content = contentOf(conversation, send, maxTokens);
  if (content instanceof TollgateError) return content;
  const { settings } = conversation;
  const sampled = sampling(settings, send.capabilities);
  return jsonObject({
    model: jsonString(send.model),
    max_tokens: String(maxTokens),
    ...content,
    stop_sequences: stops(settings.stop),
    temperature: jsonValue(sampled.temperature),
    top_p: jsonValue(sampled.topP),
    top_k: jsonValue(sampled.topK),
    metadata:
      settings.endUser === undefined ? undefined : jsonObject({ user_id: jsonString(settings.endUser) }),
    service_tier: SERVICE_TIERS.has(settings.serviceTier ?? '') ? jsonValue(settings.serviceTier) : undefined,
    stream: send.stream ? 'true' : undefined,
  });
}

/** A request to count its tokens: what is said, without how the answer is made. Source: "Count tokens in a Message". */
export function writeCount(conversation: Conversation, send: SendFacts): string | TollgateError {
  // No answer is made, so a budget of thinking has all the room it wants.
  const content = contentOf(conversation, send, Number.MAX_SAFE_INTEGER);
  if (content instanceof TollgateError) return content;
  return jsonObject({ model: jsonString(send.model), ...content });
}

type Content = Readonly<Record<string, Json | undefined>>;

function contentOf(conversation: Conversation, send: SendFacts, maxTokens: number): Content | TollgateError {
  const { settings, system, tools } = conversation;
  const turns = turnsToSend(conversation.turns, send);
  if (turns instanceof TollgateError) return turns;
  const toolList = toolsJson(tools);
  if (toolList instanceof TollgateError) return toolList;
  const wish = wishOf(settings.reasoning, send.capabilities.thinking);
  if (wish.type === 'budget' && wish.exact && wish.tokens >= maxTokens)
    return budgetTooLarge(conversation, wish.tokens, maxTokens);
  const thinksOn = wish.type !== 'budget' || canThinkOn(turns);
  const output = outputFormat(settings, send.capabilities);
  return {
    system: systemJson(system, output.instruction),
    messages: jsonArray(
      turns.map(({ role, content }) => jsonObject({ role: jsonString(role), content: blocksJson(content) })),
    ),
    tools: toolList,
    tool_choice: toolChoiceJson(conversation, wish.type !== 'budget'),
    thinking: thinksOn ? thinkingJson(wish, settings, maxTokens) : undefined,
    output_config: outputConfig(wish, output),
  };
}

function systemJson(system: readonly TextBlock[], instruction: string | undefined): Json | undefined {
  const blocks = system.filter(({ text }) => text.trim() !== '');
  const all = instruction === undefined ? blocks : [...blocks, { kind: 'text', text: instruction } as const];
  return all.length === 0 ? undefined : blocksJson(all);
}

function outputConfig(wish: Wish, { format }: OutputFormat): Json | undefined {
  const effort = effortJson(wish);
  return effort === undefined && format === undefined ? undefined : jsonObject({ effort, format });
}

/** The API refuses a sequence of white space alone. */
function stops(stop: readonly string[]): Json | undefined {
  const kept = stop.filter((text) => text.trim() !== '');
  return kept.length === 0 ? undefined : jsonArray(kept.map(jsonString));
}

function budgetTooLarge({ asked }: Conversation, tokens: number, maxTokens: number): TollgateError {
  const param = asked.find(({ feature }) => feature === 'reasoning')?.param;
  return new TollgateError(
    'invalid_request',
    `The reasoning budget of ${tokens} tokens leaves none of the ${maxTokens} output tokens for the answer. Lower the budget, or raise the output limit above it`,
    param === undefined ? {} : { param },
  );
}
