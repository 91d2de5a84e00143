import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Conversation } from '../../../lambda/core/chat/conversation.ts';
import type { RequestView } from '../../../lambda/core/chat/request.ts';
import type { SendFacts } from '../../../lambda/formats/format.ts';
import { makeBedrock } from '../../../lambda/providers/bedrock/index.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { splice } from '../../../lambda/wire/json-splice.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';
import { sending } from '../../support/chat-request.ts';

const provider = makeBedrock({ type: 'bedrock', region: 'eu-central-1' });
const CLAUDE = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const NOVA = 'amazon.nova-lite-v1:0';
const HIDDEN = 'arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abc123';

function send(model: string, facts: Partial<SendFacts> = {}): SendFacts {
  return sending({ target: `aws/${model}`, model, ...facts });
}

const view: RequestView = {
  model: 'alias',
  stream: true,
  includeUsage: false,
  maxTokens: undefined,
  choices: 1,
  messages: 1,
  images: 0,
  imageBytes: 0,
  documents: 0,
  tools: 0,
  endUser: undefined,
  unpriceable: [],
  tokenIds: undefined,
  thread: false,
  own: [],
};

const conversation: Conversation = {
  system: [],
  turns: [
    { role: 'user', content: [{ kind: 'text', text: 'a' }] },
    {
      role: 'assistant',
      content: [{ kind: 'tool_call', id: 'toolu_1', name: 'f', input: '{ "n": 1.0}', custom: false }],
    },
    {
      role: 'user',
      content: [
        { kind: 'tool_result', id: 'toolu_1', content: [{ kind: 'text', text: 'r' }], isError: false },
      ],
    },
  ],
  tools: [{ kind: 'function', name: 'f', description: undefined, schema: undefined, strict: undefined }],
  toolChoice: undefined,
  settings: { stop: [] },
  asked: [],
  notes: [],
};

function edited(body: string, edits: Parameters<typeof splice>[2]): string {
  const bytes = Buffer.from(body);
  const tape = scanJson(bytes, 64);
  assert.ok(tape instanceof JsonTape);
  return Buffer.from(splice(bytes, tape, edits)).toString();
}

