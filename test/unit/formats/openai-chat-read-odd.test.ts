import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation } from '../../../lambda/core/chat/conversation.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { readConversation } from '../../../lambda/formats/openai-chat/read-conversation.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';

function read(body: object): Conversation {
  const tape = scanJson(Buffer.from(JSON.stringify({ model: 'm', messages: [user], ...body })), 128);
  assert.ok(tape instanceof JsonTape);
  const conversation = readConversation(tape, undefined);
  assert.ok(!(conversation instanceof TollgateError), String(conversation));
  return conversation;
}

const user = { role: 'user', content: 'hi' };
const mark = { mode: 'explicit' };
const tool = { type: 'function', function: { name: 'f' } };

test('a breakpoint on a tool has the time of the options, although they are written behind it', () => {
  const { tools, notes } = read({
    tools: [{ ...tool, prompt_cache_breakpoint: mark }],
    prompt_cache_options: { ttl: '1h' },
  });
  assert.deepEqual(tools[0]?.cache, { ttl: '1h' });
  assert.deepEqual(notes, []);
});

test('a time to cache for, without anything that is marked, is told to have no effect', () => {
  assert.deepEqual(read({ prompt_cache_options: { ttl: '1h' } }).notes, [
    'prompt_cache_options left out: nothing is marked with a prompt_cache_breakpoint',
  ]);
});

test('of two names of the end user that differ, the newer is sent and the other told', () => {
  for (const body of [
    { user: 'a', safety_identifier: 'b' },
    { safety_identifier: 'b', user: 'a' },
  ]) {
    const { settings, notes } = read(body);
    assert.equal(settings.endUser, 'b');
    assert.deepEqual(notes, ['user left out: safety_identifier names the end user']);
  }
  assert.deepEqual(read({ user: 'a', safety_identifier: 'a' }).notes, []);
});

test('a grammar that nobody enforces is told to the model behind the description', () => {
  const grammar = { syntax: 'lark', definition: 'start: /a/' };
  const custom = (more: object) => ({
    tools: [{ type: 'custom', custom: { name: 'g', format: { type: 'grammar', grammar }, ...more } }],
  });
  const rule = 'The input must match this lark grammar:\nstart: /a/';
  assert.equal(read(custom({})).tools[0]?.description, rule);
  assert.equal(read(custom({ description: 'Edits.' })).tools[0]?.description, `Edits.\n\n${rule}`);
});

test('the type of an image is what its bytes say, since clients guess it', () => {
  const heads = {
    'image/png': 'iVBORw0KGgoAAAANSUhEUg==',
    'image/jpeg': '/9j/4AAQSkZJRg==',
    'image/gif': 'R0lGODlhAQABAAAAACw=',
    'image/webp': Buffer.from('RIFF\x10\0\0\0WEBPVP8 ').toString('base64'),
  };
  for (const [type, data] of Object.entries(heads)) {
    for (const named of ['image/png', 'image/jpg', 'application/octet-stream']) {
      const part = { type: 'image_url', image_url: { url: `data:${named};base64,${data}` } };
      const [block] = read({ messages: [{ role: 'user', content: [part] }] }).turns[0]?.content ?? [];
      assert.deepEqual(block, { kind: 'image', source: { type: 'base64', mediaType: type, data } });
    }
  }
});

test('fields inside of parts that nobody knows are listed by their own names', () => {
  const { asked } = read({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'https://x.test/', crop: 1 } },
          { type: 'file', file: { file_data: 'JVBERi0=', pages: 2 } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav', gain: 1 } },
        ],
      },
    ],
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {}, mood: 1 } },
  });
  assert.deepEqual(
    asked.filter(({ feature }) => feature === 'unknown').map(({ param }) => param),
    [
      'response_format.json_schema.mood',
      'messages[0].content[0].image_url.crop',
      'messages[0].content[1].file.pages',
      'messages[0].content[2].input_audio.gain',
    ],
  );
});

test('an earlier spoken answer lies at its provider', () => {
  const { asked } = read({ messages: [user, { role: 'assistant', audio: { id: 'a' } }, user] });
  assert.deepEqual(asked, [{ feature: 'files', param: 'messages[1].audio' }]);
});

const format = 'anthropic-claude-v1';
const answered = (reasoning_details: readonly object[]) =>
  read({ messages: [user, { role: 'assistant', content: 'x', reasoning_details }, user] });

test('the last piece of signed reasoning, which is all that some clients keep, is not taken for the whole', () => {
  for (const details of [
    [{ type: 'reasoning.text', signature: 's', format, index: 0 }],
    [{ type: 'reasoning.text', text: 'a', signature: 's', format, index: 1 }],
    [{ type: 'reasoning.encrypted', data: 'ZA==', format, index: 2 }],
  ]) {
    const { turns, notes } = answered(details);
    const blocks = turns[1]?.content ?? [];
    assert.ok(
      !blocks.some(
        (block) => block.kind === 'redacted_thinking' || ('signature' in block && block.signature),
      ),
    );
    assert.deepEqual(notes, [
      'messages[1]: its reasoning was left out, because only the rest of it came back',
    ]);
  }
});

test('reasoning whose text was never shown comes back with its signature', () => {
  const { turns, notes } = answered([{ type: 'reasoning.text', text: '', signature: 's', format, index: 0 }]);
  assert.deepEqual(turns[1]?.content[0], { kind: 'thinking', text: '', signature: 's', origin: undefined });
  assert.deepEqual(notes, []);
});
