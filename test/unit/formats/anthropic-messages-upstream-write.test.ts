import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Block, Conversation, Tool, Turn } from '../../../lambda/core/chat/conversation.ts';
import { FEATURES, lossesOf } from '../../../lambda/core/chat/features.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { type Capabilities, UNKNOWN_CAPABILITIES } from '../../../lambda/core/routing/target.ts';
import { readConversation } from '../../../lambda/formats/anthropic-messages/read-conversation.ts';
import { anthropicCount, anthropicMessages } from '../../../lambda/formats/anthropic-messages/upstream.ts';
import type { SendFacts } from '../../../lambda/formats/format.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { recordedExchanges } from '../../support/fixtures.ts';

const TARGET = 'anthropic/claude';

function capabilities(some: Partial<Capabilities> = {}): Capabilities {
  return { ...UNKNOWN_CAPABILITIES, ...some };
}

function send(some: Partial<SendFacts> = {}): SendFacts {
  return {
    target: TARGET,
    model: 'claude',
    maxTokens: 4_000,
    inject: false,
    stream: false,
    capabilities: capabilities(),
    fallback: false,
    callerHeaders: {},
    ...some,
  };
}

const text = (value: string): Block => ({ kind: 'text', text: value });
const user = (...content: Block[]): Turn => ({ role: 'user', content });
const assistant = (...content: Block[]): Turn => ({ role: 'assistant', content });
const system = (value: string): Turn => ({ role: 'system', content: [text(value)] });
const call = (id: string, input = '{}', custom = false): Block => ({
  kind: 'tool_call',
  id,
  name: 'f',
  input,
  custom,
});
const result = (id: string, ...content: Block[]): Block => ({
  kind: 'tool_result',
  id,
  content,
  isError: false,
});
const thinking = (signature: string | undefined, origin?: string): Block => ({
  kind: 'thinking',
  text: 'hm',
  signature,
  origin,
});
const tool = (some: Partial<Tool> = {}): Tool => ({
  kind: 'function',
  name: 'f',
  description: undefined,
  schema: undefined,
  strict: undefined,
  ...some,
});

function conversation(some: Partial<Conversation> = {}): Conversation {
  return {
    system: [],
    turns: [user(text('hi'))],
    tools: [],
    toolChoice: undefined,
    settings: { stop: [] },
    asked: [],
    notes: [],
    ...some,
  };
}

function json(said: Partial<Conversation>, facts: Partial<SendFacts> = {}): string {
  const written = anthropicMessages.write(conversation(said), send(facts));
  if (written instanceof TollgateError) throw written;
  return written;
}

// biome-ignore lint/suspicious/noExplicitAny: a request is read here as what its reader would see.
const request = (said: Partial<Conversation>, facts: Partial<SendFacts> = {}): any =>
  JSON.parse(json(said, facts));

function refusal(said: Partial<Conversation>, facts: Partial<SendFacts> = {}): TollgateError {
  const written = anthropicMessages.write(conversation(said), send(facts));
  assert.ok(written instanceof TollgateError, 'refused');
  return written;
}

const told = (said: Partial<Conversation>, some: Partial<Capabilities> = {}) =>
  anthropicMessages.losses(conversation(said), capabilities(some)).map(({ param, how }) => `${param} ${how}`);

/** What a recorded request says in the words of a writer, which has one spelling for each thing. */
// biome-ignore lint/suspicious/noExplicitAny: recorded requests have any shape.
function spelled(recorded: any): unknown {
  const one = structuredClone(recorded);
  const blocks = (content: unknown) =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  if (one.system !== undefined) one.system = blocks(one.system);
  for (const message of one.messages) {
    message.content = blocks(message.content);
    for (const block of message.content) {
      if (block.type !== 'tool_result') continue;
      block.content = blocks(block.content);
      if (block.is_error === false) delete block.is_error;
    }
  }
  if (one.stream === false) delete one.stream;
  return one;
}

/** Cases with what no translation carries: server tools, context management, the client's own billing text. */
const NOT_CARRIED = ['claude-code', 'pause-turn', 'web-search'];

