import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Capsule, type Sealer, sealCapsule } from '../../../lambda/core/chat/capsule.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { readConversation } from '../../../lambda/formats/openai-chat/read-conversation.ts';
import { PARAMETERS } from '../../../lambda/formats/openai-chat/read-settings.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { aesSealer } from '../../support/aes-sealer.ts';

function readText(text: string, sealer?: Sealer) {
  const tape = scanJson(Buffer.from(text), 128);
  assert.ok(tape instanceof JsonTape);
  return readConversation(tape, sealer);
}

function read(body: object, sealer?: Sealer) {
  const conversation = readText(JSON.stringify({ model: 'm', messages: [], ...body }), sealer);
  assert.ok(!(conversation instanceof TollgateError), String(conversation));
  return conversation;
}

function refused(body: object): TollgateError {
  const error = readText(JSON.stringify({ model: 'm', messages: [], ...body }));
  assert.ok(error instanceof TollgateError);
  assert.equal(error.code, 'invalid_request');
  return error;
}

const user = { role: 'user', content: 'hi' };
const text = (text: string) => ({ kind: 'text', text }) as const;

test('every parameter that the official client declares is read or listed', () => {
  const file = 'node_modules/openai/resources/chat/completions/completions.d.ts';
  const declared = readFileSync(file, 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '');
  const from = declared.indexOf('interface ChatCompletionCreateParamsBase {');
  const names = [...declared.slice(from, declared.indexOf('\n}', from)).matchAll(/^ {4}(\w+)\??:/gm)];
  assert.ok(names.length > 35);
  assert.deepEqual(
    names.map(([, name]) => name).filter((name) => name === undefined || !Object.hasOwn(PARAMETERS, name)),
    [],
  );
});

test('instructions before the first turn are the system, later ones stay at their place', () => {
  const { system, turns, asked } = read({
    messages: [
      { role: 'system', content: 'a' },
      { role: 'developer', content: [{ type: 'text', text: 'b' }] },
      user,
      { role: 'system', content: 'c' },
    ],
  });
  assert.deepEqual(system, [text('a'), text('b')]);
  assert.deepEqual(turns, [
    { role: 'user', content: [text('hi')] },
    { role: 'system', content: [text('c')] },
  ]);
  assert.deepEqual(asked, [{ feature: 'system_turns', param: 'messages[3]' }]);
});

test('texts are decoded however they are spelled, and names are kept', () => {
  const conversation = readText(
    '{"model":"m","messages":[{"role":"user","name":"\\u00e9va","content":"h\u00e9\\n\\ud83d\\ude00"}]}',
  );
  assert.ok(!(conversation instanceof TollgateError));
  assert.deepEqual(conversation.turns, [{ role: 'user', name: 'éva', content: [text('hé\n😀')] }]);
  assert.deepEqual(conversation.asked, [{ feature: 'participant_names', param: 'messages[0].name' }]);
});

test('images, files and sounds become media with the features that they ask for', () => {
  const { turns, asked } = read({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/JPEG;base64,AAAA', detail: 'high' } },
          { type: 'image_url', image_url: { url: 'https://x.test/i.png', detail: 'auto' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBE', filename: 'a.pdf' } },
          { type: 'file', file: { file_data: 'aGk=', filename: 'notes.txt' } },
          { type: 'file', file: { file_id: 'file-1' } },
          { type: 'input_audio', input_audio: { data: 'UklG', format: 'mp3' } },
        ],
      },
    ],
  });
  assert.deepEqual(turns[0]?.content, [
    { kind: 'image', source: { type: 'base64', mediaType: 'image/jpeg', data: 'AAAA' }, detail: 'high' },
    { kind: 'image', source: { type: 'url', url: 'https://x.test/i.png' }, detail: 'auto' },
    {
      kind: 'document',
      source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBE' },
      title: 'a.pdf',
    },
    { kind: 'document', source: { type: 'text', text: 'hi' }, title: 'notes.txt' },
    { kind: 'document', source: { type: 'file', id: 'file-1' } },
    { kind: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'UklG' } },
  ]);
  const part = (index: number) => `messages[0].content[${index}]`;
  assert.deepEqual(
    asked.map(({ feature, param }) => [feature, param]),
    [
      ['images', part(0)],
      ['image_detail', `${part(0)}.image_url.detail`],
      ['images', part(1)],
      ['image_urls', `${part(1)}.image_url.url`],
      ['documents', part(2)],
      ['documents', part(3)],
      ['documents', part(4)],
      ['files', `${part(4)}.file.file_id`],
      ['audio_input', part(5)],
    ],
  );
});

