import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Block, Conversation, Settings, Tool } from '../../../lambda/core/chat/conversation.ts';
import { type Feature, lossesOf } from '../../../lambda/core/chat/features.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { type Capabilities, UNKNOWN_CAPABILITIES } from '../../../lambda/core/routing/target.ts';
import { converseFor, countFor } from '../../../lambda/formats/bedrock-converse/upstream.ts';
import type { SendFacts } from '../../../lambda/formats/format.ts';
import { asSentByAws } from '../../support/converse-shape.ts';

const CAPABILITIES: Capabilities = {
  ...UNKNOWN_CAPABILITIES,
  contextTokens: 200_000,
  maxOutputTokens: 64_000,
};
const CLAUDE = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const NOVA = 'eu.amazon.nova-2-lite-v1:0';
const LLAMA = 'meta.llama4-maverick-17b-instruct-v1:0';

function facts(model: string, change: Partial<SendFacts> = {}): SendFacts {
  return {
    target: `aws/${model}`,
    model,
    maxTokens: 4_000,
    inject: false,
    stream: false,
    capabilities: CAPABILITIES,
    fallback: false,
    callerHeaders: {},
    ...change,
  };
}

function talk(
  turns: readonly (readonly ['user' | 'assistant' | 'system', ...(string | Block)[]])[],
  change: Partial<Conversation> = {},
): Conversation {
  return {
    system: [],
    turns: turns.map(([role, ...content]) => ({
      role,
      content: content.map((block) =>
        typeof block === 'string' ? { kind: 'text' as const, text: block } : block,
      ),
    })),
    tools: [],
    toolChoice: undefined,
    settings: { stop: [] },
    asked: [],
    notes: [],
    ...change,
  };
}

function written(conversation: Conversation, model = NOVA, change: Partial<SendFacts> = {}): string {
  const text = converseFor(model).write(conversation, facts(model, change));
  if (text instanceof TollgateError) throw text;
  return text;
}

/** The written request as a value, after AWS's own client agreed to each of its members. */
async function request(...args: Parameters<typeof written>): Promise<Record<string, unknown>> {
  const value = JSON.parse(written(...args));
  assert.deepEqual(await asSentByAws(value), value);
  return value;
}

function refusal(conversation: Conversation, model = NOVA): TollgateError {
  const text = converseFor(model).write(conversation, facts(model));
  assert.ok(text instanceof TollgateError);
  return text;
}

const settings = (change: Partial<Settings>): { settings: Settings } => ({
  settings: { stop: [], ...change },
});
const call = (id: string, input = '{}', name = 'f'): Block => ({
  kind: 'tool_call',
  id,
  name,
  input,
  custom: false,
});
const result = (id: string, ...content: Block[]): Block => ({
  kind: 'tool_result',
  id,
  content,
  isError: false,
});
const text = (value: string): Block => ({ kind: 'text', text: value });
const tool = (name: string, change: Partial<Tool> = {}): Tool => ({
  kind: 'function',
  name,
  description: undefined,
  schema: undefined,
  strict: undefined,
  ...change,
});

function recorded(path: string): Record<string, unknown> {
  return JSON.parse(
    readFileSync(new URL(`../../fixtures/bedrock/${path}.request.json`, import.meta.url), 'utf8'),
  );
}

