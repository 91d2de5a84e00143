import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation } from '../../../lambda/core/chat/conversation.ts';
import { ownSignature } from '../../../lambda/core/chat/own-signature.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { messages } from '../../../lambda/formats/anthropic-messages/caller.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { recordedExchanges } from '../../support/fixtures.ts';

function read(json: string | Uint8Array): Conversation | TollgateError {
  const tape = scanJson(Buffer.from(json), 128);
  assert.ok(tape instanceof JsonTape);
  return messages.readConversation(tape, undefined);
}

function conversationOf(json: string | Uint8Array): Conversation {
  const conversation = read(json);
  assert.ok(
    !(conversation instanceof TollgateError),
    conversation instanceof TollgateError ? conversation.message : '',
  );
  return conversation;
}

const hello = [{ role: 'user', content: 'hi' }];
const of = (body: object): Conversation => conversationOf(JSON.stringify({ messages: hello, ...body }));
const asked = (body: object): readonly string[] =>
  of(body).asked.map(({ feature, param }) => `${feature} ${param}`);
const turn = (role: string, ...content: unknown[]): object => ({ messages: [{ role, content }] });
const blocksOf = (body: object) => of(body).turns[0]?.content;

function recorded(id: string): Conversation {
  const exchange = recordedExchanges('anthropic').find((candidate) => candidate.id === `anthropic/${id}`);
  assert.ok(exchange?.request !== undefined);
  return conversationOf(exchange.request);
}

test("Claude Code's round trip keeps the empty signed thinking, the order, the call and its result", () => {
  const conversation = recorded('claude-code-thinking-tool-roundtrip#2');
  assert.deepEqual(
    conversation.turns.map(({ role, content }) => [role, ...content.map(({ kind }) => kind)]),
    [
      ['user', 'text', 'text'],
      ['assistant', 'thinking', 'tool_call'],
      ['user', 'tool_result'],
    ],
  );
  const [thinking, call] = conversation.turns[1]?.content ?? [];
  assert.ok(thinking?.kind === 'thinking' && call?.kind === 'tool_call');
  assert.equal(thinking.text, '');
  assert.match(thinking.signature ?? '', /^ErYCCqcBCBAYAipAnghNVyvQT/);
  assert.equal(thinking.origin, undefined);
  assert.deepEqual([call.id, call.name], ['toolu_01ABHJ56tk1g7taZ3FTwmay7', 'mcp__local__fetch_weather']);
  assert.deepEqual(JSON.parse(call.input), { location: 'NY', units: 'fahrenheit' });
  assert.deepEqual(conversation.turns[2]?.content, [
    {
      kind: 'tool_result',
      id: 'toolu_01ABHJ56tk1g7taZ3FTwmay7',
      content: [{ kind: 'text', text: 'The weather in NY is 72° in fahrenheit.' }],
      isError: false,
      cache: { ttl: undefined },
    },
  ]);
});

