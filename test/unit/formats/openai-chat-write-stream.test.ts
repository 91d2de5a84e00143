import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCapsule } from '../../../lambda/core/chat/capsule.ts';
import type { ChatEvent } from '../../../lambda/core/chat/events.ts';
import { aesSealer } from '../../support/aes-sealer.ts';
import { block, call, chunksOf, FACTS, finish, START, streamed } from '../../support/chat-answers.ts';
import { clientThatGets } from '../../support/openai-client.ts';
import { openAiProblems } from '../../support/openai-schema.ts';

const usage: ChatEvent = {
  type: 'usage',
  usage: { input: 1, cacheRead: 0, cacheWrite: 0, cacheWriteLong: 0, output: 2, reasoning: 0 },
};

function chunks(events: readonly ChatEvent[], facts = FACTS, costUsd?: string) {
  const all = chunksOf(streamed(events, facts, costUsd));
  for (const chunk of all) {
    assert.deepEqual(openAiProblems('chat.completion.chunk', chunk), []);
    assert.deepEqual([chunk.id, chunk.created, chunk.model], ['chatcmpl-msg_1', 1_700_000_000, 'claude-x-1']);
  }
  return all;
}

const deltas = (events: readonly ChatEvent[], facts = FACTS) =>
  chunks(events, facts).flatMap(({ choices }) => (choices.length === 0 ? [] : [choices[0].delta]));

test('a text goes out as role, pieces, finish reason and usage, each at once', () => {
  const all = chunks(
    [START, ...block(0, { kind: 'text' }, ['Hel', 'lo']), finish('stop', 'end_turn'), usage],
    FACTS,
    '0.5',
  );
  assert.deepEqual(
    all.map(({ choices }) => choices[0]?.delta),
    [{ role: 'assistant', content: '', refusal: null }, { content: 'Hel' }, { content: 'lo' }, {}, undefined],
  );
  assert.deepEqual(
    all.map((chunk) => chunk.usage?.cost),
    [undefined, undefined, undefined, undefined, 0.5],
  );
  assert.deepEqual(all[3].choices[0].finish_reason, 'stop');
  assert.deepEqual(all[3].choices[0].native_finish_reason, 'end_turn');
  assert.ok(all.slice(0, 4).every((chunk) => chunk.usage === null));
});

test('usage goes out only where it was asked for', () => {
  const all = chunks([START, finish('stop'), usage], { ...FACTS, includeUsage: false });
  assert.ok(all.every((chunk) => !('usage' in chunk) && chunk.choices.length === 1));
});

test('nothing goes out before there is something to say', () => {
  const text = streamed([START, { type: 'open', choice: 0, block: 0, head: { kind: 'text' } }, usage], {
    ...FACTS,
    includeUsage: false,
  });
  assert.equal(text, 'data: [DONE]\n\n');
});

test('calls are numbered among calls only, named once, and pieces of two may alternate', () => {
  const piece = (block: number, text: string): ChatEvent => ({ type: 'text', choice: 0, block, text });
  const told = deltas([
    START,
    ...block(0, { kind: 'text' }, ['x']),
    { type: 'open', choice: 0, block: 1, head: call('a', 'f') },
    { type: 'open', choice: 0, block: 2, head: call('b', 'g') },
    piece(2, '{"q"'),
    piece(1, '{}'),
    piece(2, ':1}'),
    { type: 'close', choice: 0, block: 1 },
    { type: 'close', choice: 0, block: 2 },
    ...block(3, call('c', 'h')),
    finish('tool_calls'),
  ]).flatMap((delta) => delta.tool_calls ?? []);
  assert.deepEqual(told, [
    { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
    { index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '' } },
    { index: 1, function: { arguments: '{"q"' } },
    { index: 0, function: { arguments: '{}' } },
    { index: 1, function: { arguments: ':1}' } },
    { index: 2, id: 'c', type: 'function', function: { name: 'h', arguments: '' } },
    { index: 2, function: { arguments: '{}' } },
  ]);
});

