import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Block, Effort, Reasoning } from '../../../lambda/core/chat/conversation.ts';
import type { Capabilities } from '../../../lambda/core/routing/target.ts';
import { UNKNOWN_CAPABILITIES } from '../../../lambda/core/routing/target.ts';
import { type ChatQuirks, OPENAI_QUIRKS } from '../../../lambda/formats/openai-chat/quirks.ts';
import { openaiChatFor } from '../../../lambda/formats/openai-chat/upstream.ts';
import { SERVERS } from '../../../lambda/providers/openai-compatible/presets.ts';
import { assistant, call, conversation, result, user, written } from '../../support/chat-request.ts';

function asked(reasoning: Reasoning) {
  return conversation([user('a')], { asked: [{ feature: 'reasoning', param: 'thinking' }] }, { reasoning });
}

function sent(reasoning: Reasoning, quirks: ChatQuirks = OPENAI_QUIRKS, thinking?: Capabilities['thinking']) {
  const {
    messages: _,
    model: __,
    ...rest
  } = written(asked(reasoning), quirks, {
    capabilities: { ...UNKNOWN_CAPABILITIES, thinking },
  });
  return rest;
}

function losses(
  reasoning: Reasoning,
  quirks: ChatQuirks = OPENAI_QUIRKS,
  thinking?: Capabilities['thinking'],
) {
  return openaiChatFor(quirks)
    .losses(asked(reasoning), { ...UNKNOWN_CAPABILITIES, thinking })
    .map(({ param, how }) => `${param} ${how}`);
}

test('a budget becomes an effort by its size, and the caller is told', () => {
  const of = (tokens: number) => sent({ type: 'budget', tokens })['reasoning_effort'];
  assert.deepEqual([1024, 4096, 4097, 16_384, 16_385, 100_000].map(of), [
    'low',
    'low',
    'medium',
    'medium',
    'high',
    'high',
  ]);
  assert.deepEqual(losses({ type: 'budget', tokens: 2000 }), ['thinking emulated']);
});

test('an effort is sent as it is; adaptive thinking sends its hint or nothing; off is none', () => {
  assert.deepEqual(sent({ type: 'effort', effort: 'xhigh' }), { reasoning_effort: 'xhigh' });
  assert.deepEqual(sent({ type: 'adaptive', effort: 'low' }), { reasoning_effort: 'low' });
  assert.deepEqual(sent({ type: 'adaptive', effort: undefined }), {});
  assert.deepEqual(sent({ type: 'off' }), { reasoning_effort: 'none' });
  assert.deepEqual(losses({ type: 'effort', effort: 'xhigh' }), []);
  assert.deepEqual(losses({ type: 'adaptive', effort: undefined }), []);
});

test('an effort that a server does not know becomes the nearest below, and thinking never becomes none', () => {
  const { quirks } = SERVERS.groq;
  const of = (effort: Effort) => sent({ type: 'effort', effort }, quirks)['reasoning_effort'];
  assert.deepEqual([of('max'), of('medium'), of('minimal')], ['high', 'medium', 'low']);
  assert.deepEqual(losses({ type: 'effort', effort: 'max' }, quirks), ['thinking emulated']);
  assert.deepEqual(losses({ type: 'effort', effort: 'medium' }, quirks), []);
});

test('a model that does not think is asked for nothing, and told only where thinking was demanded', () => {
  assert.deepEqual(sent({ type: 'effort', effort: 'high' }, OPENAI_QUIRKS, 'none'), {});
  assert.deepEqual(losses({ type: 'effort', effort: 'high' }, OPENAI_QUIRKS, 'none'), ['thinking dropped']);
  assert.deepEqual(losses({ type: 'adaptive', effort: 'high' }, OPENAI_QUIRKS, 'none'), []);
  assert.deepEqual(losses({ type: 'off' }, OPENAI_QUIRKS, 'none'), []);
});

test('OpenRouter gets its own object, with a budget as it is', () => {
  const { quirks } = SERVERS.openrouter;
  assert.deepEqual(sent({ type: 'budget', tokens: 2000 }, quirks), { reasoning: { max_tokens: 2000 } });
  assert.deepEqual(sent({ type: 'effort', effort: 'low' }, quirks), { reasoning: { effort: 'low' } });
  assert.deepEqual(sent({ type: 'adaptive', effort: undefined }, quirks), { reasoning: { enabled: true } });
  assert.deepEqual(sent({ type: 'off' }, quirks), { reasoning: { effort: 'none' } });
  assert.deepEqual(losses({ type: 'budget', tokens: 2000 }, quirks), []);
});

