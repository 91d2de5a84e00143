import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockHead, ChatEvent, FinishReason } from '../../../lambda/core/chat/events.ts';
import { detailsOfSignature, isOwnSignature } from '../../../lambda/core/chat/own-signature.ts';
import { anthropic } from '../../../lambda/dialects/anthropic/index.ts';
import { countTokens, messages } from '../../../lambda/formats/anthropic-messages/caller.ts';
import type { AnswerFacts } from '../../../lambda/formats/format.ts';
import { messageOf, streamedMessageOf } from '../../support/anthropic-client.ts';

const facts: AnswerFacts = {
  requestId: 'req_1',
  target: 'openai/gpt-5.1',
  created: 1,
  includeUsage: true,
  warnings: [],
  sealer: undefined,
  capsuleCharacters: 1_000,
};
const usage = { input: 10, cacheRead: 20, cacheWrite: 3, cacheWriteLong: 4, output: 5, reasoning: 6 };
const start: ChatEvent = { type: 'start', id: 'chatcmpl-9', model: 'gpt-5.1-2025-11-13' };

const open = (block: number, head: BlockHead): ChatEvent => ({ type: 'open', choice: 0, block, head });
const text = (block: number, piece: string): ChatEvent => ({ type: 'text', choice: 0, block, text: piece });
const close = (block: number): ChatEvent => ({ type: 'close', choice: 0, block });
const call = (id: string, name = 'f', custom = false): BlockHead => ({ kind: 'tool_call', id, name, custom });
const finish = (
  reason: FinishReason,
  more: { stopSequence?: string; explanation?: string } = {},
): ChatEvent => ({
  type: 'finish',
  choice: 0,
  reason,
  native: reason,
  ...more,
});

function streamOf(events: readonly ChatEvent[], costUsd?: string): string {
  const writer = messages.streamWriter(facts);
  const pieces = events.map((event) => writer.write(event));
  return `${pieces.join('')}${writer.finish(costUsd)}${Buffer.from(anthropic.terminator)}`;
}

function dataOf(
  sse: string,
): { readonly [name: string]: unknown; readonly type: string; readonly index: number }[] {
  return sse
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)));
}

const answer: readonly ChatEvent[] = [
  start,
  open(0, { kind: 'reasoning' }),
  text(0, 'let me '),
  text(0, 'think'),
  { type: 'details', choice: 0, block: 0, json: '[{"type":"reasoning.encrypted","data":"x"}]' },
  close(0),
  open(1, { kind: 'text' }),
  text(1, 'Grüße'),
  close(1),
  open(2, call('call_1')),
  text(2, '{"n":1234567890'),
  text(2, '1234567890}'),
  close(2),
  finish('tool_calls'),
  { type: 'usage', usage },
  { type: 'done' },
];

test('a whole answer has every member that the client types demand', async () => {
  const message = await messageOf(messages.writeAnswer(answer, facts, '0.1'));
  assert.deepEqual(
    { ...message, content: message.content.length },
    {
      id: 'msg_chatcmpl-9',
      type: 'message',
      role: 'assistant',
      model: 'gpt-5.1-2025-11-13',
      content: 3,
      stop_reason: 'tool_use',
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: 7,
        cache_read_input_tokens: 20,
        cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
        output_tokens: 11,
        output_tokens_details: { thinking_tokens: 6 },
        server_tool_use: null,
        inference_geo: null,
        service_tier: null,
      },
    },
  );
});

test('tool arguments keep their own bytes, whole and in pieces', () => {
  assert.ok(messages.writeAnswer(answer, facts, undefined).includes('"input":{"n":12345678901234567890}'));
  const pieces = dataOf(streamOf(answer)).map(({ delta }) => Reflect.get(Object(delta), 'partial_json'));
  assert.equal(pieces.join(''), '{"n":12345678901234567890}');
});

test('a stream is what the official client demands, and gives it the same message', async () => {
  const sse = streamOf(answer);
  assert.deepEqual(
    dataOf(sse).map(({ type, index }) => (index === undefined ? type : `${type} ${index}`)),
    [
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_delta 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1',
      'content_block_stop 1',
      'content_block_start 2',
      'content_block_delta 2',
      'content_block_delta 2',
      'content_block_stop 2',
      'message_delta',
      'message_stop',
    ],
  );
  const streamed = await streamedMessageOf(sse);
  const whole = await messageOf(messages.writeAnswer(answer, facts, undefined));
  assert.deepEqual(streamed.content, whole.content);
  assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
});

