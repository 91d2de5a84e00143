import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatEvent } from '../../../lambda/core/chat/events.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { readConversation } from '../../../lambda/formats/openai-chat/read-conversation.ts';
import { writeAnswer } from '../../../lambda/formats/openai-chat/write-answer.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { aesSealer } from '../../support/aes-sealer.ts';
import { block, call, FACTS, finish, START } from '../../support/chat-answers.ts';

interface Call {
  readonly id: string;
}

const sealer = aesSealer();

/** A message with calls as a client got it, without what shows its reasoning. */
function answered(events: readonly ChatEvent[]) {
  const answer = JSON.parse(
    writeAnswer([START, ...events, finish('tool_calls')], { ...FACTS, sealer }, undefined),
  );
  const { content, tool_calls } = answer.choices[0].message as { content: string | null; tool_calls: Call[] };
  return { role: 'assistant', content, tool_calls };
}

const interleaved = answered([
  ...block(0, { kind: 'reasoning' }, ['why'], 'sig1'),
  ...block(1, { kind: 'text' }, ['ab', 'c']),
  ...block(2, call('toolu_1', 'f')),
  ...block(3, { kind: 'reasoning' }, ['then'], 'sig2'),
  ...block(4, call('toolu_2', 'f')),
]);
const [first, second] = interleaved.tool_calls as [Call, Call];

/** What kinds of blocks come back of each assistant message, and what is said about them. */
function returned(
  ...messages: readonly { readonly content: unknown; readonly tool_calls: readonly Call[] }[]
) {
  const all = messages.flatMap((message) => [
    message,
    ...message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'r' })),
  ]);
  const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }, ...all] };
  const tape = scanJson(Buffer.from(JSON.stringify(body)), 128);
  assert.ok(tape instanceof JsonTape);
  const conversation = readConversation(tape, sealer);
  if (conversation instanceof TollgateError) throw conversation;
  const kinds = conversation.turns
    .filter(({ role }) => role === 'assistant')
    .map(({ content }) => content.map(({ kind }) => kind).join(' '));
  return { kinds, notes: conversation.notes };
}

const whole = 'thinking text tool_call thinking tool_call';
const plain = 'text tool_call tool_call';

test('a turn that comes back as it went out has its reasoning at its places', () => {
  assert.deepEqual(returned(interleaved), { kinds: [whole], notes: [] });
  const parts = [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'bc' },
  ];
  assert.deepEqual(returned({ ...interleaved, content: parts }).kinds, [whole]);
});

test('a text that was edited is noticed, also where it is as long as before', () => {
  for (const content of ['abd', 'abcd', 'ab']) {
    const { kinds, notes } = returned({ ...interleaved, content });
    assert.deepEqual(kinds, [plain]);
    assert.match(notes.join(), /messages\[1\]: .* its text is not the one that came with it/);
  }
});

test('calls that changed places, or whose first one is gone, leave the turn without reasoning', () => {
  const { kinds, notes } = returned({ ...interleaved, tool_calls: [second, first] });
  assert.deepEqual(kinds, [plain]);
  assert.equal(notes.length, 1);
  const silent = answered([
    ...block(0, call('toolu_1', 'f')),
    ...block(1, { kind: 'reasoning' }, ['then'], 'sig2'),
    ...block(2, call('toolu_2', 'f')),
  ]);
  const without = returned({ ...silent, tool_calls: silent.tool_calls.slice(1) });
  assert.deepEqual(without.kinds, ['tool_call']);
  assert.match(without.notes.join(), /its tool calls are not those that came with it/);
});

test('a turn that was copied has its reasoning the first time only', () => {
  const { kinds, notes } = returned(interleaved, interleaved);
  assert.deepEqual(kinds, [whole, plain]);
  assert.match(notes.join(), /^messages\[4\]: /);
});

test('one id on two calls gives no reasoning twice', () => {
  const thinking = answered([
    ...block(0, { kind: 'reasoning' }, ['why'], 'sig'),
    ...block(1, call('toolu_1', 'f')),
  ]);
  const [only] = thinking.tool_calls as [Call];
  assert.deepEqual(returned({ ...thinking, tool_calls: [only, only] }).kinds, ['tool_call tool_call']);
});

test('ids that were cut, in the mark or behind it, cost the reasoning and nothing else', () => {
  for (const length of [40, 64, first.id.length - 1]) {
    const cut = interleaved.tool_calls.map((one) => ({ ...one, id: one.id.slice(0, length) }));
    const { kinds, notes } = returned({ ...interleaved, tool_calls: cut });
    assert.deepEqual(kinds, [plain]);
    assert.equal(notes.length, 1);
  }
  const within = interleaved.tool_calls.map((one) => ({ ...one, id: one.id.slice(0, 10) }));
  assert.deepEqual(returned({ ...interleaved, tool_calls: within }), { kinds: [plain], notes: [] });
});

test('a block of another format that a capsule brings back knows who wrote it', () => {
  const opaque = { kind: 'opaque', format: 'anthropic-messages', type: 'x', json: '{"type":"x"}' } as const;
  const message = answered([...block(0, opaque), ...block(1, call('toolu_1', 'f'))]);
  const { kinds, notes } = returned(message);
  assert.deepEqual({ kinds, notes }, { kinds: ['opaque tool_call'], notes: [] });
});