test('a part of a type that nobody knows is kept as it is and listed', () => {
  const { turns, asked } = read({ messages: [{ role: 'user', content: [{ type: 'hologram', n: 1 }] }] });
  assert.deepEqual(turns[0]?.content, [
    { kind: 'opaque', format: 'openai-chat', type: 'hologram', json: '{"type":"hologram","n":1}' },
  ]);
  assert.ok(asked.some(({ feature, param }) => feature === 'unknown' && param === 'messages[0].content[0]'));
});

test('calls keep the raw text of their arguments, and results answer them from the user side', () => {
  const raw = '{"n":12345678901234567890, "f":1.0}';
  const { turns } = read({
    messages: [
      user,
      {
        role: 'assistant',
        content: 'so',
        refusal: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: raw } },
          { id: 'b', type: 'custom', custom: { name: 'g', input: 'ls -l' } },
        ],
      },
      { role: 'tool', tool_call_id: 'b', content: 'out' },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: '1' }], is_error: true },
    ],
  });
  assert.deepEqual(turns.slice(1), [
    {
      role: 'assistant',
      content: [
        text('so'),
        { kind: 'tool_call', id: 'a', name: 'f', input: raw, custom: false },
        { kind: 'tool_call', id: 'b', name: 'g', input: 'ls -l', custom: true },
      ],
    },
    { role: 'user', content: [{ kind: 'tool_result', id: 'b', content: [text('out')], isError: false }] },
    { role: 'user', content: [{ kind: 'tool_result', id: 'a', content: [text('1')], isError: true }] },
  ]);
});

test('calls from before ids existed, and calls without one, are answered by place', () => {
  const ids = (body: object) =>
    read(body).turns.flatMap(({ content }) =>
      content.flatMap((block) =>
        block.kind === 'tool_call' || block.kind === 'tool_result' ? [block.id] : [],
      ),
    );
  const old = [
    user,
    { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
    { role: 'function', name: 'f', content: '1' },
  ];
  const [call, result] = ids({ messages: old });
  assert.match(call ?? '', /^call_/);
  assert.equal(result, call);
  const bare = { type: 'function', function: { name: 'f', arguments: '{}' } };
  const without = [
    user,
    { role: 'assistant', tool_calls: [{ ...bare, id: '' }, bare] },
    { role: 'tool', tool_call_id: '', content: '1' },
    { role: 'tool', tool_call_id: '', content: '2' },
  ];
  const [first, second, ...results] = ids({ messages: without });
  assert.notEqual(first, second);
  assert.deepEqual(results, [first, second]);
  const longer = ids({ messages: [...without, { role: 'user', content: 'more' }] });
  assert.deepEqual(longer, [first, second, ...results]);
});

test('cache marks are read from parts, messages and tools under either name', () => {
  const { system, turns, tools, asked } = read({
    prompt_cache_options: { ttl: '30m' },
    messages: [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit' } },
          { type: 'text', text: 'b', cache_control: { type: 'ephemeral', ttl: '1h' } },
        ],
      },
      { role: 'user', content: 'c', cache_control: { type: 'ephemeral' } },
    ],
    tools: [{ type: 'function', function: { name: 'f' }, cache_control: { type: 'ephemeral' } }],
  });
  assert.deepEqual(
    system.map(({ cache }) => cache),
    [{ ttl: '30m' }, { ttl: '1h' }],
  );
  assert.deepEqual(turns[0]?.content, [{ ...text('c'), cache: { ttl: undefined } }]);
  assert.deepEqual(tools[0]?.cache, { ttl: undefined });
  assert.equal(asked.filter(({ feature }) => feature === 'cache_marks').length, 5);
});

