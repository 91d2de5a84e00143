import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCapsule, plainId, printOf } from '../../../lambda/core/chat/capsule.ts';
import type { ChatEvent } from '../../../lambda/core/chat/events.ts';
import { writeAnswer } from '../../../lambda/formats/openai-chat/write-answer.ts';
import { aesSealer } from '../../support/aes-sealer.ts';
import { block, call, FACTS, finish, START } from '../../support/chat-answers.ts';
import { clientThatGets } from '../../support/openai-client.ts';
import { openAiProblems } from '../../support/openai-schema.ts';

function answer(events: readonly ChatEvent[], facts = FACTS, costUsd?: string) {
  const text = writeAnswer(events, facts, costUsd);
  const value = JSON.parse(text);
  assert.deepEqual(openAiProblems('chat.completion', value), []);
  return { text, value, choice: value.choices[0], message: value.choices[0].message };
}

const usage: ChatEvent = {
  type: 'usage',
  usage: { input: 10, cacheRead: 60, cacheWrite: 20, cacheWriteLong: 10, output: 30, reasoning: 20 },
};

test('a text answer has every member of the published shape, and the official client reads it', async () => {
  const events = [START, ...block(0, { kind: 'text' }, ['Hel', 'lo']), finish('stop', 'end_turn'), usage];
  const { text, value } = answer(events, FACTS, '0.00125');
  assert.deepEqual(value, {
    id: 'chatcmpl-msg_1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'claude-x-1',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello', refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: 'stop',
        native_finish_reason: 'end_turn',
      },
    ],
    usage: {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 20 },
      cost: 0.00125,
    },
  });
  assert.match(text, /"cost":0\.00125\}/);
  const read = await clientThatGets(text, false).chat.completions.create({ model: 'm', messages: [] });
  assert.equal(read.choices[0]?.message.content, 'Hello');
});

test('reasoning is shown as text and given with its signature and place', () => {
  const { message } = answer([
    START,
    ...block(0, { kind: 'reasoning' }, ['thi', 'nk'], 'c2ln'),
    ...block(1, { kind: 'redacted_thinking', data: 'ZGF0YQ==' }),
    ...block(2, { kind: 'reasoning' }, [], 'b25seQ=='),
    ...block(3, { kind: 'text' }, ['x']),
    finish('stop'),
  ]);
  assert.equal(message.reasoning_content, 'think');
  const format = 'anthropic-claude-v1';
  assert.deepEqual(message.reasoning_details, [
    { type: 'reasoning.text', text: 'think', signature: 'c2ln', format, index: 0 },
    { type: 'reasoning.encrypted', data: 'ZGF0YQ==', format, index: 1 },
    { type: 'reasoning.text', text: '', signature: 'b25seQ==', format, index: 2 },
  ]);
  assert.equal('thinking_blocks' in message, false);
});

test("an upstream's own reasoning details are passed on with their bytes and are not told twice", () => {
  const json = '[{"type":"reasoning.text","text":"t","n":12345678901234567890}]';
  const details: ChatEvent = { type: 'details', choice: 0, block: 0, json };
  const text: ChatEvent = { type: 'text', choice: 0, block: 0, text: 't' };
  const open: ChatEvent = { type: 'open', choice: 0, block: 0, head: { kind: 'reasoning' } };
  for (const order of [
    [text, details],
    [details, text],
  ]) {
    const written = answer([START, open, ...order, { type: 'close', choice: 0, block: 0 }, finish('stop')]);
    assert.equal(written.message.reasoning_content, 't');
    assert.ok(written.text.includes(`"reasoning_details":${json}`));
  }
});