test('a call that never closed gets its empty object before the finish reason', () => {
  const told = deltas([
    START,
    { type: 'open', choice: 0, block: 0, head: call('a', 'f') },
    finish('tool_calls'),
  ]);
  assert.deepEqual(told.at(-2), { tool_calls: [{ index: 0, function: { arguments: '{}' } }] });
});

test('reasoning is shown as it comes, and its signature is a piece of its own', () => {
  const told = deltas([START, ...block(0, { kind: 'reasoning' }, ['a', 'b', 'c'], 'sig'), finish('stop')]);
  assert.equal(told.map((delta) => delta.reasoning_content ?? '').join(''), 'abc');
  const details = told.flatMap((delta) => delta.reasoning_details ?? []);
  assert.equal(details.map((detail) => detail.text ?? '').join(''), 'abc');
  assert.deepEqual(details.at(-1), {
    type: 'reasoning.text',
    signature: 'sig',
    format: 'anthropic-claude-v1',
    index: 0,
  });
  assert.equal(told[0].content, null);
});

test('reasoning that is still open when a call begins counts as closed', () => {
  const sealer = aesSealer();
  const told = deltas(
    [
      START,
      { type: 'open', choice: 0, block: 0, head: { kind: 'reasoning' } },
      { type: 'text', choice: 0, block: 0, text: 'why' },
      { type: 'signature', choice: 0, block: 0, signature: 'sig' },
      { type: 'open', choice: 0, block: 1, head: call('a', 'f') },
      { type: 'close', choice: 0, block: 1 },
      { type: 'close', choice: 0, block: 0 },
      finish('tool_calls'),
    ],
    { ...FACTS, sealer },
  );
  const id = told.flatMap((delta) => delta.tool_calls ?? [])[0].id;
  assert.deepEqual(openCapsule(id, sealer)?.parts, [{ kind: 'thinking', text: 'why', signature: 'sig' }]);
});

test("the official client's stream helper puts the answer together", async () => {
  const raw = '{"n":1.0}';
  const text = streamed([
    START,
    ...block(0, { kind: 'reasoning' }, ['r'], 's'),
    ...block(1, { kind: 'text' }, ['so', ' on']),
    ...block(2, call('a', 'f'), [raw]),
    ...block(3, call('b', 'g')),
    finish('tool_calls', 'tool_use'),
    usage,
  ]);
  const stream = clientThatGets(text, true).chat.completions.stream({ model: 'm', messages: [] });
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0]?.message.content, 'so on');
  assert.deepEqual(
    final.choices[0]?.message.tool_calls?.map((each) => each.type === 'function' && each.function.arguments),
    [raw, '{}'],
  );
  assert.equal(final.choices[0]?.finish_reason, 'tool_calls');
  assert.equal(final.usage?.total_tokens, 3);
});

test('the tool runner of the official client runs a streamed call and sends its id back', async () => {
  const sealer = aesSealer();
  const first = streamed(
    [
      START,
      ...block(0, { kind: 'reasoning' }, ['r'], 's'),
      ...block(1, call('a', 'f')),
      finish('tool_calls'),
    ],
    { ...FACTS, sealer },
  );
  const second = streamed([START, ...block(0, { kind: 'text' }, ['done']), finish('stop')]);
  const answers = [first, second];
  const bodies: string[] = [];
  const { default: OpenAI } = await import('openai');
  const running = new OpenAI({
    apiKey: 'unused',
    baseURL: 'http://127.0.0.1/v1',
    maxRetries: 0,
    fetch: async (_url, init) => {
      bodies.push(String(init?.body));
      return new Response(answers.shift(), { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  const runner = running.chat.completions.runTools({
    model: 'm',
    stream: true,
    messages: [{ role: 'user', content: 'go' }],
    tools: [
      {
        type: 'function',
        function: { name: 'f', description: 'd', parameters: {}, function: () => 'result' },
      },
    ],
  });
  assert.equal(await runner.finalContent(), 'done');
  const sent = JSON.parse(bodies[1] ?? '');
  const id = sent.messages[1].tool_calls[0].id;
  assert.equal(sent.messages[2].tool_call_id, id);
  assert.deepEqual(openCapsule(id, sealer)?.parts, [{ kind: 'thinking', text: 'r', signature: 's' }]);
});
