import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealCapsule } from '../../../lambda/core/chat/capsule.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { readRequest } from '../../../lambda/formats/openai-chat/read.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { splice } from '../../../lambda/wire/json-splice.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { aesSealer } from '../../support/aes-sealer.ts';

function viewOf(body: object | string) {
  const text = typeof body === 'string' ? body : JSON.stringify({ model: 'm', ...body });
  const tape = scanJson(Buffer.from(text), 128);
  assert.ok(tape instanceof JsonTape);
  const view = readRequest(tape);
  assert.ok(!(view instanceof TollgateError), String(view));
  return { view, tape, text };
}

const messages = [{ role: 'user', content: 'hi' }];

test('inline images count with their bytes, images elsewhere without', () => {
  const url = `data:image/png;base64,${'A'.repeat(100)}`;
  const content = [
    { type: 'image_url', image_url: { url } },
    { type: 'image_url', image_url: { url: 'https://x.test/i.png' } },
    { type: 'text', text: url },
  ];
  const { view } = viewOf({ messages: [{ role: 'user', content }] });
  assert.equal(view.images, 2);
  assert.equal(view.imageBytes, url.length + 2);
});

test('files are documents; sounds and what is unknown have no price', () => {
  const content = [
    { type: 'file', file: { file_id: 'f' } },
    { type: 'input_file', file_id: 'f' },
    { type: 'input_audio', input_audio: { data: '', format: 'wav' } },
    { type: 'hologram' },
  ];
  const { view } = viewOf({ messages: [{ role: 'user', content }] });
  assert.equal(view.documents, 2);
  assert.deepEqual(view.unpriceable, ['messages[0].content[2]', 'messages[0].content[3]']);
});

test('the newer name of the end user counts before the older one', () => {
  assert.equal(viewOf({ messages, user: 'u' }).view.endUser, 'u');
  assert.equal(viewOf({ messages, user: 'u', safety_identifier: 's' }).view.endUser, 's');
});

test('capsules are taken out of ids of calls and results, and nothing else changes', () => {
  const capsule = { origin: 't', parts: [{ kind: 'redacted_thinking', data: 'x' }] } as const;
  const id = sealCapsule('cäll-1', capsule, aesSealer(), 10_000) ?? '';
  const talk = [
    ...messages,
    {
      role: 'assistant',
      content: id,
      tool_calls: [
        { id, type: 'function' },
        { id: 'plain', type: 'function' },
      ],
    },
    { role: 'tool', tool_call_id: id, content: 'x' },
  ];
  const { view, tape, text } = viewOf({ messages: talk });
  const sent = Buffer.from(splice(tape.bytes, tape, view.own)).toString();
  assert.equal(
    sent,
    text.replaceAll(`"id":"${id}"`, '"id":"cäll-1"').replace(`_id":"${id}"`, '_id":"cäll-1"'),
  );
  assert.deepEqual(viewOf(text.replaceAll('.tg1.', '\\u002etg1.')).view.own, view.own);
});

test('a request without capsules has no edits', () => {
  assert.deepEqual(viewOf({ messages }).view.own, []);
  assert.deepEqual(viewOf({ messages: [{ role: 'user', content: 'what is .tg1. for' }] }).view.own, []);
});

test('shapes that a translation needs are checked with words that help', () => {
  for (const [name, value, expected] of [
    ['stop', 5, 'a string or a list of strings'],
    ['tool_choice', 5, 'none, auto, required, or an object that names a tool'],
    ['response_format', 'json', 'an object with a type, such as {"type": "json_object"}'],
    ['reasoning_effort', 3, 'none, minimal, low, medium, high, xhigh or max'],
    ['parallel_tool_calls', 'no', 'true or false'],
  ] as const) {
    const tape = scanJson(Buffer.from(JSON.stringify({ model: 'm', messages, [name]: value })), 128);
    assert.ok(tape instanceof JsonTape);
    const error = readRequest(tape);
    assert.ok(error instanceof TollgateError);
    assert.equal(error.facts.param, name);
    assert.ok(error.message.endsWith(`expected ${expected}`), error.message);
  }
});
