import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownSignature } from '../../../lambda/core/chat/own-signature.ts';
import type { RequestView } from '../../../lambda/core/chat/request.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { countTokens, messages } from '../../../lambda/formats/anthropic-messages/caller.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { splice } from '../../../lambda/wire/json-splice.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { recordedExchanges } from '../../support/fixtures.ts';

function tapeOf(body: unknown): JsonTape {
  const tape = scanJson(Buffer.from(JSON.stringify(body)), 128);
  assert.ok(tape instanceof JsonTape);
  return tape;
}

function viewOf(body: object): RequestView {
  const view = messages.readRequest(tapeOf({ ...base, ...body }));
  assert.ok(!(view instanceof TollgateError), view instanceof TollgateError ? view.message : '');
  return view;
}

function refusalOf(body: unknown): TollgateError {
  const view = messages.readRequest(tapeOf(body));
  assert.ok(view instanceof TollgateError);
  return view;
}

const base = { model: 'm', max_tokens: 7, messages: [{ role: 'user', content: 'hi' }] };
const user = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' } };
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAAAAAA' } };

test('the view tells what rooms decide on, and usage is always told', () => {
  assert.deepEqual(
    viewOf({
      ...user({ type: 'text', text: 'x' }, image, pdf),
      stream: true,
      tools: [{ name: 'f', input_schema: {} }],
      metadata: { user_id: 'ü' },
      service_tier: 'standard_only',
    }),
    {
      model: 'm',
      stream: true,
      includeUsage: true,
      maxTokens: { value: 7, param: 'max_tokens' },
      choices: 1,
      messages: 1,
      images: 1,
      imageBytes: 8,
      documents: 1,
      tools: 1,
      endUser: 'ü',
      unpriceable: [],
      tokenIds: undefined,
      thread: false,
      own: [],
    },
  );
});

test('max_tokens is required and may be 0, which fills the prompt cache', () => {
  assert.equal(viewOf({ max_tokens: 0 }).maxTokens?.value, 0);
  for (const [max_tokens, found] of [
    [undefined, 'nothing'],
    [null, 'null'],
    [-1, '-1'],
    [1.5, '1.5'],
    ['7', '"7"'],
  ]) {
    const error = refusalOf({ ...base, max_tokens });
    assert.equal(error.facts.param, 'max_tokens');
    assert.match(error.message, new RegExp(`^\`max_tokens\`: found ${found}, expected a whole number`));
  }
});

test('counting tokens needs no max_tokens and never streams', () => {
  const { max_tokens, ...rest } = base;
  const view = countTokens.readRequest(tapeOf({ ...rest, stream: true }));
  assert.ok(!(view instanceof TollgateError));
  assert.deepEqual([view.stream, view.maxTokens], [false, undefined]);
  assert.equal(max_tokens, 7);
});

test('what is wrong is named by its path, with what was found and what was expected', () => {
  for (const [body, message] of [
    [{ ...base, messages: [] }, '`messages`: found an empty list, expected a list of at least one message'],
    [
      { ...base, messages: [{ role: 'tool', content: 'x' }] },
      '`messages[0].role`: found "tool", expected user, assistant or system',
    ],
    [
      { ...base, messages: [{ role: 'user' }] },
      '`messages[0].content`: found nothing, expected a string or a list of content blocks',
    ],
    [
      { ...base, messages: [{ role: 'user', content: null }] },
      '`messages[0].content`: found null, expected a string or a list of content blocks',
    ],
    [{ ...base, stream: 'yes' }, '`stream`: found "yes", expected true or false'],
    [{ ...base, temperature: 1.5 }, '`temperature`: found 1.5, expected a number from 0 to 1'],
    [{ ...base, stop_sequences: 'x' }, '`stop_sequences`: found "x", expected a list of strings'],
    [[], 'The request body: found an empty list, expected a JSON object'],
  ] as const) {
    assert.equal(refusalOf(body).message, message);
  }
});

test('a wrong value is masked where it could be data, and a long one is not quoted', () => {
  assert.match(refusalOf({ ...base, stream: 'jane.doe@example.com' }).message, /found "(?!jane)/);
  assert.match(refusalOf({ ...base, stream: 'x'.repeat(33) }).message, /found a longer string/);
});

test('images and documents count wherever they stand; a document of text is bounded by its text', () => {
  const result = (content: unknown) => ({ type: 'tool_result', tool_use_id: 't', content });
  const source = (source: object) => ({ type: 'document', source });
  const fetched = {
    type: 'web_fetch_tool_result',
    tool_use_id: 's',
    content: { type: 'web_fetch_result', url: 'u', content: pdf },
  };
  const view = viewOf(
    user(
      result([image, pdf]),
      result('plain'),
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      source({ type: 'file', file_id: 'f' }),
      source({ type: 'url', url: 'https://example.com/a.pdf' }),
      source({ type: 'text', media_type: 'text/plain', data: 'x' }),
      source({ type: 'content', content: [{ type: 'text', text: 'x' }, image] }),
      fetched,
    ),
  );
  assert.deepEqual([view.images, view.imageBytes, view.documents], [3, 16, 4]);
});

test('an image in the input of a tool call is no image', () => {
  const view = viewOf({
    messages: [
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 't', name: 'f', input: { content: [image, pdf] } }],
      },
    ],
  });
  assert.deepEqual([view.images, view.imageBytes, view.documents], [0, 0, 0]);
});

