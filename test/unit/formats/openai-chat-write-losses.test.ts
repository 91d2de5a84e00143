import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation, Settings } from '../../../lambda/core/chat/conversation.ts';
import { type Feature, lossesOf } from '../../../lambda/core/chat/features.ts';
import type { Capabilities } from '../../../lambda/core/routing/target.ts';
import { UNKNOWN_CAPABILITIES } from '../../../lambda/core/routing/target.ts';
import { type ChatQuirks, OPENAI_QUIRKS } from '../../../lambda/formats/openai-chat/quirks.ts';
import { openaiChat, openaiChatFor } from '../../../lambda/formats/openai-chat/upstream.ts';
import { SERVERS } from '../../../lambda/providers/openai-compatible/presets.ts';
import { conversation, user, written } from '../../support/chat-request.ts';

function losses(
  more: Partial<Conversation>,
  settings: Partial<Settings>,
  capabilities: Partial<Capabilities> = {},
  quirks: ChatQuirks = OPENAI_QUIRKS,
) {
  return openaiChatFor(quirks)
    .losses(conversation([user('a')], more, settings), { ...UNKNOWN_CAPABILITIES, ...capabilities })
    .map(({ param, how, droppable }) => `${param} ${how}${droppable ? '' : '!'}`);
}

test('a request that asks for nothing special loses nothing', () => {
  assert.deepEqual(losses({}, { temperature: 1, topP: 0.5 }), []);
});

test('models with fewer sampling parameters lose those, and they are not sent', () => {
  const settings = { temperature: 0.5, topP: 0.9 };
  assert.deepEqual(losses({}, settings, { sampling: 'none' }), ['temperature dropped', 'top_p dropped']);
  assert.deepEqual(losses({}, settings, { sampling: 'one' }), ['top_p dropped']);
  assert.deepEqual(losses({}, { topP: 0.9 }, { sampling: 'one' }), []);
  const said = conversation([user('a')], {}, settings);
  const capabilities = { ...UNKNOWN_CAPABILITIES, sampling: 'one' as const };
  const request = written(said, OPENAI_QUIRKS, { capabilities });
  assert.equal(request['temperature'], 0.5);
  assert.equal('top_p' in request, false);
});

test('a fifth stop sequence is left out at OpenAI and told under the name that the caller used', () => {
  const more = { asked: [{ feature: 'stop' as const, param: 'stop_sequences' }] };
  const settings = { stop: ['a', 'b', 'c', 'd', 'e'] };
  assert.deepEqual(losses(more, settings), ['stop_sequences capped']);
  assert.deepEqual(written(conversation([user('x')], more, settings))['stop'], ['a', 'b', 'c', 'd']);
  assert.deepEqual(losses(more, settings, {}, SERVERS.vllm.quirks), []);
});

test('a named tool becomes any tool where none can be named', () => {
  const more: Partial<Conversation> = {
    tools: [{ kind: 'function', name: 'f', description: undefined, schema: undefined, strict: undefined }],
    toolChoice: { type: 'tool', name: 'f' },
  };
  assert.deepEqual(losses(more, {}), []);
  assert.deepEqual(losses(more, {}, {}, SERVERS['llama.cpp'].quirks), ['tool_choice emulated']);
  const said = conversation([user('a')], more);
  assert.equal(written(said, SERVERS['llama.cpp'].quirks)['tool_choice'], 'required');
});

test('a JSON format is dropped for a model that cannot be bound to one', () => {
  const settings: Partial<Settings> = { responseFormat: { type: 'json_object' } };
  assert.deepEqual(losses({}, settings, { structuredOutput: false }), ['json_object dropped']);
  assert.deepEqual(losses({}, settings), []);
});

test('a tier that does not exist here is dropped', () => {
  assert.deepEqual(losses({}, { serviceTier: 'batch' }), ['service_tier dropped']);
  assert.deepEqual(losses({}, { serviceTier: 'constructor' }), ['service_tier dropped']);
});

test('audio in another format is refused even where losses may be dropped', () => {
  const said = conversation([
    user({ kind: 'audio', source: { type: 'base64', mediaType: 'audio/ogg', data: 'QUJD' } }),
  ]);
  const [loss] = openaiChat.losses(said, UNKNOWN_CAPABILITIES);
  assert.deepEqual([loss?.how, loss?.droppable], ['dropped', false]);
});

test('content that a server does not take cannot be dropped, a parameter can', () => {
  const droppable = (quirks: ChatQuirks, feature: Feature) =>
    lossesOf([{ feature, param: 'x' }], openaiChatFor(quirks).support)[0]?.droppable;
  assert.equal(droppable(SERVERS.deepseek.quirks, 'images'), false);
  assert.equal(droppable(SERVERS.groq.quirks, 'documents'), false);
  assert.equal(droppable(OPENAI_QUIRKS, 'tool_result_media'), false);
  assert.equal(droppable(OPENAI_QUIRKS, 'top_k'), true);
  assert.equal(droppable(OPENAI_QUIRKS, 'seed'), undefined);
});

test('what is refused says why, in every preset', () => {
  for (const [name, { quirks }] of Object.entries(SERVERS)) {
    for (const [feature, { how, note }] of Object.entries(openaiChatFor(quirks).support)) {
      if (how === 'refused' || how === 'emulated') assert.ok(note, `${name}: ${feature}`);
    }
  }
});
