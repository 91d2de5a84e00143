import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRESET_NAMES, PROVIDER_PRESETS } from '../../../lambda/core/config/provider-presets.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import type { SendFacts } from '../../../lambda/formats/format.ts';
import { chat as chatCaller } from '../../../lambda/formats/openai-chat/caller.ts';
import { embeddings as embeddingsCaller } from '../../../lambda/formats/openai-embeddings/caller.ts';
import {
  makeOpenai,
  makeOpenaiCompatible,
  makeSandbox,
} from '../../../lambda/providers/openai-compatible/index.ts';
import type { Provider } from '../../../lambda/providers/provider.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { splice } from '../../../lambda/wire/json-splice.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { sending } from '../../support/chat-request.ts';

const openai = makeOpenai({ type: 'openai', key: { env: 'KEY' } });
const plain = makeOpenaiCompatible({ type: 'openai-compatible', base_url: 'http://one.test/v1' });

function preset(name: (typeof PRESET_NAMES)[number]): Provider {
  const base_url = name === 'azure' ? 'https://res.openai.azure.com/openai/v1/' : undefined;
  return makeOpenaiCompatible({
    type: 'openai-compatible',
    preset: name,
    key: { env: 'KEY' },
    ...(base_url === undefined ? {} : { base_url }),
  });
}

function forwarded(provider: Provider, body: string, facts: Partial<SendFacts> = {}): string {
  const bytes = Buffer.from(body);
  const tape = scanJson(bytes, 128);
  assert.ok(tape instanceof JsonTape);
  const view = chatCaller.readRequest(tape);
  if (view instanceof TollgateError) throw view;
  const edits = provider.chat(view.model)!.edits(view, sending({ model: view.model, ...facts }));
  return Buffer.from(splice(bytes, tape, edits)).toString();
}

test('OpenAI is called at its address with a bearer key, for chat and for embeddings', () => {
  assert.deepEqual([openai.transport, openai.baseUrl], ['http', 'https://api.openai.com/v1']);
  const chat = openai.chat('m')!;
  const embeddings = openai.embeddings('m')!;
  assert.equal(chat.path(sending()), '/chat/completions');
  assert.equal(embeddings.path(sending()), '/embeddings');
  assert.deepEqual(chat.headers('k', sending({ stream: true })), {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    'user-agent': 'tollgate',
    authorization: 'Bearer k',
  });
  assert.equal(openai.countTokens('m'), undefined);
});

test("the caller's own headers stay here", () => {
  const headers = plain
    .chat('m')!
    .headers(undefined, sending({ callerHeaders: { authorization: 'caller' } }));
  assert.equal('authorization' in headers, false);
});

test('a base URL of the config is used without a slash at its end', () => {
  assert.equal(plain.baseUrl, 'http://one.test/v1');
  assert.equal(preset('azure').baseUrl, 'https://res.openai.azure.com/openai/v1');
  const own = makeOpenai({ type: 'openai', key: { env: 'K' }, base_url: 'https://eu.test/v1/' });
  assert.equal(own.baseUrl, 'https://eu.test/v1');
});

test('every preset has an address, and serves chat', () => {
  for (const name of PRESET_NAMES) {
    const provider = preset(name);
    assert.match(provider.baseUrl, /^https?:\/\/.+[^/]$/, name);
    assert.equal(provider.chat('m')?.format.name, 'openai-chat', name);
    const { needsKey } = PROVIDER_PRESETS[name];
    assert.equal(needsKey, provider.baseUrl.startsWith('https'), name);
  }
});

test('Azure takes the key in its own header; Groq and DeepSeek serve no embeddings', () => {
  const headers = preset('azure').chat('m')!.headers('k', sending());
  assert.deepEqual([headers['api-key'], headers['authorization']], ['k', undefined]);
  assert.equal(preset('groq').embeddings('m'), undefined);
  assert.equal(preset('deepseek').embeddings('m'), undefined);
  assert.equal(preset('ollama').embeddings('m')?.format.name, 'openai-embeddings');
});

test('the sandbox answers in process, chats and embeds', () => {
  const sandbox = makeSandbox({ type: 'sandbox' });
  assert.equal(sandbox.transport, 'sandbox');
  assert.equal(sandbox.chat('m')?.format.name, 'openai-chat');
  assert.equal(sandbox.embeddings('m')?.format.name, 'openai-embeddings');
});

test('a request that needs nothing keeps every byte', () => {
  const body =
    '{ "model":"m", "messages":[{"role":"user","content":"\\u0061"}], "seed":12345678901234567890 }';
  assert.equal(forwarded(openai, body), body);
});

test('alias, usage of a stream and an injected cap are the only edits of a plain server', () => {
  const body = '{"model":"alias","messages":[{"role":"user","content":"a"}],"stream":true}';
  assert.equal(
    forwarded(plain, body, { model: 'real', maxTokens: 50, inject: true }),
    '{"model":"real","messages":[{"role":"user","content":"a"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":50}',
  );
  assert.match(forwarded(openai, body, { maxTokens: 50, inject: true }), /"max_completion_tokens":50/);
  assert.equal(
    forwarded(plain, body.replace(',"stream":true', ''), { model: 'alias', maxTokens: 50 }).includes('max'),
    false,
  );
});

test('a cap goes under the only name that a server knows, so that it holds there', () => {
  const body =
    '{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":null,"max_completion_tokens":9}';
  for (const name of ['mistral', 'deepseek', 'ollama'] as const) {
    assert.equal(
      forwarded(preset(name), body),
      '{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":9}',
      name,
    );
  }
  assert.equal(forwarded(preset('vllm'), body), body);
});

test('Mistral is not sent stream options', () => {
  const body =
    '{"model":"m","messages":[{"role":"user","content":"a"}],"stream":true,"stream_options":{"include_usage":true}}';
  assert.equal(
    forwarded(preset('mistral'), body),
    '{"model":"m","messages":[{"role":"user","content":"a"}],"stream":true}',
  );
});

const REASONED =
  '{"model":"m","messages":[{"role":"user","content":"a","reasoning":"mine"},{"role":"assistant","content":"b","reasoning_content":"r","reasoning_details":[{"type":"reasoning.text","text":"r"}]},{"role":"user","content":"c"}]}';

test('reasoning of earlier answers is taken out for servers that refuse it, and kept for the others', () => {
  const bare =
    '{"model":"m","messages":[{"role":"user","content":"a","reasoning":"mine"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}';
  for (const name of ['azure', 'groq', 'mistral', 'gemini'] as const) {
    assert.equal(forwarded(preset(name), REASONED), bare, name);
  }
  assert.equal(forwarded(openai, REASONED), bare);
  for (const name of ['vllm', 'ollama', 'llama.cpp', 'openrouter', 'deepseek'] as const) {
    assert.equal(forwarded(preset(name), REASONED), REASONED, name);
  }
  assert.equal(forwarded(plain, REASONED), REASONED);
});

test('embeddings are forwarded with nothing but the model changed', () => {
  const bytes = Buffer.from('{"model":"alias", "input":[1,2], "encoding_format":"base64"}');
  const tape = scanJson(bytes, 128);
  assert.ok(tape instanceof JsonTape);
  const view = embeddingsCaller.readRequest(tape);
  assert.ok(!(view instanceof TollgateError));
  const service = openai.embeddings('real')!;
  const edits = service.edits(view, sending({ model: 'real', maxTokens: 9, inject: true }));
  assert.equal(
    Buffer.from(splice(bytes, tape, edits)).toString(),
    '{"model":"real", "input":[1,2], "encoding_format":"base64"}',
  );
});