test('each piece goes out when it comes; the finish and the usage wait for the end', () => {
  const writer = messages.streamWriter(facts);
  const lengths = answer.map((event) => writer.write(event) !== '');
  assert.deepEqual(lengths, [
    ...[false, true, true, true, false, true],
    ...[false, true, true],
    ...[true, true, true, true],
    ...[false, false, false],
  ]);
  assert.match(writer.finish(undefined), /^event: message_delta\n/);
});

test('usage that is known before the first block stands in message_start, and a later one corrects it', () => {
  const early: ChatEvent = { type: 'usage', usage: { ...usage, output: 1, reasoning: 0 } };
  const [begun, ...rest] = dataOf(streamOf([start, early, ...answer.slice(1)]));
  const told = Object(begun?.['message']).usage;
  assert.deepEqual([told.input_tokens, told.output_tokens], [10, 1]);
  assert.equal(Object(rest.at(-2)?.['usage']).output_tokens, 11);
});

test('blocks that an upstream interleaves follow each other', async () => {
  const events = [
    start,
    open(0, call('a', 'f')),
    open(1, call('b', 'g')),
    text(1, '{"x":'),
    text(0, '{"y":'),
    text(1, '1}'),
    close(1),
    text(0, '2}'),
    close(0),
    open(2, { kind: 'text' }),
    text(2, 'end'),
    finish('stop'),
  ];
  const { content, stop_reason } = await streamedMessageOf(streamOf(events));
  assert.deepEqual(
    content.map((block) => (block.type === 'tool_use' ? [block.id, block.name, block.input] : block.type)),
    [['a', 'f', { y: 2 }], ['b', 'g', { x: 1 }], 'text'],
  );
  // The upstream said `stop`, but there is a tool to run.
  assert.equal(stop_reason, 'tool_use');
});

test("other models' reasoning carries a mark with its details, so that a client sends it back", async () => {
  for (const message of [
    await messageOf(messages.writeAnswer(answer, facts, undefined)),
    await streamedMessageOf(streamOf(answer)),
  ]) {
    const [block] = message.content;
    assert.ok(block?.type === 'thinking');
    assert.equal(block.thinking, 'let me think');
    assert.ok(isOwnSignature(block.signature));
    assert.equal(
      detailsOfSignature(block.signature, block.thinking),
      '[{"type":"reasoning.encrypted","data":"x"}]',
    );
  }
});

test('signed thinking keeps its signature even without a text, and redacted thinking comes whole', async () => {
  const events: readonly ChatEvent[] = [
    start,
    open(0, { kind: 'reasoning' }),
    { type: 'signature', choice: 0, block: 0, signature: 'EqQB' },
    close(0),
    open(1, { kind: 'redacted_thinking', data: 'EmwK' }),
    close(1),
    finish('stop'),
  ];
  const content = [
    { type: 'thinking', thinking: '', signature: 'EqQB' },
    { type: 'redacted_thinking', data: 'EmwK' },
  ];
  assert.deepEqual((await streamedMessageOf(streamOf(events))).content, content);
  assert.deepEqual((await messageOf(messages.writeAnswer(events, facts, undefined))).content, content);
});

test('blocks without content never open, and those behind them count on without a gap', async () => {
  const events: readonly ChatEvent[] = [
    start,
    open(0, { kind: 'reasoning' }),
    { type: 'details', choice: 0, block: 0, json: '[]' },
    close(0),
    open(1, { kind: 'text' }),
    close(1),
    open(2, { kind: 'opaque', format: 'openai-chat', type: 'audio', json: '{"type":"audio"}' }),
    close(2),
    open(3, { kind: 'refusal' }),
    text(3, 'No.'),
    close(3),
    finish('refusal', { explanation: 'not this' }),
  ];
  const sse = streamOf(events);
  assert.deepEqual([...new Set(dataOf(sse).flatMap(({ index }) => index ?? []))], [0]);
  const message = await streamedMessageOf(sse);
  assert.deepEqual(message.content, [{ type: 'text', text: 'No.', citations: null }]);
  assert.deepEqual(message.stop_details, { type: 'refusal', category: null, explanation: 'not this' });
  assert.deepEqual(
    (await messageOf(messages.writeAnswer(events, facts, undefined))).content,
    message.content,
  );
});

