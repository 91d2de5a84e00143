import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Block, Conversation, Turn } from '../../lambda/core/chat/conversation.ts';
import { TollgateError } from '../../lambda/core/errors.ts';
import type { Capabilities } from '../../lambda/core/routing/target.ts';
import { anthropicMessages } from '../../lambda/formats/anthropic-messages/upstream.ts';
import { strictSchema } from '../../lambda/formats/anthropic-messages/write-schema.ts';
import type { SendFacts } from '../../lambda/formats/format.ts';
import { spell } from '../support/json-text.ts';

const RUNS = { numRuns: Number(process.env['TOLLGATE_RUNS'] ?? 200) };
const TARGET = 'anthropic/claude';

const said = fc.constantFrom('a', 'b "c"', ' ', '', '\u2028', '<system>');
const text: fc.Arbitrary<Block> = fc.record({ kind: fc.constant('text' as const), text: said });
const origin = fc.constantFrom(undefined, TARGET, 'other/claude');
const thought: fc.Arbitrary<Block> = fc.oneof(
  fc.record({
    kind: fc.constant('thinking' as const),
    text: said,
    signature: fc.constantFrom(undefined, '', 'c2ln', 'tg1.'),
    origin,
  }),
  fc.record({ kind: fc.constant('redacted_thinking' as const), data: fc.constant('ZGF0YQ=='), origin }),
);
/** Ids that repeat, are empty, or do not fit. */
const id = fc.constantFrom('', 'call_1', 'call_2', 'functions.f:0', 'x'.repeat(80));
const call: fc.Arbitrary<Block> = fc.record({
  kind: fc.constant('tool_call' as const),
  id,
  name: fc.constant('f'),
  input: fc.constantFrom('', '{}', '{"n": 1.0}', '{"a'),
  custom: fc.boolean(),
});
const system: fc.Arbitrary<Turn> = text.map((block) => ({ role: 'system', content: [block] }));

/** A user's words, instructions, an answer, and where it calls tools, their results in any order. */
const round: fc.Arbitrary<Turn[]> = fc
  .record({
    asks: fc.array(text, { maxLength: 2 }),
    between: fc.array(system, { maxLength: 2 }),
    answer: fc.array(fc.oneof(text, thought, call), { maxLength: 5 }),
    behind: fc.array(system, { maxLength: 1 }),
    adds: fc.array(text, { maxLength: 1 }),
    order: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ asks, between, answer, behind, adds, order }) => {
    const results = answer.flatMap((block): Block[] =>
      block.kind === 'tool_call'
        ? [{ kind: 'tool_result', id: block.id, content: [{ kind: 'text', text: 'r' }], isError: false }]
        : [],
    );
    const turned = [...results.slice(order), ...results.slice(0, order)];
    return [
      { role: 'user', content: [{ kind: 'text', text: 'q' }, ...asks] },
      ...between,
      { role: 'assistant', content: answer },
      ...(results.length === 0 ? [] : [...behind, { role: 'user' as const, content: [...adds, ...turned] }]),
    ];
  });

function send(systemTurns: boolean, fallback: boolean): SendFacts {
  const capabilities: Capabilities = {
    contextTokens: undefined,
    maxOutputTokens: undefined,
    hiddenReasoning: false,
    imageTokens: undefined,
    thinking: 'budget',
    sampling: undefined,
    structuredOutput: undefined,
    systemTurns,
  };
  return {
    target: TARGET,
    model: 'claude',
    maxTokens: 4_000,
    inject: false,
    stream: true,
    capabilities,
    fallback,
    callerHeaders: {},
  };
}

function messagesOf(turns: readonly Turn[], facts: SendFacts): Message[] {
  const conversation: Conversation = {
    system: [],
    turns,
    tools: [],
    toolChoice: undefined,
    settings: { stop: [], reasoning: { type: 'effort', effort: 'low' } },
    asked: [],
    notes: [],
  };
  const written = anthropicMessages.write(conversation, facts);
  if (written instanceof TollgateError) throw written;
  // What was just written has the shape of the API's requests.
  return (JSON.parse(written) as { messages: Message[] }).messages;
}

