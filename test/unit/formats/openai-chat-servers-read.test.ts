import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldAnswer } from '../../../lambda/core/chat/answer.ts';
import type { ChatEvent } from '../../../lambda/core/chat/events.ts';
import { readHttpError } from '../../../lambda/core/chat/openai-error.ts';
import { readAnswer } from '../../../lambda/formats/openai-chat/read-answer.ts';
import { ChatStreamReader } from '../../../lambda/formats/openai-chat/read-stream.ts';

const DONE = 'data: [DONE]\n\n';

function chunk(delta: object, finish: string | null = null): string {
  return event({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] });
}

function event(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function read(...stream: readonly string[]): readonly ChatEvent[] {
  const reader = new ChatStreamReader('t', 1 << 20);
  return reader.push(Buffer.from(stream.join(''))).flatMap(({ events }) => events);
}

/** The calls that a stream of such pieces of `tool_calls` makes, by id, name and arguments. */
function callsOf(...pieces: readonly (object | readonly object[])[]): readonly (readonly string[])[] {
  const stream = pieces.map((piece) => chunk({ tool_calls: Array.isArray(piece) ? piece : [piece] }));
  return callsIn(read(...stream, chunk({}, 'tool_calls')));
}

function callsIn(events: readonly ChatEvent[]): readonly (readonly string[])[] {
  const blocks = foldAnswer(events).choices[0]?.blocks ?? [];
  return blocks.flatMap(({ head, text }) => (head.kind === 'tool_call' ? [[head.id, head.name, text]] : []));
}

function errorOf(events: readonly ChatEvent[]): string | undefined {
  const found = events.find(({ type }) => type === 'error');
  return found?.type === 'error' ? `${found.error.code}: ${found.error.message}` : undefined;
}

const fn = (name: string, args: unknown) => ({ name, arguments: args });

test('calls that all have the index 0 and no ids are as many calls as there are whole arguments', () => {
  const first = { index: 0, id: '', function: fn('f', '{"a":"}"}') };
  const second = { index: 0, id: '', function: fn('f', '{"b":2}') };
  const third = { index: 0, id: '', function: fn('g', '{}') };
  const calls = [
    ['', 'f', '{"a":"}"}'],
    ['', 'f', '{"b":2}'],
    ['', 'g', '{}'],
  ];
  assert.deepEqual(callsOf(first, second, third), calls);
  assert.deepEqual(callsOf([first, second, third]), calls);
});

test('a name, or a new id, in every piece of a call begins no further call', () => {
  const pieces = ['', '{"a":"\\"}', '",', '"b":[{}]}', ''];
  const whole = pieces.join('');
  const sent = (more: (at: number) => object) =>
    callsOf(...pieces.map((piece, at) => ({ ...more(at), function: fn('f', piece) })));
  assert.deepEqual(
    sent(() => ({})),
    [['', 'f', whole]],
  );
  assert.deepEqual(
    sent(() => ({ index: 0 })),
    [['', 'f', whole]],
  );
  assert.deepEqual(
    sent(() => ({ index: 0, id: 'a' })),
    [['a', 'f', whole]],
  );
  const twice = callsOf(
    { index: 0, id: 'a', function: fn('f', '{"a"') },
    { index: 0, id: 'b', function: fn('f', ':1}') },
  );
  assert.deepEqual(twice, [['a', 'f', '{"a":1}']]);
});

test('a name that comes after its id is waited for', () => {
  const events = read(
    chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: null, arguments: '' } }] }),
    chunk({ tool_calls: [{ index: 0, function: fn('f', '{}') }] }, 'tool_calls'),
  );
  assert.deepEqual(callsIn(events), [['a', 'f', '{}']]);
});

test('calls of a whole answer are as many as are listed, even without ids, indexes and arguments', () => {
  const message = { tool_calls: [{ function: fn('f', '') }, { function: fn('f', '') }] };
  const events = readAnswer('t', { id: 'c', model: 'm', choices: [{ message, finish_reason: 'stop' }] });
  assert.deepEqual(callsIn(events), [
    ['', 'f', ''],
    ['', 'f', ''],
  ]);
});