for (const { id, request: body } of recordedExchanges('anthropic')) {
  if (body === undefined || NOT_CARRIED.some((part) => id.includes(part))) continue;
  test(`${id}: a recorded request that is read and written again says the same`, () => {
    const tape = scanJson(body, 128);
    assert.ok(tape instanceof JsonTape);
    const read = readConversation(tape);
    if (read instanceof TollgateError) throw read;
    const recorded = JSON.parse(Buffer.from(body).toString());
    const some = capabilities({
      systemTurns: true,
      thinking: recorded.thinking?.type === 'enabled' ? 'budget' : 'adaptive',
    });
    const written = request(read, {
      model: recorded.model,
      maxTokens: recorded.max_tokens,
      stream: recorded.stream === true,
      capabilities: some,
    });
    assert.deepEqual(written, spelled(recorded));
    assert.deepEqual(anthropicMessages.losses(read, some), []);
  });
}

test('a text of a user becomes the smallest request', () => {
  assert.equal(
    json({}),
    '{"model":"claude","max_tokens":4000,"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}',
  );
});

test('an output cap is always sent: the plan has its say first, then the catalog, then a default', () => {
  const max = (facts: Partial<SendFacts>) => request({}, facts).max_tokens;
  assert.equal(max({ maxTokens: 0 }), 0);
  assert.equal(
    max({ maxTokens: undefined, capabilities: capabilities({ maxOutputTokens: 64_000 }) }),
    64_000,
  );
  assert.ok(max({ maxTokens: undefined, stream: true }) > max({ maxTokens: undefined }));
});

test('system texts stay in order with their marks, and empty ones go', () => {
  const { system: written } = request({
    system: [
      { kind: 'text', text: 'a' },
      { kind: 'text', text: ' ' },
      { kind: 'text', text: 'b', cache: { ttl: undefined } },
    ],
  });
  assert.deepEqual(written, [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b', cache_control: { type: 'ephemeral' } },
  ]);
});

test('cache marks become the next longer of 5 minutes and an hour, and more than an hour is told', () => {
  const marked = (ttl: string | undefined): Partial<Conversation> => ({
    turns: [user({ kind: 'text', text: 'a', cache: { ttl } })],
    asked: [{ feature: 'cache_marks', param: 'messages[0].content[0].prompt_cache_breakpoint' }],
  });
  const ttl = (asked: string | undefined) => request(marked(asked)).messages[0].content[0].cache_control.ttl;
  assert.deepEqual([undefined, '5m', '30m', '1h', '12h'].map(ttl), [undefined, '5m', '1h', '1h', '1h']);
  assert.deepEqual(told(marked('12h')), ['messages[0].content[0].prompt_cache_breakpoint capped']);
  assert.deepEqual(told(marked('30m')), []);
});

test('tool arguments keep their text; empty ones are an object, and broken ones stand in one', () => {
  const input = '{ "n":12345678901234567890, "x": 1.0 }';
  const turns = [
    user(text('a')),
    assistant(
      call('1', input),
      call('2', ''),
      call('3', '{"a":'),
      call('4', '[1]'),
      call('5', 'ls -l', true),
    ),
    user(...['1', '2', '3', '4', '5'].map((id) => result(id))),
  ];
  assert.ok(json({ turns }).includes(`"input":${input}`));
  const inputs = request({ turns }).messages[1].content.map((block: { input: unknown }) => block.input);
  assert.deepEqual(inputs.slice(1), [{}, { _raw: '{"a":' }, { _raw: '[1]' }, { input: 'ls -l' }]);
});

test('tool results come before text in the order of the calls, with media, errors and ids that the API takes', () => {
  const image: Block = { kind: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aGk=' } };
  const { messages } = request({
    turns: [
      user(text('a')),
      assistant(call('call:1'), call('2')),
      user(text('and'), { kind: 'tool_result', id: '2', content: [image], isError: true }),
      user(result('call:1', text(''), text('ok'))),
    ],
  });
  const [first, second] = messages[1].content;
  assert.match(first.id, /^[a-zA-Z0-9_-]+$/);
  assert.equal(second.id, '2');
  assert.deepEqual(messages[2].content, [
    { type: 'tool_result', tool_use_id: first.id, content: [{ type: 'text', text: 'ok' }] },
    {
      type: 'tool_result',
      tool_use_id: '2',
      content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }],
      is_error: true,
    },
    { type: 'text', text: 'and' },
  ]);
});