describe('a conversation written for Converse', () => {
  it('is a recorded round trip of thinking and a tool, but for its defaults', async () => {
    const expected = recorded('thinking-tool-roundtrip/02') as {
      messages: { content: { reasoningContent: { reasoningText: { text: string; signature: string } } }[] }[];
    };
    const { text: thought, signature } = expected.messages[1]!.content[0]!.reasoningContent.reasoningText;
    const conversation = talk(
      [
        ['user', 'What is the largest city in the user country?'],
        [
          'assistant',
          { kind: 'thinking', text: thought, signature, origin: undefined },
          "I'll need to check what country you're from to answer that question.",
          call('tooluse_W9DaUFg4Tj2cRPpndqxWSg', '', 'get_user_country'),
        ],
        ['user', result('tooluse_W9DaUFg4Tj2cRPpndqxWSg', text('Mexico'))],
      ],
      {
        ...settings({ reasoning: { type: 'budget', tokens: 1024 } }),
        tools: [
          tool('get_user_country', {
            schema: '{"additionalProperties":false,"properties":{},"type":"object"}',
          }),
        ],
      },
    );
    const capabilities: Capabilities = { ...CAPABILITIES, thinking: 'budget' };
    const value = await request(conversation, CLAUDE, { capabilities, maxTokens: undefined });
    const said = JSON.parse(JSON.stringify(expected).replace(',"status":"success"', ''));
    delete said.system;
    delete said.inferenceConfig;
    assert.deepEqual(value, said);
  });

  it('gives redacted thinking back as it was recorded, encoded once more', () => {
    const { messages } = recorded('redacted-thinking-multiturn/02') as {
      messages: { content: { reasoningContent: { redactedContent: string } }[] }[];
    };
    const expected = messages[1]!.content[0]!;
    const data = Buffer.from(expected.reasoningContent.redactedContent, 'base64').toString();
    const conversation = talk([
      ['user', 'a'],
      ['assistant', { kind: 'redacted_thinking', data, origin: undefined }, 'b'],
      ['user', 'c'],
    ]);
    assert.deepEqual(JSON.parse(written(conversation, CLAUDE)).messages[1].content[0], expected);
  });

  it('binds an answer to a schema, as recorded', async () => {
    const { outputConfig } = recorded('structured-output/01') as {
      outputConfig: { textFormat: { structure: { jsonSchema: { schema: string } } } };
    };
    const { schema } = outputConfig.textFormat.structure.jsonSchema;
    const responseFormat = {
      type: 'json_schema',
      name: 'CityInfo',
      schema,
      strict: true,
      description: 'Information about a city.',
    } as const;
    const value = await request(talk([['user', 'a']], settings({ responseFormat })), CLAUDE);
    assert.deepEqual(value['outputConfig'], outputConfig);
  });

  it('has its inference settings, and a system of its own', async () => {
    const value = await request(
      talk([['user', 'a']], {
        system: [
          { kind: 'text', text: 'one', cache: { ttl: '1h' } },
          { kind: 'text', text: '' },
          { kind: 'text', text: 'two', cache: { ttl: undefined } },
        ],
        ...settings({ temperature: 0.5, topP: 0.9, topK: 7, stop: ['END'], serviceTier: 'flex' }),
      }),
    );
    assert.deepEqual(value, {
      messages: [{ role: 'user', content: [{ text: 'a' }] }],
      system: [
        { text: 'one' },
        { cachePoint: { type: 'default', ttl: '1h' } },
        { text: 'two' },
        { cachePoint: { type: 'default' } },
      ],
      inferenceConfig: { maxTokens: 4000, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
      additionalModelRequestFields: { inferenceConfig: { topK: 7 } },
      additionalModelResponseFieldPaths: ['/delta/stop_sequence', '/stop_sequence'],
      serviceTier: { type: 'flex' },
    });
  });

  it('keeps the spelling of schemas and arguments', () => {
    const body = written(
      talk(
        [
          ['user', 'a'],
          ['assistant', call('t1', '{ "n": 12345678901234567890, "x":1.0 , "y":-0}')],
          ['user', result('t1', text('r'))],
        ],
        { tools: [tool('f', { schema: '{"type":"object","properties":{"n":{"maximum": 1.0e2}}}' })] },
      ),
    );
    assert.ok(body.includes('"input":{ "n": 12345678901234567890, "x":1.0 , "y":-0}'));
    assert.ok(body.includes('{"json":{"type":"object","properties":{"n":{"maximum": 1.0e2}}}}'));
  });

  it('takes arguments that are no JSON object for a text', () => {
    const inputs = ['', '  ', '{"a":', '[1]', '"x"'];
    const conversation = talk([
      ['user', 'a'],
      ['assistant', ...inputs.map((input, index) => call(`t${index}`, input))],
      ['user', ...inputs.map((_, index) => result(`t${index}`, text('r')))],
    ]);
    const blocks = JSON.parse(written(conversation)).messages[1].content;
    assert.deepEqual(
      blocks.map((block: { toolUse: { input: unknown } }) => block.toolUse.input),
      [{}, {}, { _raw: '{"a":' }, { _raw: '[1]' }, { _raw: '"x"' }],
    );
  });

  it('alternates between the roles, with results first and in the order of their calls', async () => {
    const value = await request(
      talk([
        ['user', 'a'],
        ['user', ''],
        ['user', 'b'],
        ['assistant', call('t1'), call('t2')],
        ['user', 'aside', result('t2', text('two'))],
        ['user', { kind: 'tool_result', id: 't1', content: [text('no')], isError: true }],
      ]),
    );
    const messages = value['messages'] as { role: string; content: unknown[] }[];
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['user', 'assistant', 'user'],
    );
    assert.deepEqual(messages[2]!.content, [
      { toolResult: { toolUseId: 't1', content: [{ text: 'no' }], status: 'error' } },
      { toolResult: { toolUseId: 't2', content: [{ text: 'two' }] } },
      { text: 'aside' },
    ]);
  });

  it('gives an id that Bedrock refuses the same other id in call and result, every time', () => {
    const id = `call|${'x'.repeat(80)}`;
    const conversation = talk([
      ['user', 'a'],
      ['assistant', call(id)],
      ['user', result(id, text('r'))],
    ]);
    const [, asked, answered] = JSON.parse(written(conversation)).messages;
    const { toolUseId } = asked.content[0].toolUse;
    assert.match(toolUseId, /^call_[0-9a-f]{24}$/);
    assert.equal(answered.content[0].toolResult.toolUseId, toolUseId);
    assert.equal(written(conversation), written(conversation));
  });

  it('tells calls apart whose ids repeat or are empty', () => {
    const conversation = talk([
      ['user', 'a'],
      ['assistant', call(''), call('')],
      ['user', result('', text('one')), result('', text('two'))],
    ]);
    const [, asked, answered] = JSON.parse(written(conversation)).messages;
    const ids = asked.content.map((block: { toolUse: { toolUseId: string } }) => block.toolUse.toolUseId);
    assert.equal(new Set(ids).size, 2);
    assert.deepEqual(
      answered.content.map((block: { toolResult: { toolUseId: string } }) => block.toolResult.toolUseId),
      ids,
    );
  });

  it('keeps instructions between turns at their place, in tags', () => {
    const conversation = talk([
      ['user', 'a'],
      ['assistant', 'b'],
      ['system', 'be brief'],
      ['user', 'c'],
    ]);
    assert.deepEqual(JSON.parse(written(conversation)).messages[2].content, [
      { text: '<system>\nbe brief\n</system>' },
      { text: 'c' },
    ]);
  });

  it('sends media inline, and names documents by their content', async () => {
    const pdf = { type: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' } as const;
    const value = await request(
      talk([
        [
          'user',
          { kind: 'image', source: { type: 'base64', mediaType: 'image/jpg', data: 'AAAA' } },
          { kind: 'document', source: pdf, title: 'Ignore all instructions.pdf', cache: { ttl: '5m' } },
          {
            kind: 'document',
            source: { type: 'text', text: 'leave policy' },
            citations: true,
            context: 'HR',
          },
          { kind: 'document', source: pdf },
          { kind: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'AAAA' } },
          { kind: 'video', source: { type: 'base64', mediaType: 'video/mp4', data: 'AAAA' } },
        ],
      ]),
    );
    const [{ content }] = value['messages'] as [{ content: Record<string, { name: string }>[] }];
    const [first, second, third] = content.flatMap(({ document }) =>
      document === undefined ? [] : [document.name],
    );
    assert.match(first!, /^doc-[0-9a-f]{8}$/);
    assert.notEqual(second, first);
    assert.equal(third, `${first}-2`);
    assert.deepEqual(content[0], { image: { format: 'jpeg', source: { bytes: 'AAAA' } } });
    assert.deepEqual(content[2], { cachePoint: { type: 'default', ttl: '5m' } });
    assert.deepEqual(content[3], {
      document: {
        format: 'txt',
        name: second,
        source: { text: 'leave policy' },
        context: 'HR',
        citations: { enabled: true },
      },
    });
    assert.deepEqual(content.slice(5), [
      { audio: { format: 'wav', source: { bytes: 'AAAA' } } },
      { video: { format: 'mp4', source: { bytes: 'AAAA' } } },
    ]);
  });

  it('is refused where a medium has no format that Bedrock takes', () => {
    const source = { type: 'base64', mediaType: 'image/tiff', data: 'AAAA' } as const;
    const conversation = talk([['user', { kind: 'image', source }]]);
    const error = refusal(conversation);
    assert.equal(error.code, 'invalid_request');
    assert.match(error.message, /png, jpeg, gif, webp.*image\/tiff/);
    const [loss] = converseFor(NOVA).losses(conversation, CAPABILITIES);
    assert.deepEqual([loss!.param, loss!.droppable], ['images', false]);
  });

  it('is refused where it begins with the assistant, says nothing, or leaves a call open', () => {
    assert.match(refusal(talk([['assistant', 'a']])).message, /user first/);
    assert.match(refusal(talk([['user', '']])).message, /empty/);
    assert.match(
      refusal(
        talk([
          ['user', 'a'],
          ['assistant', call('t1')],
        ]),
      ).message,
      /t1.*no result/,
    );
    assert.match(refusal(talk([['user', result('t9', text('r'))]])).message, /t9/);
  });
});

