import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVERS } from '../../../lambda/providers/openai-compatible/presets.ts';
import {
  assistant,
  call,
  conversation,
  result,
  user,
  type Written,
  written,
} from '../../support/chat-request.ts';

interface Call {
  readonly id: string;
}

function idsOf({ messages }: Written): { calls: string[]; results: string[] } {
  return {
    calls: messages.flatMap((message) => ((message['tool_calls'] ?? []) as Call[]).map(({ id }) => id)),
    results: messages.flatMap(({ tool_call_id: id }) => (typeof id === 'string' ? [id] : [])),
  };
}

function roundOf(...ids: readonly string[]) {
  return conversation([
    user('go'),
    assistant(...ids.map((id) => call(id))),
    user(...ids.map((id) => result(id, 'x'))),
  ]);
}

test('an id of at most 64 characters is kept', () => {
  const id = 'x'.repeat(64);
  assert.deepEqual(idsOf(written(roundOf(id))), { calls: [id], results: [id] });
});

test('a longer id becomes a short one that depends on it alone, for call and result alike', () => {
  const { calls, results } = idsOf(written(roundOf('y'.repeat(65))));
  assert.match(calls[0]!, /^call_[0-9a-f]{24}$/);
  assert.deepEqual(calls, results);
  assert.deepEqual(idsOf(written(roundOf('before', 'y'.repeat(65)))).calls.at(-1), calls[0]);
});

test('a capsule in an id is taken off before the id is sent', () => {
  assert.deepEqual(idsOf(written(roundOf('call_1.tg1.AAAA'))).calls, ['call_1']);
});

test('Mistral gets nine letters and digits', () => {
  const { calls, results } = idsOf(written(roundOf('toolu_01', 'AbCdEf123'), SERVERS.mistral.quirks));
  assert.match(calls[0]!, /^[A-Za-z0-9]{9}$/);
  assert.equal(calls[1], 'AbCdEf123');
  assert.deepEqual(calls, results);
});

test('empty ids become distinct ones, and each result answers the call at its place', () => {
  const said = conversation([
    user('go'),
    assistant(call('', '{"a":1}'), call('', '{"a":2}')),
    user(result('', 'one'), result('', 'two')),
    assistant(call('')),
    user(result('', 'three')),
  ]);
  const request = written(said);
  const { calls, results } = idsOf(request);
  assert.equal(new Set(calls).size, 3);
  assert.deepEqual(calls, results);
  assert.deepEqual(
    request.messages.filter(({ role }) => role === 'tool').map(({ content }) => content),
    ['one', 'two', 'three'],
  );
});

test('an id that repeats inside a turn is made distinct, and one that repeats later is kept', () => {
  const twice = idsOf(written(roundOf('same', 'same')));
  assert.equal(new Set(twice.calls).size, 2);
  assert.deepEqual(twice.calls, twice.results);
  const later = conversation([
    user('go'),
    assistant(call('same')),
    user(result('same', '1')),
    assistant(call('same')),
    user(result('same', '2')),
  ]);
  assert.deepEqual(idsOf(written(later)).calls, ['same', 'same']);
});