test("Claude Code's version line is left out of the instructions, and its settings are read", () => {
  const conversation = recorded('claude-code-thinking-tool-roundtrip#1');
  assert.equal(
    conversation.system[0]?.text,
    "You are a Claude agent, built on Anthropic's Claude Agent SDK.",
  );
  assert.deepEqual(conversation.system[0]?.cache, { ttl: undefined });
  assert.deepEqual(conversation.settings.reasoning, { type: 'adaptive', effort: 'medium' });
  assert.equal(conversation.settings.reasoningDisplay, 'omitted');
  assert.match(conversation.settings.endUser ?? '', /^\{"device_id"/);
  assert.deepEqual(
    conversation.asked.map(({ feature, param }) => `${feature} ${param}`),
    [
      'cache_marks cache_control',
      'tools tools',
      'max_tokens max_tokens',
      'unknown context_management',
      'reasoning output_config.effort',
      'reasoning thinking',
      'end_user metadata.user_id',
    ],
  );
});

test('server tools, their blocks and a turn to be gone on with are told once each', () => {
  const conversation = recorded('pause-turn#2');
  const features = conversation.asked.map(({ feature, param }) => `${feature} ${param}`);
  assert.deepEqual(features.slice(0, 4), [
    'server_blocks messages[1].content[2]',
    'server_blocks messages[1].content[3]',
    'prefill messages[1]',
    'hosted_tools tools[0]',
  ]);
  assert.deepEqual(conversation.tools, []);
  const opaque = conversation.turns[1]?.content.find(({ kind }) => kind === 'opaque');
  assert.ok(opaque?.kind === 'opaque');
  assert.deepEqual([opaque.format, opaque.type], ['anthropic-messages', 'server_tool_use']);
});

test('redacted thinking and instructions between turns keep their place', () => {
  const redacted = recorded('redacted-thinking-multiturn#2').turns[1]?.content[0];
  assert.ok(redacted?.kind === 'redacted_thinking' && redacted.data.length > 100);
  const conversation = recorded('mid-conversation-system#1');
  assert.deepEqual(
    conversation.turns.map(({ role }) => role),
    ['user', 'assistant', 'user', 'system'],
  );
  assert.equal(conversation.asked[0]?.param, 'messages[3]');
});

test('tool inputs and schemas keep their own bytes', () => {
  const input = '{"n": 12345678901234567890, "z":-0, "f":1.0}';
  const schema = '{"type":"object","properties":{"n":{"maximum":1e400}}}';
  const conversation = conversationOf(
    `{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":${input}}]}],` +
      `"tools":[{"name":"f","description":"d","strict":true,"input_schema":${schema}}]}`,
  );
  const [call] = conversation.turns[0]?.content ?? [];
  assert.equal(call?.kind === 'tool_call' && call.input, input);
  assert.deepEqual(conversation.tools, [
    { kind: 'function', name: 'f', description: 'd', schema, strict: true },
  ]);
});

test("reasoning under the gateway's own mark comes back unsigned with its details, as does an empty signature", () => {
  const details = '[{"type":"reasoning.encrypted","data":"x"}]';
  const thinking = (signature: string | undefined) => ({ type: 'thinking', thinking: 'hm', signature });
  assert.deepEqual(
    blocksOf(
      turn(
        'assistant',
        thinking(ownSignature(details)),
        thinking(ownSignature(undefined)),
        thinking(''),
        thinking(undefined),
      ),
    ),
    [
      { kind: 'thinking', text: 'hm', signature: undefined, origin: undefined, details },
      ...Array.from({ length: 3 }, () => ({
        kind: 'thinking',
        text: 'hm',
        signature: undefined,
        origin: undefined,
      })),
    ],
  );
});

test('capsules are taken out of call ids on both sides', () => {
  assert.deepEqual(blocksOf(turn('user', { type: 'tool_result', tool_use_id: 'toolu_1.tg1.AAAA' })), [
    { kind: 'tool_result', id: 'toolu_1', content: [], isError: false },
  ]);
});

test('every kind of image and document source is read, with what it asks for', () => {
  const at = (type: string, source: object, more: object = {}) => ({ type, source, ...more });
  const body = turn(
    'user',
    at(
      'image',
      { type: 'base64', media_type: 'image/png', data: 'AAAA' },
      { cache_control: { type: 'ephemeral', ttl: '1h' } },
    ),
    at('image', { type: 'url', url: 'https://example.com/a.png' }),
    at('image', { type: 'file', file_id: 'file_1' }),
    at(
      'document',
      { type: 'base64', media_type: 'application/pdf', data: 'BBBB' },
      { title: 'T', context: 'C' },
    ),
    at('document', { type: 'url', url: 'https://example.com/a.pdf' }, { citations: { enabled: true } }),
    at(
      'document',
      { type: 'text', media_type: 'text/plain', data: 'plain' },
      { citations: { enabled: false } },
    ),
    at('document', {
      type: 'content',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    }),
    at('document', { type: 'content', content: 'c' }),
  );
  assert.deepEqual(blocksOf(body), [
    { kind: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' }, cache: { ttl: '1h' } },
    { kind: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    { kind: 'image', source: { type: 'file', id: 'file_1' } },
    {
      kind: 'document',
      source: { type: 'base64', mediaType: 'application/pdf', data: 'BBBB' },
      title: 'T',
      context: 'C',
    },
    { kind: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' }, citations: true },
    { kind: 'document', source: { type: 'text', text: 'plain' }, citations: false },
    { kind: 'document', source: { type: 'text', text: 'a\n\nb' } },
    { kind: 'document', source: { type: 'text', text: 'c' } },
  ]);
  assert.deepEqual(asked(body), [
    'images messages[0].content[0]',
    'cache_marks cache_control',
    'image_urls messages[0].content[1]',
    'files messages[0].content[2]',
    'documents messages[0].content[3]',
    'document_urls messages[0].content[4]',
    'citations messages[0].content[4].citations',
  ]);
});

test('a block that only this format knows is kept whole', () => {
  const result = { type: 'web_search_tool_result', tool_use_id: 's', content: [] };
  assert.deepEqual(blocksOf(turn('user', result)), [
    {
      kind: 'opaque',
      format: 'anthropic-messages',
      type: 'web_search_tool_result',
      json: JSON.stringify(result),
    },
  ]);
  const mixed = { type: 'document', source: { type: 'content', content: [{ type: 'image', source: {} }] } };
  assert.equal(blocksOf(turn('user', mixed))?.[0]?.kind, 'opaque');
});

test('what a caller searched for itself is text with its source, in a tool result as well, and that is told', () => {
  const found = {
    type: 'search_result',
    source: 'https://example.com/a',
    title: 'A page',
    content: [
      { type: 'text', text: 'One.' },
      { type: 'text', text: 'Two.' },
    ],
    citations: { enabled: true },
    cache_control: { type: 'ephemeral' },
  };
  const text = 'A page\nhttps://example.com/a\n\nOne.\n\nTwo.';
  const block = { kind: 'text', text, cache: { ttl: undefined } };
  const body = turn('user', found, { type: 'tool_result', tool_use_id: 't', content: [found] });
  const conversation = of(body);
  assert.deepEqual(conversation.turns[0]?.content, [
    block,
    { kind: 'tool_result', id: 't', content: [block], isError: false },
  ]);
  assert.deepEqual(conversation.notes, ['search_result blocks are sent as text']);
  assert.deepEqual(asked(body), ['citations messages[0].content[0].citations', 'cache_marks cache_control']);
});

test('a document of plain text asks for nothing that a text does not, in a tool result as well', () => {
  const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } };
  const body = turn('user', document, { type: 'tool_result', tool_use_id: 't', content: [document] });
  assert.deepEqual(asked(body), []);
});

test('a call whose input came back as null has none', () => {
  const [call] = blocksOf(turn('assistant', { type: 'tool_use', id: 'a', name: 'f', input: null })) ?? [];
  assert.equal(call?.kind === 'tool_call' && call.input, '{}');
});

test('a failed result, media in a result and cited text are told', () => {
  const body = turn(
    'user',
    { type: 'tool_result', tool_use_id: 'a', is_error: true, content: 'no' },
    {
      type: 'tool_result',
      tool_use_id: 'b',
      content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }],
    },
    { type: 'text', text: 'cited', citations: [{ type: 'char_location' }] },
  );
  assert.deepEqual(asked(body), [
    'tool_errors messages[0].content[0].is_error',
    'images messages[0].content[1].content[0]',
    'tool_result_media messages[0].content[1].content[0]',
    'citations messages[0].content[2].citations',
  ]);
  const [failed, , cited] = blocksOf(body) ?? [];
  assert.equal(failed?.kind === 'tool_result' && failed.isError, true);
  assert.equal(cited?.kind === 'text' && cited.citations, '[{"type":"char_location"}]');
});