interface Message {
  readonly role: string;
  readonly content: readonly {
    readonly type: string;
    readonly id?: string;
    readonly tool_use_id?: string;
    readonly signature?: string;
  }[];
}

const rounds = fc.array(round, { minLength: 2, maxLength: 4 });

test('what earlier turns become does not depend on later ones', () => {
  fc.assert(
    fc.property(rounds, fc.boolean(), fc.boolean(), (all, systemTurns, fallback) => {
      const facts = send(systemTurns, fallback);
      const end: Turn = { role: 'user', content: [{ kind: 'text', text: 'go on' }] };
      const whole = messagesOf([...all.flat(), end], facts);
      for (let count = 1; count < all.length; count++) {
        const begun = all.slice(0, count).flat();
        const written = messagesOf(begun, facts);
        // A last turn of a user may still grow, and instructions at the end may turn out to stand before one.
        const settled = written.slice(0, written.findLastIndex(({ role }) => role === 'assistant') + 1);
        assert.deepEqual(whole.slice(0, settled.length), settled);
      }
    }),
    RUNS,
  );
});

test('every request keeps the rules of the API: roles, pairs of calls and results, thinking whole or gone', () => {
  fc.assert(
    fc.property(rounds, fc.boolean(), fc.boolean(), (all, systemTurns, fallback) => {
      const messages = messagesOf(all.flat(), send(systemTurns, fallback));
      const ids = new Set<string>();
      for (const [at, { role, content }] of messages.entries()) {
        const next = messages[at + 1];
        assert.notEqual(content.length, 0);
        assert.notEqual(next?.role, role);
        if (role === 'system') {
          assert.ok(systemTurns && messages[at - 1]?.role === 'user');
          assert.ok(next === undefined || next.role === 'assistant');
        }
        const calls = content.filter(({ type }) => type === 'tool_use').map((block) => block.id ?? '');
        for (const one of calls) {
          assert.match(one, /^[a-zA-Z0-9_-]{1,64}$/);
          assert.equal(ids.has(one), false);
          ids.add(one);
        }
        const answers = next?.content.slice(0, calls.length).map((block) => block.tool_use_id) ?? [];
        assert.deepEqual(answers, calls);
        for (const { type, signature } of content) {
          if (type === 'thinking') assert.equal(signature, 'c2ln');
          if (type.endsWith('thinking')) assert.equal(fallback, false);
        }
      }
    }),
    RUNS,
  );
});

interface Schema {
  readonly [keyword: string]: string | number | boolean | Schema | Schema[];
}

const schema: fc.Arbitrary<Schema> = fc.letrec<{ schema: Schema }>((tie) => {
  const properties = fc.dictionary(fc.constantFrom('a', '1', 'description', '$ref'), tie('schema'), {
    maxKeys: 3,
  });
  return {
    schema: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.record(
        {
          type: fc.constantFrom('string', 'integer'),
          description: said,
          minimum: fc.integer(),
          format: fc.constantFrom('email', 'phone'),
        },
        { requiredKeys: ['type'] },
      ),
      fc.record(
        {
          type: fc.constant('object'),
          properties,
          additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
          $schema: fc.constant('x'),
        },
        { requiredKeys: ['type', 'properties'] },
      ),
      fc.record({ anyOf: fc.array(tie('schema'), { maxLength: 2 }) }),
      fc.record(
        { type: fc.constant('array'), items: tie('schema'), minItems: fc.integer({ min: 0, max: 2 }) },
        { requiredKeys: ['type', 'items'] },
      ),
    ),
  };
}).schema;

test('a schema that was made strict is strict: doing it again changes no byte', () => {
  fc.assert(
    fc.property(spell(schema), ({ text: raw }) => {
      const once = strictSchema(raw);
      JSON.parse(once.json);
      assert.deepEqual(strictSchema(once.json), { json: once.json, weakened: false });
    }),
    RUNS,
  );
});