test("blocks and citations of this format pass with their own bytes; other formats' citations are left out", () => {
  const block = '{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"n":1.0}}';
  const citation = '{"type":"web_search_result_location","encrypted_index":"E","n":1.0}';
  const events: readonly ChatEvent[] = [
    start,
    open(0, { kind: 'opaque', format: 'anthropic-messages', type: 'server_tool_use', json: block }),
    close(0),
    open(1, { kind: 'text' }),
    text(1, 'cited'),
    { type: 'citation', choice: 0, block: 1, citation: { format: 'anthropic-messages', raw: citation } },
    { type: 'citation', choice: 0, block: 1, citation: { format: 'openai-chat', raw: '{"url":"u"}' } },
    close(1),
    finish('stop'),
  ];
  const sse = streamOf(events);
  assert.ok(sse.includes(`"content_block":${block}`));
  assert.ok(sse.includes(`{"type":"citations_delta","citation":${citation}}`));
  assert.ok(!sse.includes('"url":"u"'));
  const whole = messages.writeAnswer(events, facts, undefined);
  assert.ok(whole.includes(`"content":[${block},{"type":"text","text":"cited","citations":[${citation}]}]`));
});

test('every finish reason has its stop reason', async () => {
  const table: readonly [FinishReason, string][] = [
    ['stop', 'end_turn'],
    ['stop_sequence', 'stop_sequence'],
    ['length', 'max_tokens'],
    ['context_window', 'model_context_window_exceeded'],
    ['tool_calls', 'end_turn'],
    ['content_filter', 'refusal'],
    ['refusal', 'refusal'],
    ['pause', 'pause_turn'],
    ['malformed', 'end_turn'],
    ['other', 'end_turn'],
  ];
  for (const [reason, expected] of table) {
    const events: readonly ChatEvent[] = [
      start,
      open(0, { kind: 'text' }),
      text(0, 'x'),
      close(0),
      finish(reason, { stopSequence: '\n' }),
    ];
    const message = await streamedMessageOf(streamOf(events));
    assert.equal(message.stop_reason, expected, reason);
    assert.equal(message.stop_sequence, reason === 'stop_sequence' ? '\n' : null, reason);
    assert.equal(JSON.parse(messages.writeAnswer(events, facts, undefined)).stop_reason, expected);
  }
});

test('a call that was cut or could not be read is not to be run', async () => {
  const cut = [start, open(0, call('a')), text(0, '{"x":'), close(0)];
  assert.equal((await streamedMessageOf(streamOf([...cut, finish('length')]))).stop_reason, 'max_tokens');
  assert.equal((await streamedMessageOf(streamOf([...cut, finish('malformed')]))).stop_reason, 'end_turn');
  const whole = JSON.parse(messages.writeAnswer([...cut, finish('length')], facts, undefined));
  assert.deepEqual(whole.content[0].input, { _raw: '{"x":' });
});

test('a call without arguments has an empty object, whole and streamed', async () => {
  for (const pieces of [[], [' '], ['{}']]) {
    const events: readonly ChatEvent[] = [
      start,
      open(0, call('a')),
      ...pieces.map((piece) => text(0, piece)),
      close(0),
      finish('stop'),
    ];
    for (const message of [
      await streamedMessageOf(streamOf(events)),
      await messageOf(messages.writeAnswer(events, facts, undefined)),
    ]) {
      assert.deepEqual(
        message.content.map((block) => (block.type === 'tool_use' ? block.input : block)),
        [{}],
      );
    }
  }
});

test('the text of a free-form tool becomes the member input', async () => {
  const events: readonly ChatEvent[] = [
    start,
    open(0, call('a', 'f', true)),
    text(0, 'say "hi"\n'),
    text(0, '😀'),
    close(0),
    finish('stop'),
  ];
  for (const message of [
    await streamedMessageOf(streamOf(events)),
    await messageOf(messages.writeAnswer(events, facts, undefined)),
  ]) {
    const [block] = message.content;
    assert.deepEqual(block?.type === 'tool_use' && block.input, { input: 'say "hi"\n😀' });
  }
});

