import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inputBound } from '../../../../lambda/core/chat/bound.ts';
import { inputOf } from '../../../../lambda/core/chat/usage.ts';
import { WIDENING } from '../../../../lambda/core/chat/widening.ts';
import { TollgateError } from '../../../../lambda/core/errors.ts';
import { readRequest } from '../../../../lambda/formats/openai-chat/read.ts';
import { readAnswer } from '../../../../lambda/formats/openai-chat/read-answer.ts';
import { scanJson } from '../../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../../lambda/wire/json-tape.ts';
import { recordedExchanges } from '../../../support/fixtures.ts';

/** Bases, marks, ligatures and syllables, written apart and composed: what normalisation moves around. */
const PRONE = [
  'a',
  'e',
  '\u0301',
  '\u0323',
  '\u0302',
  'é',
  'ậ',
  '한',
  '\u1112',
  '\u1161',
  '\u11ab',
  '\ufdfa',
  'ﬁ',
  'Å',
  '½',
];

const IMAGE_TOKENS = 5_000;

function bound(body: string | Uint8Array): number {
  const tape = scanJson(Buffer.from(body), 128);
  assert.ok(tape instanceof JsonTape);
  const view = readRequest(tape);
  assert.ok(!(view instanceof TollgateError));
  return inputBound(tape, view, IMAGE_TOKENS, 0);
}

const message = (content: unknown) => JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });

for (const { id, request, response, status, format } of recordedExchanges(
  'openai-chat',
  'openai-compatible',
)) {
  if (request === undefined || status >= 400) continue;
  test(`${id}: the bound is never below what the provider counted`, () => {
    const told =
      format === 'sse'
        ? lastUsage(Buffer.from(response).toString())
        : JSON.parse(Buffer.from(response).toString());
    const events = readAnswer('t', told);
    const usage = events.find((event) => event.type === 'usage')?.usage;
    if (usage === undefined) return assert.ok(!JSON.stringify(told ?? null).includes('prompt_tokens'));
    assert.ok(bound(request) >= inputOf(usage));
  });
}

function lastUsage(sse: string): unknown {
  const data = sse.split('\n').filter((line) => line.startsWith('data: {') && /"usage":\s*\{/.test(line));
  return data.length === 0 ? null : JSON.parse(data.at(-1)?.slice(6) ?? 'null');
}

test('a text counts at least its bytes, and its bytes after normalisation, whatever the spelling', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string({ unit: 'grapheme', maxLength: 40 }),
          fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.toWellFormed()),
          fc.string({ unit: fc.constantFrom(...PRONE), maxLength: 20 }),
        ),
        { minLength: 1, maxLength: 5 },
      ),
      fc.boolean(),
      (texts, escaped) => {
        const body = message(texts.map((text) => ({ type: 'text', text })));
        const spelled = escaped
          ? body.replace(
              /[\u0080-\uffff]/g,
              (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
            )
          : body;
        const least = texts.reduce(
          (sum, text) =>
            sum + Math.max(Buffer.byteLength(text), Buffer.byteLength(text.normalize('NFKC'))) + 1,
          16,
        );
        assert.ok(bound(spelled) >= least);
      },
    ),
  );
});

test('the list of characters that grow when normalised is complete', () => {
  const listed = new RegExp(`^[${WIDENING}]$`, 'u');
  for (let point = 0x80; point <= 0x10ffff; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    const grows = Buffer.byteLength(character.normalize('NFKC')) > Buffer.byteLength(character);
    if (grows !== listed.test(character))
      assert.fail(`U+${point.toString(16)}: ${grows ? 'missing' : 'does not grow'}`);
  }
});

test('one character that normalises to thirty-three bytes counts as that', () => {
  assert.ok(bound(message('\ufdfa'.repeat(20))) >= 660);
});

test('an inline image counts by the formula of the model, not by its bytes', () => {
  const url = `data:image/png;base64,${'A'.repeat(100_000)}`;
  const tokens = bound(message([{ type: 'image_url', image_url: { url } }]));
  assert.ok(tokens > IMAGE_TOKENS && tokens < IMAGE_TOKENS + 1_000);
});

test('text that only looks like an image counts in full', () => {
  const text = `data:image/png;base64,${'A'.repeat(10_000)}`;
  assert.ok(bound(message([{ type: 'text', text }])) > 10_000);
  assert.ok(bound(message([{ type: 'text', text: 'x', image_url: { url: text } }])) > 10_000);
  assert.ok(
    bound(message([{ type: 'image_url', image_url: { url: 'https://x.test/i.png' }, note: text }])) > 10_000,
  );
});

/** Source: Anthropic, "Tool use": tokens of the prompt for tools, by model and choice. */
const TOOL_PROMPTS = { 'claude-opus-4-7, any': 804, 'claude-opus-4-6, any': 589, 'claude-3-opus, auto': 530 };

for (const [model, tokens] of Object.entries(TOOL_PROMPTS)) {
  test(`what is written into a prompt so that a model calls tools is covered: ${model}`, () => {
    const messages = [{ role: 'user', content: 'x' }];
    const without = JSON.stringify({ model: 'm', messages });
    const tool = { type: 'function', function: { name: 'f' } };
    const withTool = JSON.stringify({ model: 'm', messages, tools: [tool] });
    const tail = withTool.length - without.length;
    assert.ok(bound(withTool) - bound(without) >= tail + tokens);
  });
}

test('calls in the history count as tools too, because a writer may have to offer them again', () => {
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
  const messages = [
    { role: 'assistant', tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c', content: 'x' },
  ];
  const body = JSON.stringify({ model: 'm', messages });
  const frame = body.length + 2 * 16;
  assert.ok(bound(body) >= frame + 804);
  const spelled = body.replaceAll('tool_', 't\\u006fol_');
  assert.deepEqual(JSON.parse(spelled), JSON.parse(body));
  assert.ok(bound(spelled) >= frame + 804, 'in escapes as well');
  const text = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'no \u00e9 tools' }] });
  assert.ok(bound(text) < text.length + 804);
});
