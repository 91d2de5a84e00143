import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { OPENAI_QUIRKS, PLAIN_QUIRKS } from '../../../lambda/formats/openai-chat/quirks.ts';
import { openaiChat } from '../../../lambda/formats/openai-chat/upstream.ts';
import { SERVERS } from '../../../lambda/providers/openai-compatible/presets.ts';
import {
  assistant,
  call,
  conversation,
  result,
  sending,
  user,
  written,
  writtenText,
} from '../../support/chat-request.ts';

test('a plain conversation becomes messages with plain texts', () => {
  const said = conversation([user('Hi'), assistant('Hello.'), user('And?')], {
    system: [{ kind: 'text', text: 'Be brief.' }],
  });
  assert.deepEqual(written(said), {
    model: 'gpt-5.6',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'And?' },
    ],
  });
});

test('several texts of a user are parts, those of an assistant are one text', () => {
  const said = conversation([user('a', '', 'b'), assistant('c', 'd'), user('e')]);
  const { messages } = written(said);
  assert.deepEqual(messages[0]?.['content'], [
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
  ]);
  assert.equal(messages[1]?.['content'], 'cd');
});

test('instructions between turns stay at their place', () => {
  const said = conversation([
    user('a'),
    { role: 'system', content: [{ kind: 'text', text: 'now in French' }] },
    user('b'),
  ]);
  assert.deepEqual(
    written(said).messages.map(({ role }) => role),
    ['user', 'system', 'user'],
  );
});

test('tool results become one message each, in the order of the calls and before the text of their turn', () => {
  const said = conversation([
    user('go'),
    assistant(call('call_1'), call('call_2')),
    user('and also', result('call_2', 'two'), result('call_1', 'one', 'more')),
  ]);
  assert.deepEqual(written(said).messages.slice(1), [
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{}' } },
        { id: 'call_2', type: 'function', function: { name: 'look_up', arguments: '{}' } },
      ],
    },
    {
      role: 'tool',
      tool_call_id: 'call_1',
      content: [
        { type: 'text', text: 'one' },
        { type: 'text', text: 'more' },
      ],
    },
    { role: 'tool', tool_call_id: 'call_2', content: 'two' },
    { role: 'user', content: 'and also' },
  ]);
});

test('results that come in several turns, with instructions between, still directly follow their calls', () => {
  const said = conversation([
    user('go'),
    assistant(call('a'), call('b')),
    user(result('a', '1'), 'text'),
    { role: 'system', content: [{ kind: 'text', text: 'note' }] },
    user(result('b', '2')),
  ]);
  assert.deepEqual(
    written(said).messages.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'tool', 'user', 'system'],
  );
});

test('a result without a call, and a call without a result, are errors that name the id', () => {
  const orphan = openaiChat.write(conversation([user(result('gone', 'x'))]), sending());
  assert.ok(orphan instanceof TollgateError);
  assert.equal(orphan.code, 'invalid_request');
  assert.match(orphan.message, /gone/);
  const open = openaiChat.write(conversation([user('go'), assistant(call('lost')), user('?')]), sending());
  assert.ok(open instanceof TollgateError);
  assert.match(open.message, /lost/);
});

test('arguments, schemas, seeds and biases keep their own bytes', () => {
  const args = '{ "n" : 12345678901234567890, "x":1.0,"z":-0 }';
  const schema = '{"type":"object","properties":{"n":{"maximum":12345678901234567890}}}';
  const text = writtenText(
    conversation(
      [user('go'), assistant(call('a', args)), user(result('a', ''))],
      {
        tools: [{ kind: 'function', name: 'look_up', description: 'Looks up.', schema, strict: undefined }],
      },
      { seed: '12345678901234567890', logitBias: '{"50256":-1.0}' },
    ),
  );
  assert.ok(text.includes(`"arguments":${JSON.stringify(args)}`));
  assert.ok(text.includes(`"parameters":${schema}`));
  assert.ok(text.includes('"seed":12345678901234567890'));
  assert.ok(text.includes('"logit_bias":{"50256":-1.0}'));
});

test('a call without arguments has an empty object, and a tool without a schema takes nothing', () => {
  const request = written(
    conversation([user('go'), assistant(call('a', '')), user(result('a', 'x'))], {
      tools: [{ kind: 'function', name: 'f', description: undefined, schema: undefined, strict: true }],
    }),
  );
  assert.deepEqual(request.messages[1]?.['tool_calls'], [
    { id: 'a', type: 'function', function: { name: 'look_up', arguments: '{}' } },
  ]);
  assert.deepEqual(request['tools'], [
    {
      type: 'function',
      function: { name: 'f', parameters: { type: 'object', properties: {} }, strict: true },
    },
  ]);
});

test('free-form tools, their calls and a choice of one are written as such', () => {
  const request = written(
    conversation(
      [
        user('go'),
        assistant({ kind: 'tool_call', id: 'a', name: 'sql', input: 'select 1', custom: true }),
        user(result('a', '1')),
      ],
      {
        tools: [{ kind: 'custom', name: 'sql', description: 'SQL', schema: undefined, strict: undefined }],
        toolChoice: { type: 'tool', name: 'sql' },
      },
      { parallelToolCalls: false },
    ),
  );
  assert.deepEqual(request['tools'], [{ type: 'custom', custom: { name: 'sql', description: 'SQL' } }]);
  assert.deepEqual(request['tool_choice'], { type: 'custom', custom: { name: 'sql' } });
  assert.equal(request['parallel_tool_calls'], false);
  assert.deepEqual(request.messages[1]?.['tool_calls'], [
    { id: 'a', type: 'custom', custom: { name: 'sql', input: 'select 1' } },
  ]);
});

