import fc from 'fast-check';
import type { Block, Conversation, Tool, Turn } from '../../lambda/core/chat/conversation.ts';

/** What makes translation hard: escapes, surrogates, marks that combine, JSON that is text, tags. */
const text = fc.oneof(
  // Texts of white space alone are refused, not translated.
  fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((value) => value.trim() !== ''),
  fc.constantFrom(
    'a "quoted" \\ text',
    'a\u2028b',
    '{"a":1}',
    '<system>x</system>',
    'ünïcödé 🎉',
    '\n\n  x ',
  ),
);

/** Arguments whose bytes must survive: numbers that no float holds, spaces, escapes. */
const input = fc.constantFrom(
  '{}',
  '{"n":12345678901234567890}',
  '{ "x" : 1.0, "y": -0 }',
  '{"s":"\\u00e9\\n","list":[1,2,{"a":null}]}',
);

/** Closed, as strict tools have to be: a writer closes an open one. */
const schema = fc.constantFrom(
  '{"type":"object","properties":{},"additionalProperties":false}',
  '{"type":"object","properties":{"n":{"type":"integer","enum":[12345678901234567890]}},"required":["n"],"additionalProperties":false}',
);

const image: fc.Arbitrary<Block> = fc.uint8Array({ minLength: 3, maxLength: 9 }).map((bytes) => ({
  kind: 'image' as const,
  source: { type: 'base64' as const, mediaType: 'image/png', data: Buffer.from(bytes).toString('base64') },
}));

const document: fc.Arbitrary<Block> = fc.uint8Array({ minLength: 3, maxLength: 9 }).map((bytes) => ({
  kind: 'document' as const,
  source: {
    type: 'base64' as const,
    mediaType: 'application/pdf',
    data: Buffer.from(bytes).toString('base64'),
  },
  title: 'report.pdf',
}));

/** No mark, one for the default time, one for a time that is named. */
const mark = fc.constantFrom({}, {}, { cache: { ttl: undefined } }, { cache: { ttl: '1h' } });

const textBlock: fc.Arbitrary<Block> = fc
  .tuple(text, mark)
  .map(([value, cache]) => ({ kind: 'text' as const, text: value, ...cache }));

interface Round {
  readonly asks: readonly Block[];
  readonly says: string | undefined;
  readonly thinks: boolean;
  readonly calls: readonly {
    readonly name: string;
    readonly input: string;
    readonly result: string;
    readonly isError: boolean;
  }[];
  readonly adds: string | undefined;
}

const round: fc.Arbitrary<Round> = fc.record({
  asks: fc.array(fc.oneof({ weight: 4, arbitrary: textBlock }, image, document), {
    minLength: 1,
    maxLength: 3,
  }),
  says: fc.option(text, { nil: undefined }),
  thinks: fc.boolean(),
  calls: fc.array(
    fc.record({
      name: fc.constantFrom('look_up', 'get-weather'),
      input,
      result: text,
      isError: fc.constant(false),
    }),
    { maxLength: 3 },
  ),
  adds: fc.option(text, { nil: undefined }),
});

const tool: fc.Arbitrary<Tool> = fc.record({
  kind: fc.constant('function' as const),
  name: fc.constantFrom('look_up', 'get-weather'),
  description: fc.option(text, { nil: undefined }),
  schema,
  strict: fc.constantFrom(undefined, true),
});

export interface ConversationOptions {
  /** Assistant turns begin with signed thinking. */
  readonly thinking: boolean;
}

/** Conversations that every target can hold: each call is answered, no turn is empty, roles alternate. */
export function conversations({ thinking }: ConversationOptions): fc.Arbitrary<Conversation> {
  return fc
    .record({
      system: fc.array(text, { maxLength: 2 }),
      rounds: fc.array(round, { minLength: 1, maxLength: 4 }),
      tools: fc.uniqueArray(tool, { selector: ({ name }) => name, minLength: 2, maxLength: 2 }),
      last: text,
    })
    .map(({ system, rounds, tools, last }) => ({
      system: system.map((value) => ({ kind: 'text' as const, text: value })),
      turns: [
        ...rounds.flatMap((one, index) => turnsOf(one, index, thinking)),
        { role: 'user' as const, content: [{ kind: 'text' as const, text: last }] },
      ],
      tools,
      toolChoice: undefined,
      settings: { stop: [] },
      asked: [],
      notes: [],
    }));
}

function turnsOf({ asks, says, thinks, calls, adds }: Round, index: number, thinking: boolean): Turn[] {
  const id = (call: number) => `call_${index}_${call}`;
  const said: Block[] = [];
  if (thinking && thinks) {
    said.push({
      kind: 'thinking',
      text: `step ${index}`,
      signature: `c2lnbmF0dXJl${index}`,
      origin: undefined,
    });
  }
  said.push({ kind: 'text', text: says ?? `answer ${index}` });
  for (const [n, call] of calls.entries()) {
    said.push({ kind: 'tool_call', id: id(n), name: call.name, input: call.input, custom: false });
  }
  const turns: Turn[] = [
    { role: 'user', content: asks },
    { role: 'assistant', content: said },
  ];
  if (calls.length === 0) return turns;
  const results: Block[] = calls.map((call, n) => ({
    kind: 'tool_result',
    id: id(n),
    content: [{ kind: 'text', text: call.result }],
    isError: call.isError,
  }));
  const more: Block[] = adds === undefined ? [] : [{ kind: 'text', text: adds }];
  return [
    ...turns,
    { role: 'user', content: [...results, ...more] },
    { role: 'assistant', content: [{ kind: 'text', text: `done ${index}` }] },
  ];
}
