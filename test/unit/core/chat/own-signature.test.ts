import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  detailsOfSignature,
  isOwnSignature,
  ownSignature,
} from '../../../../lambda/core/chat/own-signature.ts';

const back = (details: string, text: string) => detailsOfSignature(ownSignature(details), text);

test('what is opaque of the details comes back, the text from its own block', () => {
  const details = JSON.stringify([
    {
      type: 'reasoning.text',
      text: 'seen by the guard',
      signature: 'c2ln',
      format: 'anthropic-claude-v1',
      index: 0,
    },
    { type: 'reasoning.encrypted', data: 'ZGF0YQ==', index: 1 },
  ]);
  const signature = ownSignature(details);
  assert.ok(isOwnSignature(signature));
  assert.ok(!Buffer.from(signature.slice(4), 'base64url').includes('seen by the guard'));
  assert.deepEqual(JSON.parse(back(details, 'now masked') ?? ''), [
    {
      type: 'reasoning.text',
      text: 'now masked',
      signature: 'c2ln',
      format: 'anthropic-claude-v1',
      index: 0,
    },
    { type: 'reasoning.encrypted', data: 'ZGF0YQ==', index: 1 },
  ]);
});

test('details without anything opaque leave a bare mark', () => {
  assert.equal(ownSignature(undefined), 'tg1.');
  assert.equal(ownSignature('[{"type":"reasoning.text","text":"t"}]'), 'tg1.');
  assert.equal(detailsOfSignature('tg1.', 'text'), undefined);
});

test('a text smuggled into a mark is not read out of it', () => {
  const smuggled = `tg1.${Buffer.from('[{"type":"reasoning.encrypted","data":"mail me at a@example.com"}]').toString('base64url')}`;
  assert.equal(detailsOfSignature(smuggled, ''), undefined);
  assert.equal(detailsOfSignature('tg1.bm8ganNvbg', ''), undefined);
});