test('media become images and documents, and texts in base64 become plain text', () => {
  const media = (block: Block) => request({ turns: [user(block)] }).messages[0].content[0];
  assert.deepEqual(media({ kind: 'image', source: { type: 'url', url: 'https://a.example/x.png' } }), {
    type: 'image',
    source: { type: 'url', url: 'https://a.example/x.png' },
  });
  assert.deepEqual(
    media({
      kind: 'document',
      source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBERg==' },
      title: 'T',
      context: 'C',
      citations: true,
    }),
    {
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERg==' },
      title: 'T',
      context: 'C',
      citations: { enabled: true },
    },
  );
  const plain = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hällo' } };
  const data = Buffer.from('hällo').toString('base64');
  assert.deepEqual(media({ kind: 'document', source: { type: 'text', text: 'hällo' } }), plain);
  assert.deepEqual(
    media({ kind: 'document', source: { type: 'base64', mediaType: 'text/csv', data } }),
    plain,
  );
});

test("blocks of this format go back as they were, others' are refused", () => {
  const own: Block = {
    kind: 'opaque',
    format: 'anthropic-messages',
    type: 'x',
    json: '{"type": "x", "n": 1.0}',
  };
  const turns = [user(text('a')), assistant(own, text('b')), user(text('c'))];
  assert.ok(json({ turns }).includes('[{"type": "x", "n": 1.0},'));
  assert.deepEqual(told({ turns }), []);
  const foreign: Block = { kind: 'opaque', format: 'openai-chat', type: 'audio', json: '{}' };
  const losses = anthropicMessages.losses(
    conversation({ turns: [user(text('a'), foreign)] }),
    capabilities(),
  );
  assert.deepEqual(
    losses.map(({ param, droppable }) => [param, droppable]),
    [['messages', false]],
  );
});

test("a turn's thinking goes back whole to the model that signed it, and not at all to others", () => {
  const redacted = (origin?: string): Block => ({ kind: 'redacted_thinking', data: 'ZGF0YQ==', origin });
  const kinds = (blocks: Block[], facts: Partial<SendFacts> = {}) =>
    request(
      { turns: [user(text('a')), assistant(...blocks, text('b')), user(text('c'))] },
      facts,
    ).messages[1].content.map(({ type }: { type: string }) => type);
  const both = ['thinking', 'redacted_thinking', 'text'];
  assert.deepEqual(kinds([thinking('c2ln'), redacted()]), both);
  assert.deepEqual(kinds([thinking('c2ln', TARGET), redacted(TARGET)]), both);
  assert.deepEqual(kinds([thinking('c2ln', 'other/claude'), redacted(TARGET)]), ['text']);
  assert.deepEqual(kinds([thinking('c2ln'), thinking(undefined)]), ['text']);
  assert.deepEqual(kinds([thinking('')]), ['text']);
  assert.deepEqual(kinds([thinking('tg1.')]), ['text']);
  assert.deepEqual(kinds([thinking('c2ln'), redacted()], { fallback: true }), ['text']);
});

test('a turn of nothing but thinking that cannot go back is left out', () => {
  const { messages } = request({ turns: [user(text('a')), assistant(thinking(undefined)), user(text('b'))] });
  assert.deepEqual(messages, [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    },
  ]);
});

test('thinking with a budget is left out of a tool loop whose own thinking was lost, and only there', () => {
  const thinks = (said: Block[], some: Partial<Capabilities>, last = user(result('1'))) =>
    request(
      {
        turns: [user(text('a')), assistant(...said), last],
        settings: { stop: [], reasoning: { type: 'effort', effort: 'low' } },
      },
      { capabilities: capabilities(some) },
    ).thinking?.type;
  assert.equal(thinks([call('1')], { thinking: 'budget' }), undefined);
  assert.equal(thinks([thinking('c2ln'), call('1')], { thinking: 'budget' }), 'enabled');
  assert.equal(thinks([text('b')], { thinking: 'budget' }, user(text('c'))), 'enabled');
  assert.equal(thinks([call('1')], { thinking: 'adaptive' }), 'adaptive');
});

test('a later call of a tool loop needs no thinking of its own', () => {
  const { thinking: written } = request(
    {
      turns: [
        user(text('a')),
        assistant(thinking('c2ln'), call('1')),
        user(result('1')),
        assistant(call('2')),
        user(result('2')),
      ],
      settings: { stop: [], reasoning: { type: 'budget', tokens: 2_000 } },
    },
    { capabilities: capabilities({ thinking: 'budget' }) },
  );
  assert.deepEqual(written, { type: 'enabled', budget_tokens: 2_000 });
});