test('every choice of tools is read; auto asks for nothing', () => {
  const choice = (tool_choice: object) => {
    const { toolChoice, settings } = of({ tool_choice });
    return [toolChoice, settings.parallelToolCalls, ...asked({ tool_choice })];
  };
  assert.deepEqual(choice({ type: 'auto' }), [{ type: 'auto' }, undefined]);
  assert.deepEqual(choice({ type: 'any', disable_parallel_tool_use: true }), [
    { type: 'required' },
    false,
    'single_tool_call tool_choice.disable_parallel_tool_use',
    'tool_choice tool_choice',
  ]);
  assert.deepEqual(choice({ type: 'none' }), [{ type: 'none' }, undefined, 'tool_choice tool_choice']);
  assert.deepEqual(choice({ type: 'tool', name: 'f' }), [
    { type: 'tool', name: 'f' },
    undefined,
    'tool_choice tool_choice',
  ]);
});

test('how much to think is read from thinking and effort together, and what is not used is noted', () => {
  const reasoning = (body: object) => of(body).settings.reasoning;
  const effort = { output_config: { effort: 'xhigh' } };
  assert.deepEqual(reasoning({}), undefined);
  assert.deepEqual(reasoning(effort), { type: 'effort', effort: 'xhigh' });
  assert.deepEqual(reasoning({ thinking: { type: 'adaptive' } }), { type: 'adaptive', effort: undefined });
  const budget = { thinking: { type: 'enabled', budget_tokens: 2048 }, ...effort };
  assert.deepEqual(reasoning(budget), { type: 'budget', tokens: 2048 });
  assert.deepEqual(of(budget).notes, [
    'output_config.effort was not used: `thinking.budget_tokens` says how much to think',
  ]);
  assert.deepEqual(reasoning({ thinking: { type: 'disabled' } }), { type: 'off' });
  const newer = { thinking: { type: 'between_tools', block_binding: {} } };
  assert.deepEqual(reasoning(newer), { type: 'adaptive', effort: undefined });
  assert.deepEqual(asked(newer), [
    'reasoning thinking',
    'unknown thinking.block_binding',
    'unknown thinking.type',
  ]);
});