test('images, files and audio become their parts', () => {
  const request = written(
    conversation([
      user(
        { kind: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'QUJD' }, detail: 'low' },
        { kind: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        {
          kind: 'document',
          source: { type: 'base64', mediaType: 'application/pdf', data: 'QUJD' },
          title: 'a.pdf',
          context: 'an appendix',
        },
        { kind: 'document', source: { type: 'text', text: 'plain' }, title: 'Notes' },
        { kind: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'QUJD' } },
      ),
    ]),
  );
  assert.deepEqual(request.messages[0]?.['content'], [
    { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD', detail: 'low' } },
    { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    { type: 'text', text: 'an appendix' },
    { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' } },
    { type: 'text', text: 'Notes\n\nplain' },
    { type: 'input_audio', input_audio: { data: 'QUJD', format: 'mp3' } },
  ]);
});

test('a file without a name gets one from its content, the same every time', () => {
  const pdf = {
    kind: 'document',
    source: { type: 'base64', mediaType: 'application/pdf', data: 'QUJD' },
  } as const;
  const request = written(conversation([user(pdf, pdf)]));
  const [first, second] = request.messages[0]!['content'] as { file: { filename: string } }[];
  assert.match(first!.file.filename, /^document-[0-9a-f]{8}\.pdf$/);
  assert.equal(first!.file.filename, second!.file.filename);
});

test('a refusal is its own member where the server knows it, and text elsewhere', () => {
  const said = conversation([user('a'), assistant({ kind: 'refusal', text: 'No.' }), user('b')]);
  assert.deepEqual(written(said).messages[1], { role: 'assistant', content: null, refusal: 'No.' });
  assert.deepEqual(written(said, PLAIN_QUIRKS).messages[1], { role: 'assistant', content: 'No.' });
});

test('cache marks are breakpoints on models that have them, with a lifetime that is never shorter', () => {
  const said = conversation([user({ kind: 'text', text: 'a', cache: { ttl: '1h' } })], {
    system: [{ kind: 'text', text: 's', cache: { ttl: '5m' } }],
  });
  const { messages } = written(said);
  assert.deepEqual(messages[0]?.['content'], [
    { type: 'text', text: 's', prompt_cache_breakpoint: { mode: 'explicit' } },
  ]);
  assert.deepEqual(messages[1]?.['content'], [
    { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
  ]);
  for (const model of ['gpt-5.5', 'gpt-4o', 'o3']) {
    assert.equal(written(said, OPENAI_QUIRKS, { model }).messages[0]?.['content'], 's');
  }
  const openrouter = written(said, SERVERS.openrouter.quirks).messages;
  assert.deepEqual(openrouter[1]?.['content'], [
    { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
  ]);
});

test('a stream asks for usage, except where that is refused', () => {
  const said = conversation([user('a')]);
  const request = written(said, OPENAI_QUIRKS, { stream: true, maxTokens: 100 });
  assert.deepEqual(request['stream_options'], { include_usage: true });
  assert.equal(request['max_completion_tokens'], 100);
  const mistral = written(said, SERVERS.mistral.quirks, { stream: true, maxTokens: 100 });
  assert.equal(mistral['stream'], true);
  assert.equal('stream_options' in mistral, false);
  assert.equal(mistral['max_tokens'], 100);
});

test('settings are written under the names of the server, and left out where it has none', () => {
  const said = conversation(
    [user('a')],
    {},
    {
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      stop: ['x', 'y'],
      seed: '7',
      frequencyPenalty: 0.1,
      presencePenalty: -0.1,
      endUser: 'u-1',
      serviceTier: 'standard_only',
      promptCacheKey: 'k',
      verbosity: 'low',
    },
  );
  const { messages: _, ...openai } = written(said);
  assert.deepEqual(openai, {
    model: 'gpt-5.6',
    temperature: 0.5,
    top_p: 0.9,
    stop: ['x', 'y'],
    seed: 7,
    frequency_penalty: 0.1,
    presence_penalty: -0.1,
    verbosity: 'low',
    user: 'u-1',
    service_tier: 'default',
    prompt_cache_key: 'k',
  });
  const { messages: __, ...mistral } = written(said, SERVERS.mistral.quirks);
  assert.deepEqual(mistral, {
    model: 'gpt-5.6',
    temperature: 0.5,
    top_p: 0.9,
    stop: ['x', 'y'],
    random_seed: 7,
    frequency_penalty: 0.1,
    presence_penalty: -0.1,
  });
  assert.equal(written(said, SERVERS.vllm.quirks)['top_k'], 40);
});

test('a schema that closes every object is bound strictly, another one as the caller said', () => {
  const closed =
    '{"type":"object","properties":{"a":{"type":"number"}},"required":["a"],"additionalProperties":false}';
  const open = '{"type":"object","properties":{"a":{"type":"number"}}}';
  const format = (schema: string, strict?: boolean) =>
    written(
      conversation(
        [user('a')],
        {},
        {
          responseFormat: { type: 'json_schema', name: undefined, schema, strict },
        },
      ),
    )['response_format'] as { json_schema: Record<string, unknown> };
  assert.deepEqual(format(closed).json_schema, {
    name: 'answer',
    schema: JSON.parse(closed),
    strict: true,
  });
  assert.equal('strict' in format(open).json_schema, false);
  assert.equal(format(closed, false).json_schema['strict'], false);
});

test('names of participants are written where they are taken', () => {
  const said = conversation([{ ...user('a'), name: 'ann' }]);
  assert.equal(written(said).messages[0]?.['name'], 'ann');
  assert.equal('name' in written(said, SERVERS.groq.quirks).messages[0]!, false);
});