test('how much to think is said in the words of the model', () => {
  type Reasoning = NonNullable<Conversation['settings']['reasoning']>;
  const said = (reasoning: Reasoning, some: Capabilities['thinking'], maxTokens = 40_000) => {
    const written = request(
      { settings: { stop: [], reasoning, reasoningDisplay: 'omitted' } },
      { maxTokens, capabilities: capabilities({ thinking: some }) },
    );
    return [written.thinking, written.output_config?.effort];
  };
  const adaptive = { type: 'adaptive', display: 'omitted' };
  const enabled = (budget_tokens: number) => ({ type: 'enabled', budget_tokens, display: 'omitted' });
  assert.deepEqual(said({ type: 'effort', effort: 'medium' }, 'adaptive'), [adaptive, 'medium']);
  assert.deepEqual(said({ type: 'effort', effort: 'minimal' }, undefined), [adaptive, 'low']);
  assert.deepEqual(said({ type: 'adaptive', effort: undefined }, 'adaptive'), [adaptive, undefined]);
  assert.deepEqual(said({ type: 'budget', tokens: 9_000 }, 'adaptive'), [adaptive, 'high']);
  assert.deepEqual(said({ type: 'effort', effort: 'low' }, 'effort'), [undefined, 'low']);
  assert.deepEqual(said({ type: 'effort', effort: 'high' }, 'none'), [undefined, undefined]);
  assert.deepEqual(said({ type: 'off' }, 'adaptive'), [{ type: 'disabled' }, undefined]);
  assert.deepEqual(said({ type: 'effort', effort: 'none' }, 'budget'), [{ type: 'disabled' }, undefined]);
  assert.deepEqual(said({ type: 'budget', tokens: 500 }, 'budget'), [enabled(1_024), undefined]);
  assert.deepEqual(said({ type: 'effort', effort: 'high' }, 'budget'), [enabled(16_384), undefined]);
  assert.deepEqual(said({ type: 'effort', effort: 'high' }, 'budget', 6_000), [enabled(3_000), undefined]);
  assert.deepEqual(said({ type: 'effort', effort: 'low' }, 'budget', 1_025), [enabled(1_024), undefined]);
  assert.deepEqual(said({ type: 'effort', effort: 'low' }, 'budget', 1_024), [undefined, undefined]);
});

test('a budget that leaves nothing for the answer is refused by its parameter', () => {
  const error = refusal(
    {
      settings: { stop: [], reasoning: { type: 'budget', tokens: 4_000 } },
      asked: [{ feature: 'reasoning', param: 'reasoning.max_tokens' }],
    },
    { capabilities: capabilities({ thinking: 'budget' }) },
  );
  assert.equal(error.facts.param, 'reasoning.max_tokens');
  assert.equal(error.code, 'invalid_request');
});

test('what becomes of reasoning is told where it is not the same', () => {
  const asked = [{ feature: 'reasoning', param: 'reasoning_effort' } as const];
  const of = (reasoning: Conversation['settings']['reasoning'], some: Capabilities['thinking']) =>
    told(
      { asked, settings: reasoning === undefined ? { stop: [] } : { stop: [], reasoning } },
      { thinking: some },
    );
  assert.deepEqual(of({ type: 'effort', effort: 'high' }, 'none'), ['reasoning_effort dropped']);
  assert.deepEqual(of({ type: 'off' }, 'none'), []);
  assert.deepEqual(of({ type: 'effort', effort: 'minimal' }, 'adaptive'), ['reasoning_effort emulated']);
  assert.deepEqual(of({ type: 'budget', tokens: 5_000 }, 'adaptive'), ['reasoning_effort emulated']);
  assert.deepEqual(of({ type: 'budget', tokens: 5 }, 'budget'), ['reasoning_effort emulated']);
  assert.deepEqual(of({ type: 'effort', effort: 'high' }, 'budget'), []);
  assert.deepEqual(of(undefined, 'none'), []);
});

