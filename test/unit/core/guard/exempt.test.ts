import assert from 'node:assert/strict';
import test from 'node:test';
import { redacted, scan } from './guarded.ts';
import { CARDS, TOKENS } from './samples.ts';

/** Base64 that holds a key of a vendor, as random bytes may by chance. */
const OPAQUE = `${'Zm9v'.repeat(12)}/${TOKENS.AWS_ACCESS_KEY_ID}/${'YmFy'.repeat(12)}`;

const UNTOUCHED: readonly (readonly [string, unknown])[] = [
  [
    'the signature of thinking',
    { messages: [{ content: [{ type: 'thinking', thinking: 'x', signature: OPAQUE }] }] },
  ],
  ['encrypted reasoning', { input: [{ type: 'reasoning', encrypted_content: OPAQUE }] }],
  ['redacted thinking', { messages: [{ content: [{ type: 'redacted_thinking', data: OPAQUE }] }] }],
  [
    'a data URL of an image',
    { messages: [{ content: [{ image_url: { url: `data:image/png;base64,${OPAQUE}` } }] }] },
  ],
  ['an image source', { content: [{ source: { type: 'base64', media_type: 'image/png', data: OPAQUE } }] }],
  ['input audio', { content: [{ type: 'input_audio', input_audio: { data: OPAQUE, format: 'wav' } }] }],
  ['the id of a tool call', { messages: [{ tool_calls: [{ id: `call_${CARDS.visa}` }] }] }],
  ['the id that a result answers', { messages: [{ role: 'tool', tool_call_id: `call_${CARDS.visa}` }] }],
  ['the id of a tool use', { content: [{ type: 'tool_use', id: `toolu_${CARDS.visa}`, input: {} }] }],
];

for (const [what, body] of UNTOUCHED) {
  test(`${what} passes untouched`, () => {
    const json = JSON.stringify(body);
    assert.equal(redacted(json), json);
  });
}

const SCANNED: readonly (readonly [string, unknown])[] = [
  [
    'a signature that is plain text',
    { content: [{ type: 'thinking', signature: 'Jane, jane@example.com' }] },
  ],
  ['a signature in tool input', { content: [{ type: 'tool_use', input: { signature: OPAQUE } }] }],
  ['an id in JSON inside a string', { arguments: JSON.stringify({ type: 'x', id: `a ${CARDS.visa}` }) }],
  ['an id of digits', { messages: [{ tool_calls: [{ id: CARDS.visa }] }] }],
  ['an id that is a key of a vendor', { messages: [{ role: 'tool', tool_call_id: TOKENS.GITHUB_TOKEN }] }],
  ['an id of no call', { metadata: { id: `id-${TOKENS.AWS_ACCESS_KEY_ID}` } }],
  ['a short signature', { signature: CARDS.visa }],
  ['data of text', { source: { type: 'text', media_type: 'text/plain', data: OPAQUE } }],
  ['an SVG, which is text', { url: 'data:image/svg+xml;base64,jane@example.com' }],
  ['a data URL that ends in text', { url: `data:image/png;base64,AAAA jane@example.com` }],
  ['a URL', { image_url: { url: 'https://example.com/?u=jane@example.com' } }],
];

for (const [what, body] of SCANNED) {
  test(`${what} is scanned`, () => {
    const outcome = scan(JSON.stringify(body));
    assert.equal(outcome.kind === 'pass' && outcome.redacted, 1);
  });
}
