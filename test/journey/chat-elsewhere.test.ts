import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testGateway } from '../support/gateway.ts';
import { type Script, ScriptedUpstream } from '../support/scripted-upstream.ts';

const ARN = 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc';
const model = (name: string, target: string, more: string) => `
  ${name}:
    targets: [{ ${target} }]
    capabilities: { context_tokens: 200000, max_output_tokens: 8000, ${more} }
    unsupported: refuse`;
const YAML = `
providers:
  claude: { type: anthropic, key: { env: KEY }, base_url: http://claude.test/v1 }
  aws: { type: bedrock, region: eu-central-1 }
models:
${model('adaptive', 'provider: claude, model: c', 'thinking: adaptive')}
${model('budget', 'provider: claude, model: c', 'thinking: budget')}
${model('profile', `provider: aws, model: '${ARN}'`, 'thinking: budget')}
${model('nova', 'provider: aws, model: eu.amazon.nova-2-lite-v1:0', 'sampling: none')}
`;

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'c',
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 10, output_tokens: 5 },
};
const CONVERSE = {
  output: { message: { role: 'assistant', content: [{ text: 'hello' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
};

const hi = { role: 'user', content: 'hi' };
const called = (...ids: string[]) => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })),
});
const results = (...ids: string[]) => ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'r' }));

async function ask(name: string, body: object, script?: Script) {
  const answer = name === 'adaptive' || name === 'budget' ? MESSAGE : CONVERSE;
  const upstream = new ScriptedUpstream(
    script ?? { headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify(answer)] },
  );
  const gateway = testGateway(upstream, YAML, undefined, { KEY: 'k' });
  const exchange = await gateway.ask({ body: { model: name, messages: [hi], max_tokens: 4_000, ...body } });
  const sent = upstream.sent[0]?.body;
  return {
    status: exchange.status,
    exchange,
    param: exchange.status === 200 ? undefined : exchange.json.error?.param,
    warnings: exchange.answerHeaders['x-tollgate-warnings'],
    // biome-ignore lint/suspicious/noExplicitAny: requests are looked into member by member
    sent: (sent === undefined ? undefined : JSON.parse(sent)) as any,
  };
}

test('the tier that asks for nothing is taken by every target', async () => {
  for (const name of ['adaptive', 'nova']) {
    const { status, warnings } = await ask(name, { service_tier: 'default' });
    assert.equal(status, 200);
    assert.equal(warnings, undefined);
  }
  assert.equal((await ask('adaptive', { service_tier: 'flex' })).param, 'service_tier');
});

test('sampling at its defaults is no reason to refuse where a model takes none', async () => {
  const { status, sent } = await ask('nova', { temperature: 1, top_p: 1 });
  assert.equal(status, 200);
  assert.deepEqual(sent.inferenceConfig, { maxTokens: 4_000 });
  assert.equal((await ask('nova', { temperature: 0.5 })).param, 'temperature');
});

test('what Bedrock would refuse is refused before by its name', async () => {
  const tools = (name: string) => ({ tools: [{ type: 'function', function: { name } }] });
  assert.equal((await ask('nova', { stop: ['', 'x'] })).param, 'stop');
  assert.equal((await ask('nova', tools('a.b'))).param, 'tools');
  assert.equal((await ask('nova', tools('a'.repeat(65)))).param, 'tools');
  const long = { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '12h' } };
  const cached = await ask('nova', { messages: [{ role: 'user', content: [long] }] });
  assert.equal(cached.param, 'messages[0].content[0].cache_control');
});

test('a part that nobody knows is never left out, for it is said', async () => {
  const messages = [{ role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'hologram' }] }];
  for (const name of ['adaptive', 'nova']) {
    const { status, param } = await ask(name, { messages });
    assert.deepEqual([status, param], [400, 'messages[0].content[1]']);
  }
});

