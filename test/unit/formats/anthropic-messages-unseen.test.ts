import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { readRequest } from '../../../lambda/formats/anthropic-messages/read.ts';
import { scanJson } from '../../../lambda/wire/json-scan.ts';
import { JsonTape } from '../../../lambda/wire/json-tape.ts';

function unseen(content: readonly object[], more: object = {}): number | undefined {
  const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content }], ...more };
  const tape = scanJson(Buffer.from(JSON.stringify(body)), 128);
  assert.ok(tape instanceof JsonTape);
  const view = readRequest(tape);
  if (view instanceof TollgateError) throw view;
  return view.unseenTokens;
}

const document = (source: object, enabled: boolean) => ({ type: 'document', source, citations: { enabled } });
const plain = (data: string) => ({ type: 'text', media_type: 'text/plain', data });

test('a request that cites nothing has no tokens but those of its bytes', () => {
  assert.equal(unseen([document(plain('x'.repeat(500)), false)]), undefined);
  assert.equal(unseen([{ type: 'text', text: 'x', citations: [{ type: 'char_location' }] }]), undefined);
});

test('text that is to be cited counts three times more, and the prompt that asks for it once', () => {
  const once = unseen([document(plain(''), true)]) ?? 0;
  assert.ok(once > 1_000);
  assert.equal(unseen([document(plain('x'.repeat(500)), true)]), once + 1_500);
  assert.equal(unseen([document(plain('é'.repeat(500)), true)]), once + 3_000, 'bytes, not characters');
  assert.equal(unseen([document({ type: 'content', content: 'x'.repeat(500) }, true)]), once + 1_500);
});

test('blocks that are to be cited as they are have no marks within', () => {
  const once = unseen([document(plain(''), true)]);
  const blocks = [{ type: 'text', text: 'x'.repeat(500) }];
  assert.equal(unseen([document({ type: 'content', content: blocks }, true)]), once);
  const found = {
    type: 'search_result',
    source: 's',
    title: 't',
    content: blocks,
    citations: { enabled: true },
  };
  assert.equal(unseen([found]), once);
  assert.equal(unseen([{ type: 'tool_result', tool_use_id: 't', content: [found] }]), once);
});

test('a tool that a search names again has its definition in the prompt again', () => {
  const tools = [
    { name: 'big', defer_loading: true, input_schema: { type: 'object', description: 'x'.repeat(900) } },
  ];
  const named = { type: 'tool_reference', tool_name: 'big' };
  const result = (...content: object[]) => ({ type: 'tool_result', tool_use_id: 't', content });
  const size = JSON.stringify(tools[0]).length;
  assert.equal(unseen([result(named)], { tools }), undefined, 'the body has it once');
  assert.equal(unseen([result(named, named), result(named)], { tools }), 2 * size);
  assert.equal(
    unseen([result({ ...named, tool_name: 'a' }, { ...named, tool_name: 'a' })], { tools }),
    undefined,
  );
  const searched = {
    type: 'tool_search_tool_result',
    content: { type: 'tool_search_tool_search_result', tool_references: [named, named] },
  };
  assert.equal(unseen([searched], { tools }), size);
  const addition = { type: 'tool_addition', tool: { type: 'tool_reference', name: 'big' } };
  assert.equal(unseen([addition, addition], { tools }), size);
});
