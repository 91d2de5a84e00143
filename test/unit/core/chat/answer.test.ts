import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldAnswer, joinLists } from '../../../../lambda/core/chat/answer.ts';
import type { ChatEvent } from '../../../../lambda/core/chat/events.ts';

const usage = { input: 1, cacheRead: 2, cacheWrite: 3, cacheWriteLong: 4, output: 5, reasoning: 6 };

test('interleaved blocks of several choices are put together in the order in which they opened', () => {
  const events: ChatEvent[] = [
    { type: 'start', id: 'a', model: 'm' },
    { type: 'open', choice: 1, block: 0, head: { kind: 'text' } },
    { type: 'open', choice: 0, block: 0, head: { kind: 'reasoning' } },
    { type: 'open', choice: 0, block: 1, head: { kind: 'tool_call', id: 'c', name: 'f', custom: false } },
    { type: 'text', choice: 0, block: 1, text: '{"a"' },
    { type: 'text', choice: 0, block: 0, text: 'think' },
    { type: 'text', choice: 1, block: 0, text: 'other' },
    { type: 'text', choice: 0, block: 1, text: ':1}' },
    { type: 'signature', choice: 0, block: 0, signature: 'sig' },
    { type: 'finish', choice: 0, reason: 'tool_calls', native: 'tool_calls' },
    { type: 'done' },
  ];
  const answer = foldAnswer(events);
  assert.deepEqual(
    answer.choices.map(({ index, blocks, finish }) => [
      index,
      finish?.reason,
      ...blocks.map(({ head, text, signature }) => [head.kind, text, signature]),
    ]),
    [
      [0, 'tool_calls', ['reasoning', 'think', 'sig'], ['tool_call', '{"a":1}', undefined]],
      [1, undefined, ['text', 'other', undefined]],
    ],
  );
  assert.deepEqual([answer.id, answer.model, answer.usage], ['a', 'm', undefined]);
});

test('the last usage counts, the first finish, and the first id and model that are not empty', () => {
  const answer = foldAnswer([
    { type: 'start', id: '', model: 'm' },
    { type: 'start', id: 'late', model: 'other' },
    { type: 'usage', usage: { ...usage, output: 1 } },
    { type: 'usage', usage },
    { type: 'finish', choice: 0, reason: 'stop', native: 'stop' },
    { type: 'finish', choice: 0, reason: 'length', native: 'length' },
  ]);
  assert.deepEqual([answer.id, answer.model, answer.usage], ['late', 'm', usage]);
  assert.equal(answer.choices[0]?.finish?.reason, 'stop');
});

test('pieces of blocks that were never opened are ignored', () => {
  const answer = foldAnswer([{ type: 'text', choice: 0, block: 3, text: 'x' }]);
  assert.deepEqual(answer.choices, [{ index: 0, blocks: [], finish: undefined }]);
});

test('lists of reasoning details are joined with their own bytes, and empty ones are none', () => {
  assert.equal(
    joinLists(['[ {"n":1.0} ]', '[]', '[{"n":12345678901234567890},{}]']),
    '[{"n":1.0},{"n":12345678901234567890},{}]',
  );
  assert.equal(joinLists(['[]', '[ ]']), undefined);
  assert.equal(joinLists([]), undefined);
});