test('tool calls keep the raw text of their arguments; one without any gets an empty object', () => {
  const raw = '{"n":12345678901234567890, "f":1.0,"z":-0}';
  const { message, choice } = answer([
    START,
    ...block(0, { kind: 'text' }, ['so']),
    ...block(1, call('toolu_1', 'get'), [raw.slice(0, 9), raw.slice(9)]),
    ...block(2, call('toolu_2', 'now')),
    ...block(3, call('c3', 'shell', true), ['ls']),
    ...block(4, call('c4', 'quiet', true)),
    finish('stop', 'end_turn'),
  ]);
  assert.deepEqual(message.tool_calls, [
    { id: 'toolu_1', type: 'function', function: { name: 'get', arguments: raw } },
    { id: 'toolu_2', type: 'function', function: { name: 'now', arguments: '{}' } },
    { id: 'c3', type: 'custom', custom: { name: 'shell', input: 'ls' } },
    { id: 'c4', type: 'custom', custom: { name: 'quiet', input: '' } },
  ]);
  assert.equal(choice.finish_reason, 'tool_calls');
  assert.equal(choice.native_finish_reason, 'end_turn');
});

test('a call without an id gets one that the same answer gives again, and another call another', () => {
  const events = [START, ...block(0, call('', 'f')), ...block(1, call('', 'f')), finish('tool_calls')];
  const [first, second] = answer(events).message.tool_calls;
  assert.match(first.id, /^call_[0-9a-f]{24}$/);
  assert.notEqual(first.id, second.id);
  assert.deepEqual(answer(events).message.tool_calls, [first, second]);
});

test('content is null where only tools speak and empty where nothing does', () => {
  assert.equal(answer([START, ...block(0, call('c', 'f')), finish('tool_calls')]).message.content, null);
  assert.equal(answer([START, finish('stop')]).message.content, '');
  assert.equal(answer([START]).message.content, '');
});

test('reasons to stop have a published name, and the native one beside it', () => {
  for (const [reason, said] of [
    ['stop', 'stop'],
    ['stop_sequence', 'stop'],
    ['length', 'length'],
    ['context_window', 'length'],
    ['content_filter', 'content_filter'],
    ['refusal', 'content_filter'],
    ['pause', 'stop'],
    ['malformed', 'stop'],
    ['other', 'stop'],
    ['tool_calls', 'stop'],
  ] as const) {
    const { choice } = answer([START, ...block(0, { kind: 'text' }, ['x']), finish(reason, 'native')]);
    assert.deepEqual([choice.finish_reason, choice.native_finish_reason], [said, 'native'], reason);
  }
});

test('calls that a limit or a filter cut off are not announced as calls to run', () => {
  for (const reason of ['length', 'content_filter'] as const) {
    const { choice } = answer([START, ...block(0, call('c', 'f'), ['{"a']), finish(reason)]);
    assert.equal(choice.finish_reason, reason);
  }
});

test('a stop sequence and the explanation of a refusal are told', () => {
  const stopped = answer([START, { ...finish('stop_sequence'), stopSequence: 'END' } as ChatEvent]);
  assert.deepEqual(stopped.choice.tollgate, { stop_sequence: 'END' });
  const declined = { ...finish('refusal'), explanation: 'not this' } as ChatEvent;
  assert.equal(answer([START, declined]).message.refusal, 'not this');
  const said = [START, ...block(0, { kind: 'refusal' }, ['no']), declined];
  assert.equal(answer(said).message.refusal, 'no');
});

test('citations of web pages point to the characters that they stand behind', () => {
  const cite = (block: number, url?: string): ChatEvent => {
    const title = url === undefined ? {} : { url, title: 'T' };
    return {
      type: 'citation',
      choice: 0,
      block,
      citation: { format: 'anthropic-messages', raw: '{}', ...title },
    };
  };
  const open = (block: number): ChatEvent => ({ type: 'open', choice: 0, block, head: { kind: 'text' } });
  const text = (block: number, text: string): ChatEvent => ({ type: 'text', choice: 0, block, text });
  const { message } = answer([
    START,
    ...block(0, { kind: 'text' }, ['a😀b']),
    open(1),
    cite(1, 'https://a.test/'),
    text(1, 'cited'),
    cite(1),
    { type: 'close', choice: 0, block: 1 },
    finish('stop'),
  ]);
  assert.deepEqual(message.annotations, [
    {
      type: 'url_citation',
      url_citation: { start_index: 3, end_index: 8, url: 'https://a.test/', title: 'T' },
    },
  ]);
});

test('warnings stand under one own member, and only where there are any', () => {
  assert.equal('tollgate' in answer([START, finish('stop')]).value, false);
  const warned = answer([START, finish('stop')], { ...FACTS, warnings: ['`seed`: dropped'] });
  assert.deepEqual(warned.value.tollgate, { warnings: ['`seed`: dropped'] });
});

