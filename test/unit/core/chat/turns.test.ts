import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitCallIds } from '../../../../lambda/core/chat/call-ids.ts';
import type { Block, Turn } from '../../../../lambda/core/chat/conversation.ts';
import { checkToolPairs, mergeTurns } from '../../../../lambda/core/chat/turns.ts';

const text = (value: string): Block => ({ kind: 'text', text: value });
const call = (id: string): Block => ({ kind: 'tool_call', id, name: 'find', input: '{}', custom: false });
const result = (id: string, said = id): Block => ({
  kind: 'tool_result',
  id,
  content: [text(said)],
  isError: false,
});
const user = (...content: Block[]): Turn => ({ role: 'user', content });
const assistant = (...content: Block[]): Turn => ({ role: 'assistant', content });
const system = (...content: Block[]): Turn => ({ role: 'system', content });

test('adjacent turns of one role become one, and empty texts and turns go', () => {
  const merged = mergeTurns([
    user(text('a'), text('')),
    user(text('b')),
    assistant(text('')),
    user(text('c')),
    system(text('s')),
    system(text('t')),
    assistant(text('d')),
    assistant(call('1')),
  ]);
  assert.deepEqual(merged, [
    user(text('a'), text('b'), text('c')),
    system(text('s'), text('t')),
    assistant(text('d'), call('1')),
  ]);
});

test('a joined turn keeps a name only where both parts have it', () => {
  const ann = { ...user(text('a')), name: 'ann' };
  assert.equal(mergeTurns([ann, { ...user(text('b')), name: 'ann' }])[0]?.name, 'ann');
  assert.equal('name' in mergeTurns([ann, user(text('b'))])[0]!, false);
});

test('tool results come first, in the order of the calls that they answer', () => {
  const merged = mergeTurns([
    assistant(call('1'), call('2'), call('3')),
    user(text('by the way'), result('3')),
    user(result('1'), result('2')),
  ]);
  assert.deepEqual(merged[1], user(result('1'), result('2'), result('3'), text('by the way')));
});

test('results are ordered past instructions that stand between them and their calls', () => {
  const merged = mergeTurns([
    assistant(call('1'), call('2')),
    system(text('s')),
    user(result('2'), result('1')),
  ]);
  assert.deepEqual(merged[2], user(result('1'), result('2')));
});

test('calls and results that pair pass, with repeated ids in later turns and instructions in between', () => {
  const turns = [
    user(text('a')),
    assistant(call('1'), call('1')),
    system(text('s')),
    user(result('1')),
    user(text('and'), result('1')),
    assistant(call('1')),
    user(result('1')),
  ];
  assert.equal(checkToolPairs(turns), undefined);
});

test('a result without its call is refused by its clipped id', () => {
  const id = 'x'.repeat(100);
  const error = checkToolPairs([user(text('a')), assistant(text('b')), user(result(id))]);
  assert.equal(error?.code, 'invalid_request');
  assert.equal(error?.facts.param, 'messages');
  assert.ok(error?.message.includes(`"${'x'.repeat(64)}..."`), error?.message);
  assert.ok(
    checkToolPairs([assistant(call('1')), user(result('1'), result('1'))]) !== undefined,
    'answered twice',
  );
});

test('a call without a result is refused, in the middle and at the end', () => {
  const middle = [
    assistant(call('one'), call('two')),
    user(result('one')),
    assistant(text('b')),
    user(text('c')),
  ];
  assert.match(checkToolPairs(middle)?.message ?? '', /"two" has no result/);
  assert.match(
    checkToolPairs([user(text('a')), assistant(call('one'))])?.message ?? '',
    /"one" has no result/,
  );
  assert.ok(checkToolPairs([assistant(call('1')), user(text('no')), assistant(text('b'))]) !== undefined);
});

const FITS = /^[a-z0-9_]{1,32}$/;

function idsOf(turns: readonly Turn[]): string[] {
  return turns.flatMap(({ content }) =>
    content.flatMap((block) =>
      block.kind === 'tool_call' || block.kind === 'tool_result' ? [block.id] : [],
    ),
  );
}

test('ids that fit stay, others become stable ones, and results follow their calls', () => {
  const turns = [
    assistant(call('good'), call(''), call('')),
    user(result('good'), result('', 'first'), result('', 'second')),
    assistant(call('good'), call('Not/fit')),
    user(result('good'), result('Not/fit')),
  ];
  const ids = idsOf(fitCallIds(turns, FITS));
  assert.deepEqual(ids.slice(0, 3), ids.slice(3, 6));
  assert.deepEqual(ids.slice(6, 8), ids.slice(8, 10));
  assert.equal(ids[0], 'good');
  assert.equal(new Set(ids).size, 5);
  for (const id of ids) assert.match(id, FITS);
  assert.deepEqual(idsOf(fitCallIds(turns.slice(0, 2), FITS)), ids.slice(0, 6), 'later turns change nothing');
});

test('an id that a caller made to look like a made-up one does not meet it', () => {
  const [made] = idsOf(fitCallIds([assistant(call(''))], FITS));
  const ids = idsOf(fitCallIds([assistant(call(made!)), assistant(call(''))], FITS));
  assert.equal(new Set(ids).size, 2);
});