test('sampling parameters go as far as the model takes them, and the rest is told', () => {
  const both = { stop: [], temperature: 0.5, topP: 0.9, topK: 5 };
  const sent = (settings: Conversation['settings'], some: Partial<Capabilities> = {}) => {
    const { temperature, top_p, top_k } = request({ settings }, { capabilities: capabilities(some) });
    return [temperature, top_p, top_k];
  };
  assert.deepEqual(sent(both), [0.5, 0.9, 5]);
  assert.deepEqual(told({ settings: both }), []);
  assert.deepEqual(sent(both, { sampling: 'one' }), [0.5, undefined, 5]);
  assert.deepEqual(told({ settings: both }, { sampling: 'one' }), ['top_p dropped']);
  assert.deepEqual(sent({ stop: [], topP: 0.9 }, { sampling: 'one' }), [undefined, 0.9, undefined]);
  assert.deepEqual(sent(both, { sampling: 'none' }), [undefined, undefined, undefined]);
  assert.equal(told({ settings: both }, { sampling: 'none' }).length, 3);
  assert.deepEqual(sent({ stop: [], temperature: 1.7 }), [1, undefined, undefined]);
  assert.deepEqual(told({ settings: { stop: [], temperature: 1.7 } }), ['temperature capped']);
  const thinks = { ...both, reasoning: { type: 'effort', effort: 'low' } as const };
  assert.deepEqual(sent(thinks), [undefined, undefined, undefined]);
  assert.deepEqual(sent({ ...thinks, temperature: 1, topP: 0.95 }), [1, 0.95, undefined]);
});

test('stop sequences of white space alone are left out and told', () => {
  const settings = { stop: ['END', '\n'] };
  assert.deepEqual(request({ settings }).stop_sequences, ['END']);
  assert.deepEqual(told({ settings, asked: [{ feature: 'stop', param: 'stop' }] }), ['stop dropped']);
  assert.equal('stop_sequences' in request({ settings: { stop: [' '] } }), false);
});

test('tools keep the text of their schemas, and always have one that names an object', () => {
  const schema = '{ "type":"object", "properties":{"n":{"const":12345678901234567890}} }';
  const tools = [
    tool({ description: 'd', schema, cache: { ttl: '1h' } }),
    tool({ name: 'none' }),
    tool({ name: 'untyped', schema: '{"properties":{}}' }),
    tool({ name: 'free', kind: 'custom' }),
  ];
  assert.ok(json({ tools }).includes(`"input_schema":${schema}`));
  const written = request({ tools }).tools;
  assert.equal(written[0].description, 'd');
  assert.deepEqual(written[0].cache_control, { type: 'ephemeral', ttl: '1h' });
  assert.deepEqual(written[1].input_schema, { type: 'object', properties: {} });
  assert.deepEqual(written[2].input_schema, { properties: {}, type: 'object' });
  assert.deepEqual(written[3].input_schema.required, ['input']);
});

test('a tool whose name the API does not take is refused by its name', () => {
  for (const name of ['a.b', '', 'x'.repeat(129)]) {
    const error = refusal({ tools: [tool({ name })] });
    assert.equal(error.facts.param, 'tools');
    assert.ok(error.message.includes(JSON.stringify(name).slice(0, 20)), error.message);
  }
});

test('tool choices have their own words, and are left out where there is no tool', () => {
  const choice = (toolChoice: Conversation['toolChoice'], single = false) =>
    request({
      tools: [tool()],
      toolChoice,
      settings: { stop: [], ...(single ? { parallelToolCalls: false } : {}) },
    }).tool_choice;
  assert.equal(choice(undefined), undefined);
  assert.deepEqual(choice(undefined, true), { type: 'auto', disable_parallel_tool_use: true });
  assert.deepEqual(choice({ type: 'auto' }), { type: 'auto' });
  assert.deepEqual(choice({ type: 'none' }, true), { type: 'none' });
  assert.deepEqual(choice({ type: 'required' }, true), { type: 'any', disable_parallel_tool_use: true });
  assert.deepEqual(choice({ type: 'tool', name: 'f' }), { type: 'tool', name: 'f' });
  assert.equal('tool_choice' in request({ toolChoice: { type: 'required' } }), false);
});

test('a call cannot be forced while a model thinks with a budget; the choice is its own, and that is told', () => {
  const said: Partial<Conversation> = {
    tools: [tool()],
    toolChoice: { type: 'tool', name: 'f' },
    settings: { stop: [], reasoning: { type: 'effort', effort: 'low' } },
  };
  const choice = (some: Capabilities['thinking']) =>
    request(said, { capabilities: capabilities({ thinking: some }) }).tool_choice;
  assert.deepEqual(choice('budget'), { type: 'auto' });
  assert.deepEqual(choice('adaptive'), { type: 'tool', name: 'f' });
  assert.deepEqual(told(said, { thinking: 'budget' }), ['tool_choice dropped']);
  assert.deepEqual(told(said, { thinking: 'adaptive' }), []);
});

