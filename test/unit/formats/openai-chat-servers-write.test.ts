import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { UNKNOWN_CAPABILITIES } from '../../../lambda/core/routing/target.ts';
import { OPENAI_QUIRKS, PLAIN_QUIRKS } from '../../../lambda/formats/openai-chat/quirks.ts';
import { openaiChat, openaiChatFor } from '../../../lambda/formats/openai-chat/upstream.ts';
import { SERVERS } from '../../../lambda/providers/openai-compatible/presets.ts';
import { assistant, call, conversation, result, sending, user, written } from '../../support/chat-request.ts';

test('texts alone are one string for servers that refuse lists or read each part as a message', () => {
  const document = { kind: 'document', title: 'T', source: { type: 'text', text: 'd' } } as const;
  const turns = [user('a', '', 'b'), assistant(call('c1')), user(result('c1', 'r', 's'), 'x', document)];
  const system = [
    { kind: 'text', text: 'one' },
    { kind: 'text', text: 'two' },
  ] as const;
  for (const quirks of [PLAIN_QUIRKS, SERVERS.groq.quirks, SERVERS.ollama.quirks]) {
    const { messages } = written(conversation(turns, { system }), quirks);
    const contents = messages.filter(({ role }) => role !== 'assistant').map(({ content }) => content);
    assert.deepEqual(contents, ['one\n\ntwo', 'a\n\nb', 'r\n\ns', 'x\n\nT\n\nd']);
  }
  assert.equal(typeof written(conversation(turns, { system })).messages[0]?.['content'], 'object');
});

test('an image keeps the texts beside it as parts', () => {
  const image = { kind: 'image', source: { type: 'url', url: 'https://example.com/a.png' } } as const;
  const { messages } = written(conversation([user('a', image, 'b')]), PLAIN_QUIRKS);
  assert.equal(Array.isArray(messages[0]?.['content']), true);
});

test('Mistral gets an answer to a tool result before what the user says behind it, and the caller is told', () => {
  const { quirks } = SERVERS.mistral;
  const before = [user('q'), assistant(call('abcdefghi')), user(result('abcdefghi', 'r'))];
  const behind = [...before.slice(0, 2), user(result('abcdefghi', 'r'), 'stop'), assistant('ok'), user('z')];
  const roles = (turns: typeof before) =>
    written(conversation(turns), quirks).messages.map(({ role }) => role);
  assert.deepEqual(roles(before), ['user', 'assistant', 'tool']);
  assert.deepEqual(roles([...before, user('stop')]), ['user', 'assistant', 'tool', 'assistant', 'user']);
  assert.deepEqual(roles(behind), ['user', 'assistant', 'tool', 'assistant', 'user', 'assistant', 'user']);
  const told = (turns: typeof before) =>
    openaiChatFor(quirks)
      .losses(conversation(turns), UNKNOWN_CAPABILITIES)
      .map(({ param, how }) => `${param} ${how}`);
  assert.deepEqual(told(before), []);
  assert.deepEqual(told(behind), ['messages emulated']);
  assert.deepEqual(
    written(conversation(behind)).messages.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'user', 'assistant', 'user'],
  );
});

test('an id of an end user that is too long becomes its hash, the same every time, and the caller is told', () => {
  const said = (endUser: string) => conversation([user('a')], {}, { endUser });
  const long = JSON.stringify({ device_id: 'd'.repeat(64), session_id: 's' });
  const sent = written(said(long))['user'];
  assert.match(String(sent), /^[0-9a-f]{64}$/);
  assert.equal(written(said(long), SERVERS.openrouter.quirks)['user'], sent);
  assert.notEqual(written(said(`${long} `))['user'], sent);
  assert.equal(written(said('u'.repeat(64)))['user'], 'u'.repeat(64));
  const told = (endUser: string) =>
    openaiChat.losses(said(endUser), UNKNOWN_CAPABILITIES).map(({ how }) => how);
  assert.deepEqual(told(long), ['emulated']);
  assert.deepEqual(told('u'.repeat(64)), []);
});

test('a request for no token at all is refused, since only a prompt cache could want it', () => {
  const refused = openaiChatFor(OPENAI_QUIRKS).write(conversation([user('a')]), sending({ maxTokens: 0 }));
  assert.ok(refused instanceof TollgateError);
  assert.equal(refused.code, 'unsupported_parameter');
  assert.equal(refused.facts.param, 'max_tokens');
});

test('a title without an ending becomes a file name with one', () => {
  const pdf = { type: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' } as const;
  const name = (title: string) => {
    const said = conversation([user({ kind: 'document', title, source: pdf })]);
    return JSON.stringify(written(said).messages).match(/"filename":"([^"]*)"/)?.[1];
  };
  assert.equal(name('Report of May'), 'Report of May.pdf');
  assert.equal(name('report.pdf'), 'report.pdf');
});

test('a turn that was nothing but the thinking of another model is no message', () => {
  const thinking = { kind: 'thinking', text: 't', signature: 's', origin: undefined } as const;
  const { messages } = written(conversation([user('a'), assistant(thinking), user('b')]));
  assert.deepEqual(
    messages.map(({ role }) => role),
    ['user', 'user'],
  );
});