test('what is billed apart or at another rate is named', () => {
  const view = viewOf({
    speed: 'fast',
    service_tier: 'flex',
    inference_geo: 'us',
    fallbacks: 'default',
    mcp_servers: [{ type: 'url', url: 'https://example.com', name: 'x' }],
    container: { skills: [{ type: 'anthropic', skill_id: 'xlsx' }] },
    tools: [
      { name: 'a' },
      { type: 'custom', name: 'b' },
      { type: 'web_search_20250305', name: 'web_search' },
    ],
  });
  assert.deepEqual(view.unpriceable, [
    'speed',
    'service_tier',
    'inference_geo',
    'fallbacks',
    'mcp_servers',
    'container',
    'tools[2]',
  ]);
  const plain = {
    speed: 'standard',
    service_tier: 'auto',
    inference_geo: null,
    mcp_servers: [],
    container: 'c',
  };
  assert.deepEqual(viewOf(plain).unpriceable, []);
});

test('a thread is told, and one that goes on is billed for what the body does not show', () => {
  const created = viewOf({ thread: { type: 'create' } });
  const continued = viewOf({ thread: { type: 'continue', previous_message_id: 'msg_1' } });
  assert.deepEqual([created.thread, created.documents], [true, 0]);
  assert.deepEqual([continued.thread, continued.documents], [true, 1]);
  assert.equal(viewOf({ thread: null }).thread, false);
});

const own = { type: 'thinking', thinking: 'mine', signature: ownSignature('[{"type":"reasoning.text"}]') };
const signed = { type: 'thinking', thinking: 'claude', signature: 'EqQBsignature' };
const text = (value: string) => ({ type: 'text', text: value });

test("reasoning under the gateway's own mark and capsules are taken out, and all other bytes stay", () => {
  const call = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} });
  const tape = tapeOf({
    ...base,
    messages: [
      { role: 'user', content: [text('a')] },
      { role: 'assistant', content: [own, text('b'), own, call('toolu_1.tg1.AAAA'), signed] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1.tg1.AAAA', content: 'r' }] },
      { role: 'assistant', content: [own] },
      { role: 'user', content: 'c' },
      { role: 'assistant', content: [own, text('d')] },
    ],
  });
  const view = messages.readRequest(tape);
  assert.ok(!(view instanceof TollgateError));
  assert.equal(
    Buffer.from(splice(tape.bytes, tape, view.own)).toString(),
    JSON.stringify({
      ...base,
      messages: [
        { role: 'user', content: [text('a')] },
        { role: 'assistant', content: [text('b'), call('toolu_1'), signed] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'r' }] },
        { role: 'user', content: 'c' },
        { role: 'assistant', content: [text('d')] },
      ],
    }),
  );
});

test('recorded requests are all readable, and nothing in them is ours', () => {
  const requests = recordedExchanges('anthropic').filter(({ request }) => request !== undefined);
  assert.ok(requests.length > 30);
  for (const { id, request } of requests) {
    const tape = scanJson(request ?? Buffer.alloc(0), 128);
    assert.ok(tape instanceof JsonTape, id);
    const view = messages.readRequest(tape);
    assert.ok(!(view instanceof TollgateError), id);
    assert.deepEqual(view.own, [], id);
    assert.ok(!(messages.readConversation(tape, undefined) instanceof TollgateError), id);
  }
});

test("members of tools and instructions that only Anthropic's own API knows are told by their paths", () => {
  const scoped = { type: 'ephemeral', scope: 'global' };
  const body = {
    system: [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', cache_control: scoped },
    ],
    tools: [
      { name: 'f', input_schema: {}, eager_input_streaming: true },
      { name: 'g', input_schema: {}, cache_control: scoped },
    ],
  };
  assert.deepEqual(viewOf(body).makersAt, [
    ['tools', 0, 'eager_input_streaming'],
    ['tools', 1, 'cache_control', 'scope'],
    ['system', 1, 'cache_control', 'scope'],
  ]);
  for (const plain of [{}, { system: 'a', tools: null }, { tools: [{ name: 'f', cache_control: null }] }]) {
    assert.equal('makersAt' in viewOf(plain), false);
  }
});