test('an answer without an id or a model of its own is named after the request and the target', () => {
  const { value } = answer([{ type: 'start', id: '', model: '' }, finish('stop')]);
  assert.deepEqual([value.id, value.model], ['chatcmpl-req-1', 'claude-x']);
  assert.equal(answer([{ type: 'start', id: 'chatcmpl-9', model: 'm' }]).value.id, 'chatcmpl-9');
});

test('several choices stand in the order of their indexes', () => {
  const { value } = answer([
    START,
    ...block(0, { kind: 'text' }, ['second'], undefined, 1),
    finish('stop', 'stop', 1),
    ...block(0, { kind: 'text' }, ['first']),
    finish('length'),
  ]);
  const told = value.choices.map((choice: { index: number; message: { content: string } }) => [
    choice.index,
    choice.message.content,
  ]);
  assert.deepEqual(told, [
    [0, 'first'],
    [1, 'second'],
  ]);
});

const sealer = aesSealer();
const sealing = { ...FACTS, sealer };
const opaque = {
  kind: 'opaque',
  format: 'anthropic-messages',
  type: 'server_tool_use',
  json: '{"n":1.0}',
} as const;

test('what came before a call is sealed into its id, and the next call has its plain one', () => {
  const { message, text } = answer(
    [
      START,
      ...block(0, { kind: 'reasoning' }, ['why'], 'sig'),
      ...block(1, { kind: 'text' }, ['one']),
      ...block(2, opaque),
      ...block(3, { kind: 'text' }, ['three']),
      ...block(4, call('toolu_1', 'f')),
      ...block(5, call('toolu_2', 'f')),
      finish('tool_calls'),
    ],
    sealing,
  );
  const [first, second] = message.tool_calls;
  assert.equal(plainId(first.id), 'toolu_1');
  assert.equal(second.id, 'toolu_2');
  assert.deepEqual(openCapsule(first.id, sealer), {
    origin: 'anthropic/claude-x',
    parts: [
      { kind: 'thinking', text: 'why', signature: 'sig' },
      { kind: 'text', length: 3, print: printOf('one') },
      opaque,
      { kind: 'text', length: 5, print: printOf('three') },
    ],
    call: 0,
  });
  assert.ok(!text.includes('server_tool_use'));
});

test('nothing is sealed where nothing is signed, redacted or opaque, or where there is no sealer', () => {
  const events = [
    START,
    ...block(0, { kind: 'reasoning' }, ['shown only']),
    ...block(1, { kind: 'text' }, ['x']),
    ...block(2, call('toolu_1', 'f')),
    finish('tool_calls'),
  ];
  assert.equal(answer(events, sealing).message.tool_calls[0].id, 'toolu_1');
  const signed = [
    START,
    ...block(0, { kind: 'reasoning' }, ['r'], 's'),
    ...block(1, call('t', 'f')),
    finish('stop'),
  ];
  assert.equal(answer(signed).message.tool_calls[0].id, 't');
});

test('a capsule that is too long is left out, and the answer says so', () => {
  const events = [
    START,
    ...block(0, { kind: 'reasoning' }, ['r'.repeat(500)], 's'),
    ...block(1, call('toolu_1', 'f')),
    finish('tool_calls'),
  ];
  const { message, value } = answer(events, { ...sealing, capsuleCharacters: 300 });
  assert.equal(message.tool_calls[0].id, 'toolu_1');
  assert.equal(value.tollgate.warnings.length, 1);
});

test('a second capsule that is too long revokes the first with an empty one', () => {
  const events = [
    START,
    ...block(0, { kind: 'reasoning' }, ['short'], 's'),
    ...block(1, call('toolu_1', 'f')),
    ...block(2, { kind: 'reasoning' }, ['r'.repeat(500)], 's'),
    ...block(3, call('toolu_2', 'f')),
    finish('tool_calls'),
  ];
  const { message } = answer(events, { ...sealing, capsuleCharacters: 300 });
  assert.deepEqual(openCapsule(message.tool_calls[1].id, sealer)?.parts, []);
});
