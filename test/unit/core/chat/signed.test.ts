import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Block } from '../../../../lambda/core/chat/conversation.ts';
import { foreignReasoning, hasSigned } from '../../../../lambda/core/chat/signed.ts';

const all = () => true;
const none = () => false;

const said = (...content: Block[]) => ({ turns: [{ role: 'assistant' as const, content }] });
const thinking = (signature: string | undefined, origin: string | undefined): Block => ({
  kind: 'thinking',
  text: 't',
  signature,
  origin,
});

test('reasoning goes back to the target that signed it, and to one of its format where the signer is unknown', () => {
  assert.equal(foreignReasoning(said(thinking('s', 'a/m')), 'a/m', all), undefined);
  assert.equal(foreignReasoning(said(thinking('s', undefined)), 'a/m', all), undefined);
});

test('for another target, or one that has no place for it, the signer is named', () => {
  assert.equal(foreignReasoning(said(thinking('s', 'a/m')), 'b/m', all), 'a/m');
  assert.equal(foreignReasoning(said(thinking('s', undefined)), 'b/m', none), 'another model');
  const redacted: Block = { kind: 'redacted_thinking', data: 'x', origin: 'a/m' };
  assert.equal(foreignReasoning(said(redacted), 'b/m', all), 'a/m');
});

test('reasoning that nobody signed is not missed', () => {
  assert.equal(foreignReasoning(said(thinking(undefined, undefined)), 'b/m', none), undefined);
  assert.equal(hasSigned(said(thinking(undefined, undefined))), false);
  assert.equal(hasSigned(said(thinking('s', undefined))), true);
});

test('a target may take back its own reasoning and not that of an unknown signer', () => {
  const own = (own: boolean) => own;
  assert.equal(foreignReasoning(said(thinking('s', 'a/m')), 'a/m', own), undefined);
  assert.equal(foreignReasoning(said(thinking('s', undefined)), 'a/m', own), 'another model');
});