test('parameters become settings, and each is listed by its own spelling', () => {
  const { settings, asked } = readText(
    `{"model":"m","messages":[],"max_completion_tokens":5,"temperature":0.5,"top_p":0.9,"top_k":7,"stop":"x",
      "seed":12345678901234567890,"frequency_penalty":1,"presence_penalty":-1,"logit_bias":{"5": 1.0},
      "logprobs":true,"top_logprobs":2,"n":2,"reasoning_effort":"high","verbosity":"low",
      "parallel_tool_calls":false,"user":"u","safety_identifier":"s","metadata":{"a":"b"},"store":true,
      "service_tier":"flex","prompt_cache_key":"k","prompt_cache_retention":"24h","audio":{},
      "modalities":["text","audio"],"prediction":{},"web_search_options":{},"moderation":{"model":"m"},
      "min_p":0.1}`,
  ) as Exclude<ReturnType<typeof readText>, TollgateError>;
  assert.deepEqual(settings, {
    maxTokens: 5,
    temperature: 0.5,
    topP: 0.9,
    topK: 7,
    stop: ['x'],
    seed: '12345678901234567890',
    frequencyPenalty: 1,
    presencePenalty: -1,
    logitBias: '{"5": 1.0}',
    reasoning: { type: 'effort', effort: 'high' },
    verbosity: 'low',
    parallelToolCalls: false,
    endUser: 's',
    serviceTier: 'flex',
    promptCacheKey: 'k',
  });
  assert.deepEqual(
    asked.map(({ feature, param }) => (feature === param ? feature : `${param}: ${feature}`)),
    [
      'max_completion_tokens: max_tokens',
      'temperature',
      'top_p',
      'top_k',
      'stop',
      'seed',
      'frequency_penalty',
      'presence_penalty',
      'logit_bias',
      'logprobs',
      'top_logprobs: logprobs',
      'n: choices',
      'reasoning_effort: reasoning',
      'verbosity',
      'parallel_tool_calls: single_tool_call',
      'user: end_user',
      'safety_identifier: end_user',
      'metadata',
      'store',
      'service_tier',
      'prompt_cache_key',
      'prompt_cache_retention: prompt_cache_key',
      'audio: audio_output',
      'modalities: audio_output',
      'prediction',
      'web_search_options: web_search',
      'moderation: unknown',
      'min_p: unknown',
    ],
  );
});

test('what asks for nothing is not listed', () => {
  const { asked } = read({
    n: 1,
    logprobs: false,
    store: false,
    tools: [],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    service_tier: 'auto',
    response_format: { type: 'text' },
    seed: null,
    stop: [],
    metadata: {},
    logit_bias: {},
    frequency_penalty: 0,
    presence_penalty: 0,
    top_logprobs: 0,
    modalities: ['text'],
    verbosity: 'medium',
    stream: true,
    stream_options: { include_usage: true },
    whatever: null,
  });
  assert.deepEqual(asked, []);
});

test('how much to think can be said in every way that clients know', () => {
  const reasoning = (body: object) => read(body).settings.reasoning;
  assert.deepEqual(reasoning({ reasoning_effort: 'none' }), { type: 'off' });
  assert.deepEqual(reasoning({ reasoning: { effort: 'low' } }), { type: 'effort', effort: 'low' });
  assert.deepEqual(reasoning({ reasoning: { max_tokens: 2000 } }), { type: 'budget', tokens: 2000 });
  assert.deepEqual(reasoning({ reasoning: { enabled: true } }), { type: 'adaptive', effort: undefined });
  assert.deepEqual(reasoning({ reasoning: { enabled: false } }), { type: 'off' });
  assert.deepEqual(reasoning({ reasoning_effort: 'low', reasoning: { effort: 'max' } }), {
    type: 'effort',
    effort: 'max',
  });
  assert.deepEqual(reasoning({ thinking: { type: 'enabled', budget_tokens: 1024 } }), {
    type: 'budget',
    tokens: 1024,
  });
  assert.equal(read({ reasoning: { exclude: true } }).settings.reasoningDisplay, 'omitted');
  assert.equal(refused({ reasoning_effort: 'hard' }).facts.param, 'reasoning_effort');
});

test('tools keep the bytes of their schemas; those that run at a provider are listed and left out', () => {
  const schema = '{"type":"object", "properties":{"n":{"maximum":1.0}}}';
  const conversation = readText(
    `{"model":"m","messages":[],"tools":[
      {"type":"function","function":{"name":"f","description":"d","parameters":${schema},"strict":true}},
      {"type":"custom","custom":{"name":"g","format":{"type":"grammar","grammar":{}}}},
      {"type":"web_search"}],
     "functions":[{"name":"h"}]}`,
  );
  assert.ok(!(conversation instanceof TollgateError));
  assert.deepEqual(conversation.tools, [
    { kind: 'function', name: 'f', description: 'd', schema, strict: true },
    { kind: 'custom', name: 'g', description: undefined, schema: undefined, strict: undefined },
    { kind: 'function', name: 'h', description: undefined, schema: undefined, strict: undefined },
  ]);
  assert.deepEqual(
    conversation.asked.map(({ feature, param }) => `${feature} ${param}`),
    [
      'tools tools',
      'custom_tools tools[1]',
      'custom_tools tools[1].custom.format',
      'hosted_tools tools[2]',
      'tools functions',
    ],
  );
});

