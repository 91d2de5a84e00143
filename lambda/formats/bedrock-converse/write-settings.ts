import type { Conversation, Settings } from '../../core/chat/conversation.ts';
import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import type { SendFacts } from '../format.ts';
import { type Family, thinksLikeClaude } from './families.ts';
import type { ThinkingMembers } from './thinking.ts';

/** Converse takes temperatures from 0 to 1. */
export const MOST_TEMPERATURE = 1;

/** Service tiers by the words of other formats; a word that is no tier here is left out. */
const TIERS: Readonly<Record<string, string>> = {
  default: 'default',
  standard_only: 'default',
  flex: 'flex',
  priority: 'priority',
  reserved: 'reserved',
};

/** Words that ask for nothing in particular. */
const ANY_TIER = 'auto';

/** A tier of Converse; undefined where there is none of this name. `auto` is what happens anyway. */
export function tierOf(tier: string): string | undefined {
  return Object.hasOwn(TIERS, tier) ? TIERS[tier] : undefined;
}

export function isKnownTier(tier: string): boolean {
  return tier === ANY_TIER || tierOf(tier) !== undefined;
}

/** Stop sequences that can be sent: Converse refuses empty ones, and Claude those of white space alone. */
export function stopsOf({ stop }: Settings, family: Family): readonly string[] {
  return stop.filter((text) => (family === 'claude' ? text.trim() : text) !== '');
}

/** `inferenceConfig`; undefined where it would be empty. */
export function inferenceConfig(
  settings: Settings,
  send: SendFacts,
  family: Family,
  claudeThinks: boolean,
): string | undefined {
  const { sampling } = send.capabilities;
  const stops = stopsOf(settings, family);
  const samples = sampling !== 'none' && !claudeThinks;
  const temperature = samples ? settings.temperature : undefined;
  // At its default it changes nothing.
  const alone = sampling === 'one' && (temperature !== undefined || settings.topP === 1);
  const topP = samples && !alone ? settings.topP : undefined;
  const text = jsonObject({
    maxTokens: jsonValue(send.maxTokens),
    temperature: jsonValue(temperature === undefined ? undefined : Math.min(temperature, MOST_TEMPERATURE)),
    topP: jsonValue(topP),
    stopSequences: stops.length === 0 ? undefined : jsonArray(stops.map(jsonString)),
  });
  return text === '{}' ? undefined : text;
}

/** `additionalModelRequestFields`: what only this family of models has; undefined where it would be empty. */
export function additionalFields(
  { settings, toolChoice, tools }: Conversation,
  family: Family,
  send: SendFacts,
  thinking: ThinkingMembers,
): string | undefined {
  const like = thinksLikeClaude(family, send.capabilities);
  const single = like && settings.parallelToolCalls === false && tools.length > 0;
  const topK = like && thinking.on ? undefined : jsonValue(settings.topK);
  const text = jsonObject({
    ...thinking.fields,
    top_k: family === 'claude' || family === 'mistral' ? topK : undefined,
    inferenceConfig:
      (family === 'nova' || family === 'nova-2') && topK !== undefined ? jsonObject({ topK }) : undefined,
    tool_choice:
      single && toolChoice?.type !== 'none' ? singleCall(toolChoice, thinking.onBudget) : undefined,
  });
  return text === '{}' ? undefined : text;
}

/** Claude's own `tool_choice`, where alone it can be told to make one call at a time. */
function singleCall(choice: Conversation['toolChoice'], onBudget: boolean): string {
  const forced = onBudget ? undefined : choice;
  const type = forced?.type === 'required' ? 'any' : forced?.type === 'tool' ? 'tool' : 'auto';
  return jsonObject({
    type: jsonString(type),
    name: forced?.type === 'tool' ? jsonString(forced.name) : undefined,
    disable_parallel_tool_use: 'true',
  });
}

/** `outputConfig`: the JSON schema as a string, and how hard to think; undefined where it would be empty. */
export function outputConfig(
  settings: Settings,
  send: SendFacts,
  effort: string | undefined,
): string | undefined {
  const format = settings.responseFormat;
  const bound = format?.type === 'json_schema' && send.capabilities.structuredOutput !== false;
  const text = jsonObject({
    textFormat: bound
      ? jsonObject({
          type: '"json_schema"',
          structure: jsonObject({
            jsonSchema: jsonObject({
              name: jsonValue(format.name),
              schema: jsonString(format.schema),
              description: jsonValue(format.description),
            }),
          }),
        })
      : undefined,
    effort: jsonValue(effort),
  });
  return text === '{}' ? undefined : text;
}
