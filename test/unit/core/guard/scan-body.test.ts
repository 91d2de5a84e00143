import assert from 'node:assert/strict';
import test from 'node:test';
import { isActive, scanBody } from '../../../../lambda/core/guard/scan-body.ts';
import { scanJson } from '../../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../../lambda/wire/json-tape.ts';
import { redacted, scan } from './guarded.ts';
import { AWS_DOCS_SECRET, CARDS, IBANS, JWT, TOKENS } from './samples.ts';

const MAIL = 'jane@example.com';

test('a body without findings passes without patches', () => {
  assert.deepEqual(
    scan('{"model":"m","messages":[{"role":"user","content":"hello"}],"max_tokens":12345678901234}'),
    {
      kind: 'pass',
      patches: [],
      counts: {},
      redacted: 0,
    },
  );
});

test('values are counted by type and replaced, and every other byte stays', () => {
  const json = ` { "messages" : [ {"content":"é ${MAIL} \\u00e9 and a\\u0040example.com, ${CARDS.visa}"} ], "seed":1.50 }`;
  const outcome = scan(json);
  assert.equal(outcome.kind, 'pass');
  assert.deepEqual(outcome.kind === 'pass' && [outcome.counts, outcome.redacted], [
    { EMAIL: 2, CREDIT_CARD: 1 },
    3,
  ]);
  assert.equal(
    redacted(json),
    ' { "messages" : [ {"content":"é REDACTED_EMAIL \\u00e9 and REDACTED_EMAIL, REDACTED_CREDIT_CARD"} ], "seed":1.50 }',
  );
});

const PLACES: readonly (readonly [string, (value: string) => unknown])[] = [
  ['a system prompt', (value) => ({ system: value })],
  ['a part of a user message', (value) => ({ messages: [{ content: [{ type: 'text', text: value }] }] })],
  [
    'a tool definition',
    (value) => ({ tools: [{ function: { name: 'f', description: value, parameters: {} } }] }),
  ],
  ['an enum of a schema', (value) => ({ tools: [{ function: { parameters: { enum: [value] } } }] })],
  ['a tool result', (value) => ({ messages: [{ role: 'tool', tool_call_id: 'call_1', content: value }] })],
  ['an unknown field', (value) => ({ x_new_parameter: { deep: [[{ thing: value }]] } })],
  ['a URL of an image', (value) => ({ image_url: { url: `https://example.com/?u=${value}` } })],
  ['metadata', (value) => ({ metadata: { id: value, signature: value, data: value, type: 'x' } })],
  ['the user', (value) => ({ user: value })],
  ['a key', (value) => ({ metadata: { [value]: 1 } })],
  ['a prediction', (value) => ({ prediction: { type: 'content', content: value } })],
];

for (const [place, body] of PLACES) {
  test(`a value in ${place} is redacted`, () => {
    for (const value of [MAIL, CARDS.visa, IBANS.germany, TOKENS.ANTHROPIC_KEY, JWT]) {
      const text = redacted(JSON.stringify(body(value)));
      assert.ok(!text.includes(value) && text.includes('REDACTED_'), text);
      JSON.parse(text);
    }
  });
}

test('a number that is a card becomes a string, however it is written', () => {
  assert.equal(redacted('{"a":[4111111111111111, 7]}'), '{"a":["REDACTED_CREDIT_CARD", 7]}');
  assert.equal(redacted('{"a":4.111111111111111e15}'), '{"a":"REDACTED_CREDIT_CARD"}');
  assert.equal(redacted('{"a":12345678901234567890}'), '{"a":12345678901234567890}');
});

test('the name of a value tells what it is', () => {
  assert.equal(
    redacted(`{"secretAccessKey":"${AWS_DOCS_SECRET}"}`),
    '{"secretAccessKey":"REDACTED_AWS_SECRET_ACCESS_KEY"}',
  );
  assert.equal(redacted(`{"x":"${AWS_DOCS_SECRET}"}`), `{"x":"${AWS_DOCS_SECRET}"}`);
  assert.equal(redacted('{"card":{"number":4222222222222}}'), '{"card":{"number":"REDACTED_CREDIT_CARD"}}');
});

test('tool arguments keep numbers, spaces and escapes around what is redacted', () => {
  const inner = `{ "to" : "${MAIL}" , "n": 12345678901234567890, "pan":4111111111111111, "e":"\\u00e9\\/", "${MAIL}":1.0 }`;
  const json = JSON.stringify({
    messages: [{ tool_calls: [{ id: 'call_1', function: { name: 'f', arguments: inner } }] }],
  });
  const body = JSON.parse(redacted(json));
  assert.equal(
    body.messages[0].tool_calls[0].function.arguments,
    '{ "to" : "REDACTED_EMAIL" , "n": 12345678901234567890, "pan":"REDACTED_CREDIT_CARD", "e":"\\u00e9\\/", "REDACTED_EMAIL":1.0 }',
  );
});

test('a value several strings deep is found, escaped once per level', () => {
  let inner = JSON.stringify({ to: `é ${MAIL}`, card: Number(CARDS.visa) });
  let expected = JSON.stringify({ to: 'é REDACTED_EMAIL', card: 'REDACTED_CREDIT_CARD' });
  for (let level = 0; level < 6; level++) {
    inner = JSON.stringify({ level, inner });
    expected = JSON.stringify({ level, inner: expected });
    assert.equal(redacted(inner), expected);
  }
});