test('a choice of tools is read in all its forms', () => {
  const choice = (tool_choice: unknown) => {
    const { toolChoice, asked } = read({ tool_choice });
    return [toolChoice, asked.map(({ feature }) => feature)];
  };
  assert.deepEqual(choice('required'), [{ type: 'required' }, ['tool_choice']]);
  assert.deepEqual(choice('none'), [{ type: 'none' }, ['tool_choice']]);
  const named = { type: 'tool', name: 'f' };
  assert.deepEqual(choice({ type: 'function', function: { name: 'f' } }), [named, ['tool_choice']]);
  assert.deepEqual(choice({ type: 'custom', custom: { name: 'f' } }), [named, ['tool_choice']]);
  assert.deepEqual(choice({ type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [] } }), [
    { type: 'required' },
    ['allowed_tools'],
  ]);
  assert.deepEqual(read({ function_call: { name: 'f' } }).toolChoice, named);
  assert.equal(refused({ tool_choice: 'always' }).facts.param, 'tool_choice');
});

test('formats of the answer are read, a json_object with a schema as what it means', () => {
  const schema = { type: 'object' };
  const format = (response_format: unknown) => read({ response_format }).settings.responseFormat;
  assert.deepEqual(format({ type: 'json_object' }), { type: 'json_object' });
  assert.deepEqual(format({ type: 'json_object', schema }), {
    type: 'json_schema',
    name: undefined,
    schema: '{"type":"object"}',
    strict: undefined,
  });
  assert.deepEqual(format({ type: 'json_schema', json_schema: { name: 'n', schema, strict: true } }), {
    type: 'json_schema',
    name: 'n',
    schema: '{"type":"object"}',
    strict: true,
  });
  assert.equal(
    refused({ response_format: { type: 'json_schema', json_schema: {} } }).facts.param,
    'response_format.json_schema.schema',
  );
});

test('an unknown member of a message or a part is listed; what clients copy from answers is not', () => {
  const { asked } = read({
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'x', weight: 2 }], mood: 'good' },
      {
        role: 'assistant',
        content: 'y',
        refusal: null,
        annotations: [],
        parsed: null,
        reasoning_content: 'z',
      },
      user,
    ],
  });
  assert.deepEqual(asked, [
    { feature: 'unknown', param: 'messages[0].content[0].weight' },
    { feature: 'unknown', param: 'messages[0].mood' },
  ]);
});

test('a conversation that ends with the assistant asks it to go on', () => {
  const { asked } = read({ messages: [user, { role: 'assistant', content: 'Once' }] });
  assert.deepEqual(asked, [{ feature: 'prefill', param: 'messages[1]' }]);
});

test('what cannot be read is refused by its name, with what was found and expected', () => {
  const cases: [object, string][] = [
    [{ role: 'user', content: [{ type: 'image_url' }] }, 'messages[0].content[0].image_url'],
    [
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'ftp://x' } }] },
      'messages[0].content[0].image_url.url',
    ],
    [{ role: 'user', content: [{ type: 'text', text: 5 }] }, 'messages[0].content[0].text'],
    [
      { role: 'system', content: [{ type: 'image_url', image_url: { url: 'https://x.test/' } }] },
      'messages[0].content[0]',
    ],
    [{ role: 'tool', content: 'x' }, 'messages[0].tool_call_id'],
    [{ role: 'assistant', tool_calls: [{ id: 'a' }] }, 'messages[0].tool_calls[0].function'],
  ];
  for (const [message, param] of cases) {
    const error = refused({ messages: [message] });
    assert.equal(error.facts.param, param);
    assert.match(error.message, /found .*, expected /);
  }
});

const assistant = (members: object) => read({ messages: [user, { role: 'assistant', ...members }, user] });
const thinking = (text: string, signature?: string) => ({
  kind: 'thinking',
  text,
  signature,
  origin: undefined,
});