test('DeepSeek is switched off by its own word', () => {
  const { quirks } = SERVERS.deepseek;
  assert.deepEqual(sent({ type: 'off' }, quirks), { thinking: { type: 'disabled' } });
  assert.deepEqual(sent({ type: 'effort', effort: 'max' }, quirks), { reasoning_effort: 'max' });
});

const unsigned: Block = { kind: 'thinking', text: 'hm', signature: undefined, origin: undefined };
const signed: Block = { kind: 'thinking', text: 'so', signature: 'c2ln', origin: undefined };
const redacted: Block = { kind: 'redacted_thinking', data: 'ZGF0YQ==', origin: undefined };

function echoed(blocks: readonly Block[], quirks: ChatQuirks, fallback = false) {
  const said = conversation([
    user('go'),
    assistant(...blocks, 'text', call('abcdefghi')),
    user(result('abcdefghi', '1')),
  ]);
  const message = written(said, quirks, { fallback }).messages[1]!;
  const { role: _, content: __, tool_calls: ___, ...rest } = message;
  return rest;
}

test('reasoning without a signature goes back where the server wants it, and nowhere else', () => {
  assert.deepEqual(echoed([unsigned], OPENAI_QUIRKS), {});
  assert.deepEqual(echoed([unsigned], SERVERS.groq.quirks), {});
  assert.deepEqual(echoed([unsigned], SERVERS.mistral.quirks), {});
  assert.deepEqual(echoed([unsigned], SERVERS.deepseek.quirks), { reasoning_content: 'hm' });
  assert.deepEqual(echoed([unsigned], SERVERS.ollama.quirks), { reasoning: 'hm' });
  assert.deepEqual(echoed([unsigned], SERVERS.openrouter.quirks), { reasoning: 'hm' });
});

test('what Claude signed is never given to another model as its text', () => {
  for (const name of ['deepseek', 'vllm', 'ollama', 'llama.cpp'] as const) {
    assert.equal(
      JSON.stringify(echoed([signed, redacted], SERVERS[name].quirks)).includes('"so"'),
      false,
      name,
    );
  }
});

test('a DeepSeek turn with tool calls always has reasoning, empty where there is none', () => {
  assert.deepEqual(echoed([], SERVERS.deepseek.quirks), { reasoning_content: '' });
  const said = conversation([user('a'), assistant('b'), user('c')]);
  assert.deepEqual(written(said, SERVERS.deepseek.quirks).messages[1], { role: 'assistant', content: 'b' });
});

test('OpenRouter gets signed blocks as details, in order, and raw details as they were', () => {
  const { quirks } = SERVERS.openrouter;
  assert.deepEqual(echoed([signed, redacted], quirks), {
    reasoning_details: [
      { type: 'reasoning.text', text: 'so', signature: 'c2ln', format: 'anthropic-claude-v1', index: 0 },
      { type: 'reasoning.encrypted', data: 'ZGF0YQ==', format: 'anthropic-claude-v1', index: 1 },
    ],
  });
  const details = '[{"type":"reasoning.summary","summary":"s","index":1.0}]';
  const said = conversation([user('a'), assistant({ ...unsigned, details }, 'b'), user('c')]);
  assert.deepEqual(written(said, quirks).messages[1]?.['reasoning_details'], JSON.parse(details));
});

test('signed blocks stay behind at another target and after a fallback, all of a turn together', () => {
  const { quirks } = SERVERS.openrouter;
  assert.deepEqual(echoed([signed, { ...redacted, origin: 'other/model' }], quirks), {});
  assert.deepEqual(echoed([{ ...signed, origin: 'one/gpt-5.6' }], quirks), {
    reasoning_details: [
      { type: 'reasoning.text', text: 'so', signature: 'c2ln', format: 'anthropic-claude-v1', index: 0 },
    ],
  });
  assert.deepEqual(echoed([signed, redacted], quirks, true), {});
});

test('Gemini gets the word for foreign calls on the first call of a turn', () => {
  const said = conversation([
    user('go'),
    assistant(call('a'), call('b')),
    user(result('a', '1'), result('b', '2')),
  ]);
  const calls = written(said, SERVERS.gemini.quirks).messages[1]?.['tool_calls'] as Record<string, unknown>[];
  assert.deepEqual(calls[0]?.['extra_content'], {
    google: { thought_signature: 'skip_thought_signature_validator' },
  });
  assert.equal('extra_content' in calls[1]!, false);
});
