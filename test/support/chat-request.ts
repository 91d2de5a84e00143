import assert from 'node:assert/strict';
import type { Block, Conversation, Settings, Turn } from '../../lambda/core/chat/conversation.ts';
import { TollgateError } from '../../lambda/core/errors.ts';
import { UNKNOWN_CAPABILITIES } from '../../lambda/core/routing/target.ts';
import type { SendFacts } from '../../lambda/formats/format.ts';
import { type ChatQuirks, OPENAI_QUIRKS } from '../../lambda/formats/openai-chat/quirks.ts';
import { openaiChatFor } from '../../lambda/formats/openai-chat/upstream.ts';

export function sending(facts: Partial<SendFacts> = {}): SendFacts {
  return {
    target: 'one/gpt-5.6',
    model: 'gpt-5.6',
    maxTokens: undefined,
    inject: false,
    stream: false,
    capabilities: UNKNOWN_CAPABILITIES,
    fallback: false,
    callerHeaders: {},
    ...facts,
  };
}

export function conversation(
  turns: readonly Turn[],
  more: Partial<Conversation> = {},
  settings: Partial<Settings> = {},
): Conversation {
  return {
    system: [],
    turns,
    tools: [],
    toolChoice: undefined,
    settings: { stop: [], ...settings },
    asked: [],
    notes: [],
    ...more,
  };
}

export function user(...content: readonly (Block | string)[]): Turn {
  return { role: 'user', content: content.map(asBlock) };
}

export function assistant(...content: readonly (Block | string)[]): Turn {
  return { role: 'assistant', content: content.map(asBlock) };
}

export function call(id: string, input = '{}', name = 'look_up'): Block {
  return { kind: 'tool_call', id, name, input, custom: false };
}

export function result(id: string, ...content: readonly (Block | string)[]): Block {
  return { kind: 'tool_result', id, content: content.map(asBlock), isError: false };
}

function asBlock(block: Block | string): Block {
  return typeof block === 'string' ? { kind: 'text', text: block } : block;
}

/** A member of a written request, as far as tests look into it. */
export type Written = Record<string, unknown> & { messages: Record<string, unknown>[] };

/** The text of the request that is written for a server. */
export function writtenText(
  said: Conversation,
  quirks: ChatQuirks = OPENAI_QUIRKS,
  facts: Partial<SendFacts> = {},
): string {
  const text = openaiChatFor(quirks).write(said, sending(facts));
  if (text instanceof TollgateError) throw text;
  return text;
}

export function written(
  said: Conversation,
  quirks: ChatQuirks = OPENAI_QUIRKS,
  facts: Partial<SendFacts> = {},
): Written {
  const request: unknown = JSON.parse(writtenText(said, quirks, facts));
  assert.ok(typeof request === 'object' && request !== null && 'messages' in request);
  return request as Written;
}