test('a whole message at the end of a stream does not say again what its pieces said', () => {
  const message = { role: 'assistant', content: 'hello' };
  const last = event({ id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }] });
  const [choice] = foldAnswer(read(chunk({ content: 'hello' }), last, DONE)).choices;
  assert.deepEqual(
    choice?.blocks.map(({ text }) => text),
    ['hello'],
  );
  assert.equal(choice?.finish?.reason, 'stop');
});

test('an empty reasoning_content does not hide the reasoning beside it', () => {
  const [choice] = foldAnswer(read(chunk({ reasoning_content: '', reasoning: 'so' }))).choices;
  assert.deepEqual(choice?.blocks[0]?.text, 'so');
});

test('an error in the middle of a stream is one, however a server writes it', () => {
  const failed = { index: 0, delta: {}, finish_reason: 'error', error: { code: 502, message: 'boom' } };
  for (const [said, told] of [
    [event({ error: { message: 'boom' } }), 'upstream_error: boom'],
    [event({ error: 'boom' }), 'upstream_error: boom'],
    [event({ object: 'error', message: 'boom', type: 'x', code: 400 }), 'upstream_error: boom'],
    [event({ detail: 'boom' }), 'upstream_error: boom'],
    [`event: error\n${event({ message: 'boom' })}`, 'upstream_error: boom'],
    [event({ id: 'c', model: 'm', choices: [failed] }), 'upstream_error: boom'],
    [chunk({}, 'error'), 'upstream_error: the model failed while it answered'],
    [
      chunk({}, 'insufficient_system_resource'),
      'upstream_unavailable: the server ran out of resources while it answered',
    ],
  ] as const) {
    assert.equal(errorOf(read(chunk({ content: 'a' }), said, DONE)), told, said);
  }
});

test('an end without a finish reason is one, except in the middle of a call', () => {
  const half = { index: 0, id: 'a', function: fn('f', '{"a":') };
  const rest = { index: 0, function: fn('', '1}') };
  const ended = (...stream: readonly string[]) => read(...stream, DONE).at(-1)?.type;
  assert.equal(ended(chunk({ content: 'a' })), 'done');
  assert.equal(ended(chunk({ tool_calls: [half] })), 'error');
  assert.equal(ended(chunk({ tool_calls: [half] }), chunk({ tool_calls: [rest] })), 'done');
  assert.equal(ended(chunk({ tool_calls: [half] }, 'length')), 'done');
});

test('a whole answer without choices is none', () => {
  assert.match(errorOf(readAnswer('t', {})) ?? '', /^upstream_invalid: .*no choices/);
  assert.equal(errorOf(readAnswer('t', { detail: 'boom' })), 'upstream_error: boom');
  assert.equal(errorOf(readAnswer('t', { choices: [] })), undefined);
});

test("limits under other servers' words are limits", () => {
  const reasonOf = (native: string) =>
    foldAnswer(read(chunk({ content: 'a' }, native))).choices[0]?.finish?.reason;
  assert.equal(reasonOf('max_tokens'), 'length');
  assert.equal(reasonOf('model_length'), 'context_window');
});

test('an error body is told in its own words, whatever its shape', () => {
  const told = (status: number, body: unknown) => {
    const error = readHttpError('t', status, {}, Buffer.from(JSON.stringify(body)));
    return [error.message, error.facts.upstream?.code];
  };
  const long = 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).';
  assert.deepEqual(told(400, [{ error: { code: 400, message: long, status: 'INVALID_ARGUMENT' } }]), [
    long,
    'context_length_exceeded',
  ]);
  const detail = [{ loc: ['body', 'x'], msg: 'Extra inputs are not permitted' }];
  assert.deepEqual(told(422, { object: 'error', message: { detail } }), [JSON.stringify({ detail }), null]);
  assert.deepEqual(told(422, { detail }), [JSON.stringify(detail), null]);
  assert.deepEqual(told(400, { detail: 'boom' }), ['boom', null]);
  const raw = { error: { message: 'Provider returned error', code: 400, metadata: { raw: 'bad thing' } } };
  assert.equal(told(400, raw)[0], 'Provider returned error: bad thing');
  assert.deepEqual(told(500, []), ['t answered HTTP 500', null]);
});