test('answers bound to a schema are read under their newer and their older name', () => {
  const schema = '{"type":"object","x":1.0}';
  const format = `{"type":"json_schema","schema":${schema}}`;
  const messagesJson = JSON.stringify(hello);
  for (const [json, param] of [
    [`{"messages":${messagesJson},"output_config":{"format":${format}}}`, 'output_config.format'],
    [`{"messages":${messagesJson},"output_format":${format}}`, 'output_format'],
  ] as const) {
    const conversation = conversationOf(json);
    assert.deepEqual(conversation.settings.responseFormat, {
      type: 'json_schema',
      name: undefined,
      schema,
      // Not every schema that this format binds to is one that others bind to strictly.
      strict: undefined,
    });
    assert.deepEqual(conversation.asked, [{ feature: 'json_schema', param }]);
  }
});

test('every parameter that is given is told, by its own name', () => {
  const body = {
    model: 'm',
    stream: true,
    max_tokens: 5,
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    stop_sequences: ['\n'],
    service_tier: 'standard_only',
    thread: { type: 'create' },
    container: 'c',
    mcp_servers: [{}],
    context_management: {},
    diagnostics: {},
    fallbacks: 'default',
    inference_geo: 'us',
    speed: 'fast',
    metadata: { user_id: 'u', other: 1 },
    output_config: { task_budget: {} },
    invented: 1,
  };
  assert.deepEqual(asked(body), [
    'max_tokens max_tokens',
    'temperature temperature',
    'top_p top_p',
    'top_k top_k',
    'stop stop_sequences',
    'service_tier service_tier',
    'threads thread',
    'hosted_tools container',
    'hosted_tools mcp_servers',
    'unknown context_management',
    'unknown diagnostics',
    'unknown fallbacks',
    'unknown inference_geo',
    'unknown speed',
    'unknown invented',
    'unknown output_config.task_budget',
    'end_user metadata.user_id',
    'metadata metadata.other',
  ]);
  assert.deepEqual(of(body).settings, {
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    stop: ['\n'],
    endUser: 'u',
    serviceTier: 'standard_only',
  });
});

