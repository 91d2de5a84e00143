import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { chat } from '../../../lambda/formats/openai-chat/caller.ts';
import { type ChatQuirks, OPENAI_QUIRKS } from '../../../lambda/formats/openai-chat/quirks.ts';
import { SERVERS } from '../../../lambda/providers/openai-compatible/presets.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { written } from '../../support/chat-request.ts';
import { recordedExchanges } from '../../support/fixtures.ts';

/** The server that each recording was made with, where its own ways matter. */
const SERVER: Readonly<Record<string, ChatQuirks>> = {
  'openai-compatible/deepseek-reasoning-content-tools': SERVERS.deepseek.quirks,
  'openai-compatible/claude-reasoning-details-tool-roundtrip': SERVERS.openrouter.quirks,
};

type Message = Record<string, unknown>;

/** Several messages of instructions in front are one with several texts. */
function joined(messages: readonly Message[]): readonly Message[] {
  const rest = messages.findIndex(({ role }) => role !== 'system');
  if (rest < 2) return messages;
  const content = messages.slice(0, rest).map((message) => ({ type: 'text', text: message['content'] }));
  return [{ ...messages[0], content }, ...messages.slice(rest)];
}

/** Spellings that mean the same: a list of one text, an absent member, a developer, a detail's own id. */
function plain(message: Message): Message {
  const { content, role, ...rest } = message;
  const [part, more] = Array.isArray(content) ? content : [];
  const said = part?.type === 'text' && more === undefined ? part.text : content;
  const details = rest['reasoning_details'] as Message[] | undefined;
  const calls = (rest['tool_calls'] ?? []) as { function?: { name: string; arguments: string } }[];
  return {
    ...rest,
    ...(details === undefined ? {} : { reasoning_details: details.map(({ id: _, ...detail }) => detail) }),
    role: role === 'developer' ? 'system' : role,
    content: said ?? '',
    tool_calls: calls.map(({ function: made, ...call }) => ({
      ...call,
      function: { name: made?.name, arguments: made?.arguments },
    })),
  };
}

for (const { id, request } of recordedExchanges('openai-chat', 'openai-compatible')) {
  if (request === undefined || id.includes('anthropic-messages')) continue;
  // Its one tool message has an empty id, which is made up anew.
  if (id.includes('without-id')) continue;
  test(`${id}: the recorded messages are written as they were read`, () => {
    const tape = scanJson(request, 128);
    assert.ok(tape instanceof JsonTape);
    const said = chat.readConversation(tape, undefined);
    assert.ok(!(said instanceof TollgateError), said instanceof TollgateError ? said.message : '');
    const quirks = SERVER[id.slice(0, id.indexOf('#'))] ?? OPENAI_QUIRKS;
    const recorded = (JSON.parse(Buffer.from(request).toString()) as { messages: Message[] }).messages;
    assert.deepEqual(written(said, quirks).messages.map(plain), joined(recorded.map(plain)));
  });
}