test('signed reasoning comes back from details, whole or in the pieces of a stream', () => {
  const format = 'anthropic-claude-v1';
  const encrypted = { type: 'reasoning.encrypted', data: 'ZA==', format, index: 1 };
  const expected = [
    thinking('ab', 's'),
    { kind: 'redacted_thinking', data: 'ZA==', origin: undefined },
    text('x'),
  ];
  for (const details of [
    [{ type: 'reasoning.text', text: 'ab', signature: 's', format, index: 0 }, encrypted],
    [
      { type: 'reasoning.text', text: 'a', index: 0 },
      { type: 'reasoning.text', text: 'b', index: 0 },
      { type: 'reasoning.text', signature: 's', format, index: 0 },
      encrypted,
    ],
  ]) {
    const { turns } = assistant({ content: 'x', reasoning_content: 'ab', reasoning_details: details });
    assert.deepEqual(turns[1]?.content, expected);
  }
});

test("signed reasoning comes back in LiteLLM's and agentgateway's members too", () => {
  const blocks = [
    { type: 'thinking', thinking: 'a', signature: 's' },
    { type: 'redacted_thinking', data: 'ZA==' },
  ];
  assert.deepEqual(assistant({ content: null, thinking_blocks: blocks }).turns[1]?.content, [
    thinking('a', 's'),
    { kind: 'redacted_thinking', data: 'ZA==', origin: undefined },
  ]);
  assert.deepEqual(assistant({ reasoning_content: 'a', reasoning_signature: 's' }).turns[1]?.content, [
    thinking('a', 's'),
  ]);
});

test('unsigned reasoning is for display, with the details of other models as they came', () => {
  assert.deepEqual(assistant({ reasoning: 'a' }).turns[1]?.content, [thinking('a')]);
  const details = [{ type: 'reasoning.encrypted', data: 'ZA==', format: 'openai-responses-v1' }];
  assert.deepEqual(assistant({ reasoning_content: 'a', reasoning_details: details }).turns[1]?.content, [
    { ...thinking('a'), details: JSON.stringify(details) },
  ]);
});

const sealer = aesSealer();
const capsule: Capsule = {
  origin: 'anthropic/claude-x',
  parts: [
    { kind: 'thinking', text: 'why', signature: 's' },
    { kind: 'text', length: 2 },
    { kind: 'redacted_thinking', data: 'ZA==' },
    { kind: 'text', length: 3 },
  ],
};
const sealed = sealCapsule('toolu_1', capsule, sealer, 10_000) ?? '';
const turn = (content: unknown, id = sealed) => ({
  messages: [
    user,
    {
      role: 'assistant',
      content,
      reasoning_content: 'why',
      tool_calls: [
        { id, type: 'function', function: { name: 'f', arguments: '{}' } },
        { id: 'toolu_2', type: 'function', function: { name: 'g', arguments: '{}' } },
      ],
    },
    { role: 'tool', tool_call_id: id, content: '1' },
    { role: 'tool', tool_call_id: 'toolu_2', content: '2' },
  ],
});
const call = (id: string, name: string) => ({ kind: 'tool_call', id, name, input: '{}', custom: false });

test('a capsule gives the turn back in its order, bound to its origin, and the plain ids', () => {
  const { turns, notes } = read(turn('oneto'), sealer);
  const { origin } = capsule;
  assert.deepEqual(turns[1]?.content, [
    { ...thinking('why', 's'), origin },
    text('on'),
    { kind: 'redacted_thinking', data: 'ZA==', origin },
    text('eto'),
    call('toolu_1', 'f'),
    call('toolu_2', 'g'),
  ]);
  assert.deepEqual(turns[2]?.content, [
    { kind: 'tool_result', id: 'toolu_1', content: [text('1')], isError: false },
  ]);
  assert.deepEqual(notes, []);
});

test('where the text is another one, the turn has no reasoning at all and a note says so', () => {
  for (const content of ['one', 'one to many', null]) {
    const { turns, notes } = read(turn(content), sealer);
    assert.deepEqual(turns[1]?.content, [
      ...(content === null ? [] : [text(content)]),
      call('toolu_1', 'f'),
      call('toolu_2', 'g'),
    ]);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? '', /^messages\[1\]: /);
  }
});

test("another tenant's capsule, and one without a sealer, leave what the message itself tells", () => {
  for (const other of [aesSealer('other'), undefined]) {
    const { turns, notes } = read(turn('oneto'), other);
    assert.deepEqual(turns[1]?.content, [
      thinking('why'),
      text('oneto'),
      call('toolu_1', 'f'),
      call('toolu_2', 'g'),
    ]);
    assert.equal(notes.length, other === undefined ? 0 : 1);
  }
});
