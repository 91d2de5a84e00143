import { createHash } from 'node:crypto';
import type { Conversation, Settings } from '../../core/chat/conversation.ts';
import type { Feature, SupportTable } from '../../core/chat/features.ts';
import { checkToolPairs } from '../../core/chat/turns.ts';
import { TollgateError } from '../../core/errors.ts';
import type { Capabilities } from '../../core/routing/target.ts';
import { jsonArray, jsonObject, jsonString, jsonValue } from '../../wire/json-write.ts';
import type { SendFacts } from '../format.ts';
import type { ChatQuirks } from './quirks.ts';
import { takes } from './support.ts';
import { writeMessages } from './write-messages.ts';
import type { WriteContext } from './write-parts.ts';
import { reasoningMembers } from './write-reasoning.ts';
import { responseFormat, toolMembers } from './write-tools.ts';

/** Service tiers by the words of other formats; a word that is no tier here is left out. */
const TIERS: Readonly<Record<string, string>> = {
  auto: 'auto',
  default: 'default',
  standard_only: 'default',
  flex: 'flex',
  priority: 'priority',
  scale: 'scale',
  fast: 'fast',
};

export function tierOf(tier: string): string | undefined {
  return Object.hasOwn(TIERS, tier) ? TIERS[tier] : undefined;
}

/** OpenAI refuses a longer `user`, and Claude Code's is about 150 characters of JSON. */
export const USER_CHARACTERS = 64;

/** An id of an end user that is too long becomes its hash, which is as stable. */
function fittingUser(id: string | undefined): string | undefined {
  if (id === undefined || id.length <= USER_CHARACTERS) return id;
  return createHash('sha256').update(id).digest('hex');
}

/**
 * A chat completion request as JSON text. Source: OpenAI API reference, "Create chat completion". An `invalid_request`
 * error where a tool call has no result, or a result no call, or where no token may be generated.
 */
export function writeRequest(
  conversation: Conversation,
  send: SendFacts,
  quirks: ChatQuirks,
  table: SupportTable,
): string | TollgateError {
  const wrong = checkToolPairs(conversation.turns);
  if (wrong !== undefined) return wrong;
  if (send.maxTokens === 0) return nothingToAnswer(send.target);
  const context: WriteContext = {
    quirks,
    takes: (feature: Feature) => takes(table, feature),
    model: send.model,
    target: send.target,
    fallback: send.fallback,
  };
  return jsonObject({
    model: jsonString(send.model),
    messages: jsonArray(writeMessages(conversation, context)),
    ...toolMembers(conversation, context),
    response_format:
      send.capabilities.structuredOutput === false
        ? undefined
        : responseFormat(conversation.settings.responseFormat, context),
    [quirks.maxTokens]: jsonValue(send.maxTokens),
    ...samplingMembers(conversation.settings, send.capabilities, context),
    ...(context.takes('reasoning') ? reasoningMembers(conversation, quirks, send.capabilities) : {}),
    ...accountMembers(conversation.settings, context),
    stream: send.stream ? 'true' : undefined,
    // Usage is always asked for: a stream without it could only be charged by a bound.
    stream_options: send.stream && quirks.streamOptions ? '{"include_usage":true}' : undefined,
  });
}

/** Anthropic fills its prompt cache with such a request; elsewhere there is nothing that it could do. */
function nothingToAnswer(target: string): TollgateError {
  return new TollgateError(
    'unsupported_parameter',
    `\`max_tokens\` is 0, which only fills a prompt cache, and that is not supported by ${target}. Ask for at least 1 token`,
    { param: 'max_tokens', details: { target } },
  );
}

type Members = Readonly<Record<string, string | undefined>>;

function samplingMembers(settings: Settings, { sampling }: Capabilities, context: WriteContext): Members {
  const { quirks } = context;
  const stop = quirks.maxStops === undefined ? settings.stop : settings.stop.slice(0, quirks.maxStops);
  const given = (feature: Feature, value: string | undefined) => (context.takes(feature) ? value : undefined);
  const both = sampling === undefined || sampling === 'both';
  const topP = both || (sampling === 'one' && settings.temperature === undefined);
  return {
    temperature: sampling === 'none' ? undefined : given('temperature', jsonValue(settings.temperature)),
    top_p: topP ? given('top_p', jsonValue(settings.topP)) : undefined,
    top_k: given('top_k', jsonValue(settings.topK)),
    stop: stop.length === 0 ? undefined : given('stop', jsonArray(stop.map(jsonString))),
    [quirks.seed]: given('seed', settings.seed),
    frequency_penalty: given('frequency_penalty', jsonValue(settings.frequencyPenalty)),
    presence_penalty: given('presence_penalty', jsonValue(settings.presencePenalty)),
    logit_bias: given('logit_bias', settings.logitBias),
    verbosity: given('verbosity', jsonValue(settings.verbosity)),
  };
}

function accountMembers(settings: Settings, context: WriteContext): Members {
  const tier = settings.serviceTier === undefined ? undefined : tierOf(settings.serviceTier);
  return {
    user: context.takes('end_user') ? jsonValue(fittingUser(settings.endUser)) : undefined,
    service_tier: context.takes('service_tier') ? jsonValue(tier) : undefined,
    prompt_cache_key: context.takes('prompt_cache_key') ? jsonValue(settings.promptCacheKey) : undefined,
  };
}
