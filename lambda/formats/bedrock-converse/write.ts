import type { Conversation, Turn } from '../../core/chat/conversation.ts';
import { checkToolPairs } from '../../core/chat/turns.ts';
import { TollgateError } from '../../core/errors.ts';
import { jsonArray, jsonObject, jsonString } from '../../wire/json-write.ts';
import type { SendFacts } from '../format.ts';
import { type Family, thinksLikeClaude } from './families.ts';
import { takes } from './support.ts';
import { type ThinkingMembers, thinkingMembers } from './thinking.ts';
import { cachePoint, textBlock, writeBlocks } from './write-content.ts';
import { DocumentNames } from './write-media.ts';
import { additionalFields, inferenceConfig, outputConfig, stopsOf, tierOf } from './write-settings.ts';
import { badToolName, toolConfig } from './write-tools.ts';
import { turnsToSend } from './write-turns.ts';

/** Converse has no mode for JSON of any shape, so the model is asked. It stands last, where it changes no cached prefix. */
const JSON_ONLY =
  'Answer with one JSON object and nothing else: no text before or after it and no code fence.';

/** Where Claude tells which stop sequence it hit: in whole answers, and one level deeper in streams. */
const STOP_SEQUENCE_PATHS = '["/delta/stop_sequence","/stop_sequence"]';

/** What every request of Converse says, and CountTokens as well. */
export interface Said {
  readonly messages: string;
  readonly system: string | undefined;
  readonly toolConfig: string | undefined;
  readonly additionalModelRequestFields: string | undefined;
}

/**
 * A Converse or ConverseStream request as JSON text; model and streaming are in its path. Source: AWS, Bedrock API
 * reference, "Converse". An `invalid_request` error where nothing valid can be said.
 */
export function writeRequest(
  conversation: Conversation,
  send: SendFacts,
  family: Family,
): string | TollgateError {
  const { settings } = conversation;
  const turns = turnsToSend(conversation.turns, send, family);
  const thinking = thinkingMembers(conversation, turns, send, family);
  if (thinking instanceof TollgateError) return thinking;
  const said = say(conversation, turns, send, family, thinking);
  if (said instanceof TollgateError) return said;
  const tier = settings.serviceTier === undefined ? undefined : tierOf(settings.serviceTier);
  const claudeThinks = thinking.on && thinksLikeClaude(family, send.capabilities);
  return jsonObject({
    messages: said.messages,
    system: said.system,
    inferenceConfig: inferenceConfig(settings, send, family, claudeThinks),
    toolConfig: said.toolConfig,
    additionalModelRequestFields: said.additionalModelRequestFields,
    additionalModelResponseFieldPaths:
      stopsOf(settings, family).length === 0 ? undefined : STOP_SEQUENCE_PATHS,
    outputConfig: outputConfig(settings, send, thinking.effort),
    serviceTier: tier === undefined ? undefined : jsonObject({ type: jsonString(tier) }),
  });
}

/** A CountTokens request for the same conversation. Source: AWS, Bedrock API reference, "ConverseTokensRequest". */
export function writeCount(
  conversation: Conversation,
  send: SendFacts,
  family: Family,
): string | TollgateError {
  // No answer is made, so a budget of thinking has all the room it wants.
  const turns = turnsToSend(conversation.turns, send, family);
  const thinking = thinkingMembers(conversation, turns, { ...send, maxTokens: undefined }, family);
  if (thinking instanceof TollgateError) return thinking;
  const said = say(conversation, turns, send, family, thinking);
  if (said instanceof TollgateError) return said;
  return jsonObject({ input: jsonObject({ converse: jsonObject({ ...said }) }) });
}

function say(
  conversation: Conversation,
  turns: readonly Turn[],
  send: SendFacts,
  family: Family,
  thinking: ThinkingMembers,
): Said | TollgateError {
  const caches = takes(family, 'cache_marks');
  const wrong = checkToolPairs(conversation.turns);
  if (wrong !== undefined) return wrong;
  const misnamed = badToolName(conversation);
  if (misnamed !== undefined) return misnamed;
  const messages = writeMessages(turns, caches);
  if (messages instanceof TollgateError) return messages;
  const system = writeSystem(conversation, caches);
  return {
    messages: jsonArray(messages),
    system: system.length === 0 ? undefined : jsonArray(system),
    toolConfig: toolConfig(conversation, { caches, forced: !thinking.onBudget }),
    additionalModelRequestFields: additionalFields(conversation, family, send, thinking),
  };
}

function writeSystem({ system, settings }: Conversation, caches: boolean): string[] {
  const blocks = system.flatMap(({ text, cache }) => {
    if (text.trim() === '') return [];
    return caches && cache !== undefined ? [textBlock(text), cachePoint(cache)] : [textBlock(text)];
  });
  if (settings.responseFormat?.type === 'json_object') blocks.push(textBlock(JSON_ONLY));
  return blocks;
}

function writeMessages(turns: readonly Turn[], caches: boolean): string[] | TollgateError {
  const names = new DocumentNames();
  const messages: string[] = [];
  for (const { role, content } of turns) {
    const written = writeBlocks(content, { names, caches });
    if (written instanceof TollgateError) return written;
    if (messages.length === 0 && role !== 'user') return wrongStart();
    messages.push(jsonObject({ role: jsonString(role), content: jsonArray(written) }));
  }
  return messages.length === 0 ? nothingSaid() : messages;
}

function wrongStart(): TollgateError {
  return new TollgateError(
    'invalid_request',
    'The first message is one of the assistant, and Bedrock wants one of the user first. Begin with a user message',
    { param: 'messages' },
  );
}

function nothingSaid(): TollgateError {
  return new TollgateError(
    'invalid_request',
    'No message has content that can be sent: all texts are empty. Send at least one text',
    { param: 'messages' },
  );
}