test('what is null or asks for nothing is not told', () => {
  assert.deepEqual(
    asked({
      max_tokens: null,
      temperature: null,
      stop_sequences: [],
      service_tier: 'auto',
      speed: 'standard',
      tools: [],
      mcp_servers: [],
      thinking: null,
      metadata: {},
      cache_control: null,
      tool_choice: { type: 'auto', disable_parallel_tool_use: false },
      system: 'be brief',
    }),
    [],
  );
});

test('settings of a tool that other formats have not are told once, a hint about streaming never', () => {
  const tool = (name: string) => ({
    name,
    input_schema: {},
    eager_input_streaming: true,
    defer_loading: true,
    cache_control: { type: 'ephemeral', ttl: '5m' },
  });
  const body = { tools: [tool('f'), tool('g'), { type: 'bash_20250124', name: 'bash' }] };
  assert.deepEqual(asked(body), [
    'tools tools',
    'unknown tools[0].defer_loading',
    'cache_marks cache_control',
    'hosted_tools tools[2]',
  ]);
  assert.deepEqual(of(body).tools[1], {
    kind: 'function',
    name: 'g',
    description: undefined,
    schema: '{}',
    strict: undefined,
    cache: { ttl: '5m' },
  });
});

test('a cache mark for the whole request stands behind the last block that can bear one', () => {
  const conversation = of({
    cache_control: { type: 'ephemeral', ttl: '1h' },
    messages: [
      { role: 'user', content: 'a' },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'b' },
          { type: 'thinking', thinking: 't', signature: 's' },
        ],
      },
    ],
  });
  assert.deepEqual(conversation.turns[0]?.content, [{ kind: 'text', text: 'a' }]);
  assert.deepEqual(conversation.turns[1]?.content[0], { kind: 'text', text: 'b', cache: { ttl: '1h' } });
  assert.equal(conversation.asked.at(-1)?.param, 'cache_control');
});

test('what cannot be read is refused with its path', () => {
  for (const [body, message] of [
    [turn('user', { type: 'text' }), '`messages[0].content[0].text`: found nothing, expected a string'],
    [turn('user', { type: 'text', text: 5 }), '`messages[0].content[0].text`: found 5, expected a string'],
    [
      turn('user', { type: 'image' }),
      '`messages[0].content[0].source`: found nothing, expected the source of the image, an object with a type',
    ],
    [
      turn('assistant', { type: 'tool_use', id: 'a', name: 'f' }),
      '`messages[0].content[0].input`: found nothing, expected the input of the call, an object',
    ],
    [
      turn('user', { type: 'tool_result', tool_use_id: 'a', content: [5] }),
      '`messages[0].content[0].content[0]`: found 5, expected a content block object with a type',
    ],
    [{ tools: [{}] }, '`tools[0].name`: found nothing, expected the name of the tool'],
    [{ tool_choice: { type: 'some' } }, '`tool_choice.type`: found "some", expected auto, any, tool or none'],
    [
      { output_config: { effort: 'huge' } },
      '`output_config.effort`: found "huge", expected low, medium, high, xhigh or max',
    ],
    [
      { thinking: { type: 'enabled' } },
      '`thinking.budget_tokens`: found nothing, expected the most tokens to think with, a number',
    ],
    [{ system: [{ type: 'image' }] }, '`system[0].type`: found "image", expected text'],
  ] as const) {
    const error = read(JSON.stringify({ messages: hello, ...body }));
    assert.ok(error instanceof TollgateError);
    assert.equal(error.message, message);
  }
});

test('what stands before a new turn is read the same whatever follows it', () => {
  const { turns } = recorded('thinking-tool-roundtrip-stream#2');
  const shorter = recorded('thinking-tool-roundtrip-stream#1').turns;
  assert.deepEqual(turns.slice(0, shorter.length), shorter);
});