test('instructions between turns stand where the model takes them, and become text where it does not', () => {
  const roles = (turns: Turn[], systemTurns: boolean) =>
    request({ turns }, { capabilities: capabilities({ systemTurns }) }).messages.map(
      ({ role, content }: { role: string; content: { text?: string; type: string }[] }) =>
        `${role}: ${content.map((block) => block.text ?? block.type).join(' | ')}`,
    );
  const behind = [user(text('a')), system('s'), assistant(text('b')), user(text('c')), system('t')];
  assert.deepEqual(roles(behind, true), ['user: a', 'system: s', 'assistant: b', 'user: c', 'system: t']);
  assert.deepEqual(roles(behind, false), [
    'user: a | <system>\ns\n</system>',
    'assistant: b',
    'user: c | <system>\nt\n</system>',
  ]);
  const between = [user(text('a')), assistant(call('1')), system('s'), user(result('1'))];
  assert.deepEqual(roles(between, true), [
    'user: a',
    'assistant: tool_use',
    'user: tool_result | <system>\ns\n</system>',
  ]);
  assert.deepEqual(told({ turns: behind }, { systemTurns: true }), []);
  assert.deepEqual(told({ turns: behind }), ['messages emulated']);
  assert.deepEqual(told({ turns: between }, { systemTurns: true }), ['messages emulated']);
});

test('messages that say nothing are refused, but an empty answer of a model is left out', () => {
  assert.equal(refusal({ turns: [user(text(' '))] }).facts.param, 'messages');
  assert.equal(refusal({ turns: [] }).code, 'invalid_request');
  const { messages } = request({ turns: [user(text('a')), assistant(text('')), user(text('b'))] });
  assert.equal(messages.length, 1);
});

test('white space that a model wrote beside a call goes back with it', () => {
  const turns = [user(text('a')), assistant(text(' '), call('1')), user(text('\n'), result('1'))];
  const { messages } = request({ turns });
  assert.equal(messages[1].content[0].text, ' ');
  assert.equal(messages[2].content.length, 1);
});

test('a result without its call is refused', () => {
  assert.match(refusal({ turns: [user(text('a')), assistant(text('b')), user(result('9'))] }).message, /"9"/);
});

const person =
  '{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}';

function format(schema: string, some: Partial<Capabilities> = {}) {
  const said: Partial<Conversation> = {
    settings: {
      stop: [],
      responseFormat: { type: 'json_schema', name: 'person', schema, strict: true },
    },
    asked: [{ feature: 'json_schema', param: 'response_format' }],
  };
  return { said, losses: told(said, some), written: () => json(said, { capabilities: capabilities(some) }) };
}

test('a schema that the API takes goes with its own text', () => {
  const { written, losses } = format(person);
  assert.ok(written().includes(`"output_config":{"format":{"type":"json_schema","schema":${person}}}`));
  assert.deepEqual(losses, []);
});

test('objects of a schema are closed, which loses nothing', () => {
  const { written, losses } = format(
    '{"$schema":"x","type":"object","properties":{"a":{"type":["object","null"],"properties":{},"additionalProperties":true}}}',
  );
  assert.deepEqual(JSON.parse(written()).output_config.format.schema, {
    type: 'object',
    properties: { a: { type: ['object', 'null'], properties: {}, additionalProperties: false } },
    additionalProperties: false,
  });
  assert.deepEqual(losses, []);
});

test('what the API does not enforce of a schema is told in descriptions, and to the caller', () => {
  const { written, losses } = format(
    '{"type":"object","properties":{"2":{"type":"integer","minimum":-9007199254740991,"description":"age"},"1":{"type":"string","format":"email","pattern":"^a"},"l":{"type":"array","minItems":3,"items":{"oneOf":[{"type":"string","format":"phone"},{"$ref":"#/$defs/d"}]}}},"$defs":{"d":{"type":"string","enum":["x"]}},"additionalProperties":false}',
  );
  const text = written();
  assert.ok(text.indexOf('"2":') < text.indexOf('"1":'), 'properties keep their order');
  assert.deepEqual(JSON.parse(text).output_config.format.schema, {
    type: 'object',
    properties: {
      '2': { type: 'integer', description: 'age\n\n{minimum: -9007199254740991}' },
      '1': { type: 'string', format: 'email', description: '{pattern: "^a"}' },
      l: {
        type: 'array',
        items: { anyOf: [{ type: 'string', description: '{format: "phone"}' }, { $ref: '#/$defs/d' }] },
        description: '{minItems: 3}',
      },
    },
    $defs: { d: { type: 'string', enum: ['x'] } },
    additionalProperties: false,
  });
  assert.deepEqual(losses, ['response_format emulated']);
});