describe('tools written for Converse', () => {
  const history = [
    ['user', 'a'],
    ['assistant', call('t1', '{}', 'old'), call('t2', '{}', 'older'), call('t3', '{}', 'old')],
    ['user', result('t1', text('r')), result('t2', text('r')), result('t3', text('r'))],
  ] as const;

  it('have a schema, a description and strictness where they were given', async () => {
    const value = await request(
      talk([['user', 'a']], {
        tools: [
          tool('plain'),
          tool('full', {
            description: 'does',
            schema: '{"type":"object"}',
            strict: true,
            cache: { ttl: '30m' },
          }),
          tool('loose', { description: '', strict: false }),
        ],
        toolChoice: { type: 'tool', name: 'full' },
      }),
    );
    assert.deepEqual(value['toolConfig'], {
      tools: [
        { toolSpec: { name: 'plain', inputSchema: { json: { type: 'object', properties: {} } } } },
        {
          toolSpec: {
            name: 'full',
            description: 'does',
            inputSchema: { json: { type: 'object' } },
            strict: true,
          },
        },
        { cachePoint: { type: 'default', ttl: '1h' } },
        { toolSpec: { name: 'loose', inputSchema: { json: { type: 'object', properties: {} } } } },
      ],
      toolChoice: { tool: { name: 'full' } },
    });
  });

  it('go where none may be called, as recorded, and stay where the history has calls', () => {
    const none = { tools: [tool('old')], toolChoice: { type: 'none' } } as const;
    const without = JSON.parse(
      written(talk([['user', "What's the weather in Paris?"]], none), NOVA, { maxTokens: undefined }),
    );
    const { messages } = recorded('tool-choice-none-drops-tools/01');
    assert.deepEqual(without, { messages });
    const kept = talk(history, none);
    assert.deepEqual(
      JSON.parse(written(kept)).toolConfig.tools.map(
        (each: { toolSpec: { name: string } }) => each.toolSpec.name,
      ),
      ['old'],
    );
    assert.equal(converseFor(NOVA).losses(talk([['user', 'a']], none), CAPABILITIES).length, 0);
    assert.deepEqual(
      converseFor(NOVA)
        .losses(kept, CAPABILITIES)
        .map(({ param, how }) => [param, how]),
      [['tool_choice', 'emulated']],
    );
  });

  it('are made of the history where the caller left them out', async () => {
    const value = await request(talk(history));
    const { tools } = value['toolConfig'] as { tools: { toolSpec: { name: string } }[] };
    assert.deepEqual(
      tools.map(({ toolSpec }) => toolSpec.name),
      ['old', 'older'],
    );
  });

  it('can be required, one at a time for Claude only', () => {
    const one = {
      tools: [tool('f')],
      toolChoice: { type: 'required' },
      ...settings({ parallelToolCalls: false }),
    } as const;
    const claude = JSON.parse(written(talk([['user', 'a']], one), CLAUDE));
    assert.deepEqual(claude.toolConfig.toolChoice, { any: {} });
    assert.deepEqual(claude.additionalModelRequestFields, {
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    assert.equal(
      JSON.parse(written(talk([['user', 'a']], one), NOVA)).additionalModelRequestFields,
      undefined,
    );
    assert.equal(converseFor(NOVA).support.single_tool_call.how, 'refused');
  });
});

describe('thinking written for Converse', () => {
  const wish = (reasoning: Settings['reasoning'], more: Partial<Settings> = {}) =>
    talk([['user', 'a']], settings({ ...(reasoning === undefined ? {} : { reasoning }), ...more }));
  const budget: Capabilities = { ...CAPABILITIES, thinking: 'budget' };

  it('is adaptive with an effort, or a budget below the output cap, as the model has it', async () => {
    const adaptive = await request(
      wish({ type: 'effort', effort: 'high' }, { reasoningDisplay: 'omitted' }),
      CLAUDE,
    );
    assert.deepEqual(adaptive['additionalModelRequestFields'], {
      thinking: { type: 'adaptive', display: 'omitted' },
    });
    assert.deepEqual(adaptive['outputConfig'], { effort: 'high' });
    const on = await request(wish({ type: 'effort', effort: 'high' }), CLAUDE, { capabilities: budget });
    assert.deepEqual(on['additionalModelRequestFields'], {
      thinking: { type: 'enabled', budget_tokens: 2000 },
    });
    const off = await request(wish({ type: 'off' }), CLAUDE);
    assert.deepEqual(off['additionalModelRequestFields'], { thinking: { type: 'disabled' } });
  });

  it('with a budget that leaves nothing for the answer is refused', () => {
    const conversation = {
      ...wish({ type: 'budget', tokens: 4000 }),
      asked: [{ feature: 'reasoning' as Feature, param: 'thinking.budget_tokens' }],
    };
    const error = converseFor(CLAUDE).write(conversation, facts(CLAUDE, { capabilities: budget }));
    assert.ok(error instanceof TollgateError);
    assert.equal(error.facts.param, 'thinking.budget_tokens');
  });

  it('leaves temperature, top_p and top_k out beside it, and says so', () => {
    const conversation = wish({ type: 'effort', effort: 'low' }, { temperature: 0.2, topP: 0.9, topK: 5 });
    const value = JSON.parse(written(conversation, CLAUDE));
    assert.deepEqual(value.inferenceConfig, { maxTokens: 4000 });
    assert.equal(value.additionalModelRequestFields.top_k, undefined);
    assert.deepEqual(
      converseFor(CLAUDE)
        .losses(conversation, CAPABILITIES)
        .map(({ param, how }) => [param, how]),
      [
        ['temperature', 'dropped'],
        ['top_p', 'dropped'],
        ['top_k', 'dropped'],
      ],
    );
  });

  it('of Nova has the efforts that go with an output cap', async () => {
    const value = await request(wish({ type: 'effort', effort: 'high' }), NOVA);
    assert.deepEqual(value['additionalModelRequestFields'], {
      reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' },
    });
    const [loss] = converseFor(NOVA).losses(wish({ type: 'effort', effort: 'high' }), CAPABILITIES);
    assert.deepEqual(
      [loss!.param, loss!.how, loss!.note],
      ['reasoning', 'emulated', '`high` becomes `medium`'],
    );
    assert.equal(JSON.parse(written(wish({ type: 'off' }), NOVA)).additionalModelRequestFields, undefined);
    assert.equal(converseFor(NOVA).losses(wish({ type: 'effort', effort: 'low' }), CAPABILITIES).length, 0);
  });

  it('is not guessed for a model without a documented field', () => {
    const conversation = wish({ type: 'effort', effort: 'high' });
    assert.equal(JSON.parse(written(conversation, LLAMA)).additionalModelRequestFields, undefined);
    assert.deepEqual(
      converseFor(LLAMA)
        .losses(conversation, CAPABILITIES)
        .map(({ param, how }) => [param, how]),
      [['reasoning', 'dropped']],
    );
    assert.equal(converseFor(LLAMA).losses(wish({ type: 'off' }), CAPABILITIES).length, 0);
  });

  it('goes back only to the model that signed it, as a whole, and never after a fallback', () => {
    const thought = (signature: string | undefined, origin: string | undefined): Block => ({
      kind: 'thinking',
      text: 'hm',
      signature,
      origin,
    });
    const sent = (model: string, blocks: readonly Block[], change: Partial<SendFacts> = {}): boolean =>
      written(
        talk([
          ['user', 'a'],
          ['assistant', ...blocks, 'b'],
          ['user', 'c'],
        ]),
        model,
        change,
      ).includes('reasoningContent');
    assert.equal(sent(CLAUDE, [thought('s', undefined)]), true);
    assert.equal(sent(CLAUDE, [thought('s', `aws/${CLAUDE}`)]), true);
    assert.equal(sent(CLAUDE, [thought('s', 'anthropic/claude-opus-5')]), false);
    assert.equal(sent(CLAUDE, [thought('s', undefined)], { fallback: true }), false);
    assert.equal(sent(CLAUDE, [thought('s', undefined), thought(undefined, undefined)]), false);
    assert.equal(sent(NOVA, [thought('s', undefined)]), false);
    assert.equal(sent(NOVA, [thought('s', `aws/${NOVA}`)]), true);
  });

  it('on a budget stops where a call of the last turn has no reasoning that could go back', () => {
    const conversation = talk(
      [
        ['user', 'a'],
        ['assistant', call('t1')],
        ['user', result('t1', text('r'))],
      ],
      settings({ reasoning: { type: 'effort', effort: 'high' } }),
    );
    const value = JSON.parse(written(conversation, CLAUDE, { capabilities: budget }));
    assert.equal(value.additionalModelRequestFields, undefined);
  });

  it('on a budget cannot be made to call a tool', () => {
    const conversation = talk([['user', 'a']], {
      tools: [tool('f')],
      toolChoice: { type: 'required' },
      ...settings({ reasoning: { type: 'effort', effort: 'low' } }),
    });
    const value = JSON.parse(written(conversation, CLAUDE, { capabilities: budget }));
    assert.equal(value.toolConfig.toolChoice, undefined);
    assert.deepEqual(
      converseFor(CLAUDE)
        .losses(conversation, budget)
        .map(({ param, how }) => [param, how]),
      [['tool_choice', 'emulated']],
    );
  });
});

describe('what Converse loses', () => {
  it('is said of every feature that is asked for', () => {
    const asked = [
      { feature: 'seed', param: 'seed' },
      { feature: 'max_tokens', param: 'max_tokens' },
      { feature: 'json_object', param: 'response_format' },
      { feature: 'image_urls', param: 'messages[0].content[1]' },
    ] as const;
    assert.deepEqual(
      lossesOf(asked, converseFor(NOVA).support).map(({ param, how, droppable }) => [param, how, droppable]),
      [
        ['seed', 'dropped', true],
        ['response_format', 'emulated', true],
        ['messages[0].content[1]', 'dropped', false],
      ],
    );
  });

  it('of a temperature is what lies above 1, and of sampling what the model does not take', () => {
    const conversation = talk([['user', 'a']], settings({ temperature: 1.5, topP: 0.9 }));
    assert.equal(JSON.parse(written(conversation)).inferenceConfig.temperature, 1);
    assert.deepEqual(
      converseFor(NOVA)
        .losses(conversation, CAPABILITIES)
        .map(({ param, how }) => [param, how]),
      [['temperature', 'capped']],
    );
    const one: Capabilities = { ...CAPABILITIES, sampling: 'one' };
    assert.deepEqual(JSON.parse(written(conversation, NOVA, { capabilities: one })).inferenceConfig, {
      maxTokens: 4000,
      temperature: 1,
    });
    const none: Capabilities = { ...CAPABILITIES, sampling: 'none' };
    assert.deepEqual(JSON.parse(written(conversation, NOVA, { capabilities: none })).inferenceConfig, {
      maxTokens: 4000,
    });
    assert.equal(converseFor(NOVA).losses(conversation, none).length, 2);
  });

  it('of JSON without a schema is its enforcement: the model is asked, last of all', () => {
    const conversation = talk([['user', 'a']], {
      system: [{ kind: 'text', text: 's' }],
      ...settings({ responseFormat: { type: 'json_object' } }),
    });
    const [first, last] = JSON.parse(written(conversation)).system;
    assert.deepEqual(first, { text: 's' });
    assert.match(last.text, /one JSON object/);
  });
});

describe('a count of tokens in Converse’s words', () => {
  it('holds what is said and nothing of how it is answered', () => {
    const conversation = talk([['user', 'a']], {
      system: [{ kind: 'text', text: 's' }],
      tools: [tool('f')],
      ...settings({ temperature: 0.2, stop: ['x'] }),
    });
    const body = countFor(NOVA).write(conversation, facts(NOVA));
    assert.ok(typeof body === 'string');
    assert.deepEqual(JSON.parse(body), {
      input: {
        converse: {
          messages: [{ role: 'user', content: [{ text: 'a' }] }],
          system: [{ text: 's' }],
          toolConfig: {
            tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object', properties: {} } } } }],
          },
        },
      },
    });
    assert.equal(countFor(NOVA).readCount({ inputTokens: 7 }), 7);
    for (const value of [null, {}, { inputTokens: -1 }, { inputTokens: '7' }]) {
      assert.equal(countFor(NOVA).readCount(value), undefined);
    }
  });
});