describe('the Bedrock provider', () => {
  it('is at the region’s endpoint, or where the config says', () => {
    assert.equal(provider.transport, 'bedrock');
    assert.equal(provider.baseUrl, 'https://bedrock-runtime.eu-central-1.amazonaws.com');
    const base_url = 'https://vpce-1.bedrock-runtime.eu-central-1.vpce.amazonaws.com/';
    const other = makeBedrock({ type: 'bedrock', region: 'eu-central-1', base_url });
    assert.equal(other.baseUrl, base_url.slice(0, -1));
  });

  it('tells the transport its region, and its key only where it has one', () => {
    const { headers } = provider.chat(NOVA)!;
    assert.deepEqual(headers(undefined, send(NOVA)), {
      'content-type': 'application/json',
      'aws-region': 'eu-central-1',
    });
    assert.equal(headers('k', send(NOVA))['authorization'], 'Bearer k');
  });

  it('speaks Claude’s own format to Claude, and Converse to everything else', () => {
    for (const model of [
      CLAUDE,
      CLAUDE.slice(3),
      `arn:aws:bedrock:eu-central-1::foundation-model/${CLAUDE.slice(3)}`,
    ]) {
      const claude = provider.chat(model)!;
      assert.equal(claude.format.name, 'anthropic-messages', model);
      assert.equal(claude.threads, false);
      assert.equal(claude.path(send(model)), `/model/${encodeURIComponent(model)}/invoke`);
      assert.equal(
        claude.path(send(model, { stream: true })),
        `/model/${encodeURIComponent(model)}/invoke-with-response-stream`,
      );
    }
    for (const model of [NOVA, 'us.meta.llama4-maverick-17b-instruct-v1:0', HIDDEN]) {
      const other = provider.chat(model)!;
      assert.equal(other.format.name, 'bedrock-converse', model);
      assert.equal(other.path(send(model)), `/model/${encodeURIComponent(model)}/converse`);
      assert.equal(
        other.path(send(model, { stream: true })),
        `/model/${encodeURIComponent(model)}/converse-stream`,
      );
    }
  });

  it('takes out of tools and instructions what Bedrock refuses as an extra input, and counts without it', () => {
    const makersAt = [
      ['tools', 0, 'eager_input_streaming'],
      ['system', 0, 'cache_control', 'scope'],
    ];
    const body =
      '{"tools":[{"name":"f","eager_input_streaming":true}],"system":[{"cache_control":{"type":"ephemeral","scope":"global"}}]}';
    for (const service of [provider.chat(CLAUDE)!, provider.countTokens(CLAUDE)!]) {
      const sent = JSON.parse(edited(body, service.edits({ ...view, makersAt }, send(CLAUDE))));
      assert.deepEqual(sent.tools, [{ name: 'f' }]);
      assert.deepEqual(sent.system, [{ cache_control: { type: 'ephemeral' } }]);
    }
  });

  it('forwards a request to Claude without model and stream, with version and the betas that Bedrock takes, and its other bytes', () => {
    const claude = provider.chat(CLAUDE)!;
    const betas = 'interleaved-thinking-2025-05-14, new-1, advanced-tool-use-2025-11-20';
    const callerHeaders = { 'anthropic-beta': betas, 'x-other': 'x' };
    assert.equal(
      edited(
        '{"model":"alias", "max_tokens":10,"stream":true,"metadata":{"user_id":"u"},"context_management":{},"messages":[{"x":1.0}], "later": 12345678901234567890}',
        claude.edits(view, send(CLAUDE, { callerHeaders })),
      ),
      '{"max_tokens":10,"messages":[{"x":1.0}], "later": 12345678901234567890,"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["interleaved-thinking-2025-05-14","tool-search-tool-2025-10-19"]}',
    );
    assert.equal(
      edited('{"max_tokens":1}', claude.edits(view, send(CLAUDE))),
      '{"max_tokens":1,"anthropic_version":"bedrock-2023-05-31"}',
    );
    assert.deepEqual(
      claude.notes?.({
        headers: callerHeaders,
        has: (name) => ['metadata', 'context_management'].includes(name),
      }),
      [
        'anthropic-beta new-1 dropped: Bedrock does not know it',
        'metadata dropped: Bedrock does not take it',
        'context_management dropped: Bedrock does not take it',
      ],
    );
  });

  it('passes on a beta that the config knows the account to take', () => {
    const made = makeBedrock({ type: 'bedrock', region: 'eu-central-1', betas: ['new-1'] });
    const edits = made
      .chat(CLAUDE)!
      .edits(view, send(CLAUDE, { callerHeaders: { 'anthropic-beta': 'new-1' } }));
    assert.ok(edits.some((edit) => edit.op === 'set' && edit.json === '["new-1"]'));
  });

  it('writes a translated request to Claude in the same way', () => {
    const body = provider
      .chat(CLAUDE)!
      .format.write(conversation, send(CLAUDE, { stream: true, maxTokens: 99 }));
    assert.ok(typeof body === 'string');
    const value = JSON.parse(body);
    assert.equal(value.model, undefined);
    assert.equal(value.stream, undefined);
    assert.equal(value.max_tokens, 99);
    assert.equal(value.anthropic_version, 'bedrock-2023-05-31');
    assert.ok(body.includes('"input":{ "n": 1.0}'));
  });

  it('reads an error of Claude as one of Bedrock', () => {
    const body = Buffer.from('{"message":"Too many requests"}');
    const error = provider
      .chat(CLAUDE)!
      .format.readHttpError('aws/c', 429, { 'x-amzn-errortype': 'ThrottlingException' }, body);
    assert.equal(error.code, 'upstream_rate_limited');
    assert.equal(error.message, 'Too many requests');
    assert.equal(error.facts.upstream?.type, 'ThrottlingException');
  });

  it('embeds with Titan and Cohere, one way each, and chats with neither', () => {
    const titan = provider.embeddings('amazon.titan-embed-text-v2:0')!;
    assert.equal(titan.format.name, 'titan-embeddings');
    assert.equal(titan.path(send('t')), '/model/t/invoke-each');
    for (const model of ['cohere.embed-multilingual-v3', 'eu.cohere.embed-v4:0']) {
      const cohere = provider.embeddings(model)!;
      assert.equal(cohere.format.name, 'cohere-embeddings');
      assert.equal(cohere.path(send('c')), '/model/c/invoke');
    }
    for (const model of [
      'amazon.titan-embed-text-v2:0',
      'eu.cohere.embed-v4:0',
      'amazon.nova-2-multimodal-embeddings-v1:0',
    ]) {
      assert.equal(provider.chat(model), undefined, model);
      assert.equal(provider.countTokens(model), undefined, model);
    }
    for (const model of [CLAUDE, NOVA, 'amazon.titan-embed-image-v1'])
      assert.equal(provider.embeddings(model), undefined);
    assert.equal(titan.format.readHttpError('aws/t', 403, {}, Buffer.from('{}')).code, 'upstream_auth');
  });

  it('counts with the foundation model behind a profile, and not where an ARN hides it', () => {
    const claude = provider.countTokens(CLAUDE)!;
    assert.equal(claude.format.name, 'anthropic-messages');
    assert.equal(
      claude.path(send(CLAUDE)),
      `/model/${encodeURIComponent(CLAUDE.slice(3))}/messages-count-tokens`,
    );
    for (const model of [
      'us.amazon.nova-lite-v1:0',
      'apac.amazon.nova-lite-v1:0',
      'global.amazon.nova-lite-v1:0',
      NOVA,
    ]) {
      const nova = provider.countTokens(model)!;
      assert.equal(nova.format.name, 'bedrock-converse');
      assert.equal(nova.path(send(model)), `/model/${encodeURIComponent(NOVA)}/count-tokens`);
    }
    assert.equal(provider.countTokens(HIDDEN), undefined);
  });

  it('gives a request that is counted the output cap that InvokeModel wants', () => {
    const claude = provider.countTokens(CLAUDE)!;
    const forwarded = JSON.parse(edited('{"model":"alias","messages":[]}', claude.edits(view, send(CLAUDE))));
    assert.deepEqual(forwarded, { messages: [], anthropic_version: 'bedrock-2023-05-31', max_tokens: 8192 });
    const capabilities = { ...send(CLAUDE).capabilities, maxOutputTokens: 64_000 };
    const body = claude.format.write(conversation, send(CLAUDE, { maxTokens: 0, capabilities }));
    assert.ok(typeof body === 'string');
    assert.equal(JSON.parse(body).max_tokens, 64_000);
    assert.equal(claude.format.readCount({ input_tokens: 5 }), 5);
  });
});