test('an object that maps names to values cannot be kept, which is told', () => {
  const { losses } = format('{"type":"object","properties":{},"additionalProperties":{"type":"string"}}');
  assert.deepEqual(losses, ['response_format emulated']);
});

test('strict tools get their schemas in the same way', () => {
  const schema = '{"type":"object","properties":{"n":{"type":"integer","minimum":1}}}';
  const strict = {
    tools: [tool({ schema, strict: true })],
    asked: [{ feature: 'tools', param: 'tools' } as const],
  };
  const [written] = request(strict).tools;
  assert.equal(written.strict, true);
  assert.equal(written.input_schema.additionalProperties, false);
  assert.deepEqual(told(strict), ['tools emulated']);
  assert.deepEqual(request({ tools: [tool({ schema, strict: false })] }).tools[0], {
    name: 'f',
    input_schema: JSON.parse(schema),
  });
});

test('a model that cannot be bound to a schema is told to follow it where the loss is accepted', () => {
  const { said, losses, written } = format(person, { structuredOutput: false });
  assert.deepEqual(losses, ['response_format dropped']);
  const { system: told, output_config } = JSON.parse(written());
  assert.equal(output_config, undefined);
  assert.ok(told.at(-1).text.endsWith(person));
  assert.equal(said.asked?.length, 1);
});

test('JSON without a schema is an instruction behind the caller’s own', () => {
  const { system: written } = request({
    system: [{ kind: 'text', text: 'a' }],
    settings: { stop: [], responseFormat: { type: 'json_object' } },
  });
  assert.equal(written.length, 2);
  assert.match(written[1].text, /JSON object/);
});

test('the end user, the service tier and the stream are said in the words of the API', () => {
  const settings = { stop: [], endUser: 'u1', serviceTier: 'standard_only' };
  const written = request({ settings }, { stream: true });
  assert.deepEqual(written.metadata, { user_id: 'u1' });
  assert.deepEqual([written.service_tier, written.stream], ['standard_only', true]);
  assert.equal('service_tier' in request({ settings: { stop: [], serviceTier: 'flex' } }), false);
  assert.deepEqual(told({ settings: { stop: [], serviceTier: 'flex' } }), ['service_tier dropped']);
});

test('a count says the same without how the answer is made', () => {
  const said = conversation({
    system: [{ kind: 'text', text: 's' }],
    tools: [tool()],
    settings: { stop: ['x'], temperature: 1, endUser: 'u', reasoning: { type: 'budget', tokens: 9_000 } },
  });
  const facts = send({ stream: true, capabilities: capabilities({ thinking: 'budget' }) });
  const counted = anthropicCount.write(said, facts);
  const whole = anthropicMessages.write(said, { ...facts, maxTokens: 20_000 });
  assert.ok(typeof counted === 'string' && typeof whole === 'string');
  const { max_tokens, stop_sequences, temperature, metadata, stream, ...rest } = JSON.parse(whole);
  assert.deepEqual(JSON.parse(counted), rest);
  assert.deepEqual([max_tokens, stop_sequences, temperature, metadata, stream].includes(undefined), false);
});

test('a count loses what is said and cannot be, and no sampling', () => {
  const said = conversation({
    settings: { stop: [' '], temperature: 2 },
    asked: [
      { feature: 'temperature', param: 'temperature' },
      { feature: 'seed', param: 'seed' },
      { feature: 'audio_input', param: 'messages[0].content[0]' },
    ],
  });
  assert.deepEqual(
    anthropicCount.losses(said, capabilities()).map(({ param }) => param),
    ['messages[0].content[0]'],
  );
});

test('every feature that is refused or emulated says why', () => {
  const asked = FEATURES.map((feature) => ({ feature, param: feature }));
  const losses = lossesOf(asked, anthropicMessages.support);
  assert.ok(losses.length > 0);
  for (const { note, param } of losses) assert.notEqual(note, '', param);
});