test('call ids are valid, told apart, and the same whenever the same answer is written', () => {
  const events = [
    start,
    ...['', 'functions.f:0', 'same', 'same', ''].flatMap((id, block) => [
      open(block, call(id)),
      close(block),
    ]),
    finish('tool_calls'),
  ];
  const ids = () =>
    (JSON.parse(messages.writeAnswer(events, facts, undefined)).content as { id: string }[]).map(
      ({ id }) => id,
    );
  assert.deepEqual(ids(), ids());
  assert.equal(new Set(ids()).size, 5);
  assert.equal(ids()[2], 'same');
  for (const id of ids()) assert.match(id, /^[A-Za-z0-9_-]{1,64}$/);
  const streamed = dataOf(streamOf(events)).flatMap(({ content_block }) => Object(content_block).id ?? []);
  assert.deepEqual(streamed, ids());
});

test("an id of Anthropic's own stays, and what an upstream does not say is taken from the request", () => {
  const written = (id: string, model: string) =>
    JSON.parse(messages.writeAnswer([{ type: 'start', id, model }], facts, undefined));
  assert.equal(written('msg_01', 'm').id, 'msg_01');
  assert.equal(written('a b', 'm').id, written('a b', 'm').id);
  assert.match(written('a b', 'm').id, /^msg_[0-9a-f]{24}$/);
  assert.deepEqual([written('', '').id, written('', '').model], ['msg_req_1', 'gpt-5.1']);
});

test('an answer without anything is still a whole message', async () => {
  const message = await streamedMessageOf(streamOf([]));
  assert.deepEqual([message.content, message.stop_reason, message.usage.output_tokens], [[], 'end_turn', 0]);
});

test('only the first of several choices is written', async () => {
  const other: ChatEvent = { type: 'open', choice: 1, block: 0, head: { kind: 'text' } };
  const events: readonly ChatEvent[] = [
    start,
    other,
    { type: 'text', choice: 1, block: 0, text: 'second' },
    open(0, { kind: 'text' }),
    text(0, 'first'),
    close(0),
    { type: 'finish', choice: 1, reason: 'length', native: 'length' },
    finish('stop'),
  ];
  for (const message of [
    await streamedMessageOf(streamOf(events)),
    await messageOf(messages.writeAnswer(events, facts, undefined)),
  ]) {
    assert.deepEqual(message.content, [{ type: 'text', text: 'first', citations: null }]);
    assert.equal(message.stop_reason, 'end_turn');
  }
});

test('warnings are told in a member of ours, and only where there are any', () => {
  const warned = { ...facts, warnings: ['seed: dropped "here"'] };
  assert.deepEqual(JSON.parse(messages.writeAnswer(answer, warned, undefined)).tollgate, {
    warnings: ['seed: dropped "here"'],
  });
  assert.ok(!('tollgate' in JSON.parse(messages.writeAnswer(answer, facts, undefined))));
  assert.equal(countTokens.writeCount(12, []), '{"input_tokens":12}');
  assert.equal(
    countTokens.writeCount(12, ['an estimate']),
    '{"input_tokens":12,"tollgate":{"warnings":["an estimate"]}}',
  );
});

test('arguments that are no object reach a client as one, streamed or not', async () => {
  for (const [pieces, input] of [
    [['nu', 'll'], {}],
    [['[1', ',2]'], { _raw: '[1,2]' }],
    [['None'], { _raw: 'None' }],
    [[' ', '{"a"', ':1}'], { a: 1 }],
  ] as const) {
    const events: ChatEvent[] = [
      start,
      open(0, call('a')),
      ...pieces.map((piece) => text(0, piece)),
      close(0),
      finish('tool_calls'),
    ];
    for (const message of [
      await messageOf(messages.writeAnswer(events, facts, undefined)),
      await streamedMessageOf(streamOf(events)),
    ]) {
      const [block] = message.content;
      assert.deepEqual(block?.type === 'tool_use' && block.input, input);
    }
  }
});