test('an escaped character hides nothing, at any depth', () => {
  const written = '"j\\u0061ne\\u0040ex\\u0061mple.com"';
  assert.equal(redacted(`{"a":${written}}`), '{"a":"REDACTED_EMAIL"}');
  assert.equal(
    redacted(`{"a":${JSON.stringify(`{"b":${written}}`)}}`),
    '{"a":"{\\"b\\":\\"REDACTED_EMAIL\\"}"}',
  );
  const slashes = JSON.stringify(`{"secret_access_key":"${AWS_DOCS_SECRET.replaceAll('/', '\\/')}"}`);
  assert.ok(redacted(`{"a":${slashes}}`).includes('REDACTED_AWS_SECRET_ACCESS_KEY'));
});

test('inner JSON that repeats a key is scanned as text, all of it', () => {
  const inner = `{"a":"${MAIL}","a":"b@example.com"}`;
  assert.equal(
    JSON.parse(redacted(JSON.stringify({ content: inner }))).content,
    '{"a":"REDACTED_EMAIL","a":"REDACTED_EMAIL"}',
  );
});

test('arguments that would be no JSON any more are not let through', () => {
  const json = JSON.stringify({ tool_calls: [{ function: { arguments: '{"a":4111111111111111,"a":1}' } }] });
  const outcome = scan(json);
  assert.equal(outcome.kind, 'unscannable');
  assert.equal(outcome.kind === 'unscannable' && outcome.path, 'tool_calls[0].function.arguments');
});

test('arguments that never were JSON are redacted as text', () => {
  const json = JSON.stringify({ tool_calls: [{ function: { arguments: `{"a":"${MAIL}"` } }] });
  assert.ok(redacted(json).includes('{\\"a\\":\\"REDACTED_EMAIL\\"'));
});

test('keys of one object stay apart after they were redacted', () => {
  assert.equal(
    redacted(`{"a@example.com":1,"REDACTED_EMAIL":2,"to b@example.com now":3,"c@example.com":4}`),
    '{"REDACTED_EMAIL_2":1,"REDACTED_EMAIL":2,"to REDACTED_EMAIL now":3,"REDACTED_EMAIL_3":4}',
  );
});

test('signed thinking that holds a value cannot be rewritten and is refused', () => {
  const block = { type: 'thinking', thinking: `mail ${MAIL}`, signature: 'c2lnbmF0dXJl'.repeat(8) };
  const outcome = scan(JSON.stringify({ messages: [{ content: [block] }] }));
  assert.equal(outcome.kind, 'unscannable');
  assert.equal(outcome.kind === 'unscannable' && outcome.path, 'messages[0].content[0].thinking');
});

test('a class at block blocks, names class, types and the first place, and never the value', () => {
  const json = JSON.stringify({ a: MAIL, b: [TOKENS.GITHUB_TOKEN, { c: TOKENS.STRIPE_KEY, d: CARDS.visa }] });
  const outcome = scan(json, (name) => (name === 'credential' || name === 'card' ? 'block' : 'redact'));
  assert.deepEqual(outcome, {
    kind: 'block',
    class: 'credential',
    types: ['GITHUB_TOKEN', 'STRIPE_KEY'],
    path: 'b[0]',
    counts: { EMAIL: 1, GITHUB_TOKEN: 1, STRIPE_KEY: 1, CREDIT_CARD: 1 },
  });
});

test('a place is told without the values that stand in names on the way to it', () => {
  const inner = JSON.stringify({ list: [CARDS.visa] });
  const outcome = scan(JSON.stringify({ [MAIL]: { arguments: inner } }), (name) =>
    name === 'card' ? 'block' : 'allow',
  );
  assert.equal(outcome.kind === 'block' && outcome.path, 'REDACTED_EMAIL.arguments.list[0]');
});

test('a class at allow is left alone', () => {
  const json = JSON.stringify({ a: `${MAIL} ${CARDS.visa}` });
  assert.equal(
    redacted(json, (name) => (name === 'card' ? 'redact' : 'allow')),
    `{"a":"${MAIL} REDACTED_CREDIT_CARD"}`,
  );
});

test('a policy is active once it acts on any class', () => {
  assert.equal(
    isActive(() => 'allow'),
    false,
  );
  assert.equal(
    isActive((name) => (name === 'contact' ? 'redact' : 'allow')),
    true,
  );
  assert.equal(
    isActive(() => 'block'),
    true,
  );
});

test('a failure inside the scan is never a pass and quotes nothing', () => {
  const bytes = Buffer.from(`{"a":"${MAIL}"}`);
  const tape = scanJson(bytes, 128);
  assert.ok(tape instanceof JsonTape);
  tape.text = () => {
    throw new Error(MAIL);
  };
  const outcome = scanBody(bytes, tape, () => 'redact', 128);
  assert.equal(outcome.kind, 'unscannable');
  assert.ok(!JSON.stringify(outcome).includes(MAIL));
});