test('media whose type Claude does not take are refused by their place', async () => {
  const file = { type: 'file', file: { filename: 'a.docx', file_data: 'UEsDBA==' } };
  const image = { type: 'image_url', image_url: { url: 'data:image/bmp;base64,Qk0=' } };
  for (const part of [file, image]) {
    const { param } = await ask('adaptive', { messages: [{ role: 'user', content: [part] }] });
    assert.equal(param, 'messages[0].content[0]');
  }
});

test('roles alternate for Bedrock whatever was left out between them', async () => {
  for (const empty of [
    { role: 'assistant', content: '\n' },
    { role: 'assistant', content: [{ type: 'refusal', refusal: '' }] },
    { role: 'assistant', content: null, reasoning_content: 'only shown' },
  ]) {
    const { sent } = await ask('nova', { messages: [hi, empty, { role: 'user', content: 'b' }] });
    assert.deepEqual(sent.messages, [{ role: 'user', content: [{ text: 'hi' }, { text: 'b' }] }]);
  }
  const { sent } = await ask('adaptive', {
    messages: [
      hi,
      {
        role: 'assistant',
        content: [
          { type: 'refusal', refusal: '' },
          { type: 'text', text: 'x' },
        ],
      },
      hi,
    ],
  });
  assert.deepEqual(sent.messages[1].content, [{ type: 'text', text: 'x' }]);
});

test('texts of white space alone do not reach Bedrock', async () => {
  const { sent } = await ask('nova', {
    messages: [
      { role: 'system', content: ' ' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '\n' },
          { type: 'text', text: 'a' },
        ],
      },
      { ...called('1'), content: ' ' },
      { role: 'tool', tool_call_id: '1', content: ' ' },
    ],
  });
  assert.equal(sent.system, undefined);
  assert.deepEqual(sent.messages[0].content, [{ text: 'a' }]);
  assert.equal(sent.messages[1].content.length, 1);
  assert.deepEqual(sent.messages[2].content, [{ toolResult: { toolUseId: '1', content: [] } }]);
});

test('an effort without room to think beside the answer is told', async () => {
  for (const name of ['budget', 'profile']) {
    const { status, sent, warnings } = await ask(name, { reasoning_effort: 'high', max_tokens: 500 });
    assert.equal(status, 200);
    assert.ok(!JSON.stringify(sent).includes('budget_tokens'));
    assert.match(warnings ?? '', /^reasoning_effort emulated: without thinking, for 500 output tokens/);
  }
});

test('in a tool loop on a budget, thinking goes on where the loop began with it, as Claude does by itself', async () => {
  const format = 'anthropic-claude-v1';
  const thought = { type: 'reasoning.text', text: 'why', signature: 's', format, index: 0 };
  const messages = [
    hi,
    { ...called('1'), reasoning_details: [thought] },
    ...results('1'),
    called('2'),
    ...results('2'),
  ];
  const { sent, warnings } = await ask('profile', { messages, reasoning_effort: 'low' });
  assert.equal(sent.additionalModelRequestFields.thinking.type, 'enabled');
  assert.ok(sent.messages[1].content[0].reasoningContent);
  assert.equal(warnings, undefined);
  const without = [hi, called('1'), ...results('1')];
  const silent = await ask('profile', { messages: without, reasoning_effort: 'low' });
  assert.equal(silent.sent.additionalModelRequestFields, undefined);
});

test('nothing follows the finish reason of a stream', async () => {
  const events = [
    { type: 'message_start', message: { ...MESSAGE, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'a' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 't', name: 'f', input: {} },
    },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_stop' },
  ];
  const pieces = events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
  const { exchange } = await ask('adaptive', { stream: true }, { pieces });
  const chunks = exchange.text
    .split('\n\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)));
  const reasons = chunks.map(({ choices }) => choices[0].finish_reason);
  assert.equal(reasons.indexOf('stop'), reasons.length - 1);
  assert.ok(exchange.text.trimEnd().endsWith('data: [DONE]'));
});
