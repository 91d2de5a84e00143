import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../lambda/ledger/evaluate.ts';
import { type Head, headChanges, NO_HEAD, readHead } from '../../../lambda/ledger/head.ts';
import { HEAD_KEY } from '../../../lambda/ledger/items.ts';
import { NOON } from '../../support/ledger-world.ts';

test('a head that is written is read as it was', () => {
  const head: Head = {
    version: 4n,
    number: 7,
    hash: 'abc',
    lines: { gateway: 2 },
    stops: [{ kind: 'model', name: 'fast', who: 'ann', why: 'loop', at: NOON, until: NOON + 1 }],
    policies: { 'team:a': '3' },
  };
  assert.deepEqual(readHead(evaluate(undefined, { key: HEAD_KEY, when: [], set: headChanges(head) })), head);
});

test('before the first proposal there is no head, and what an older version has not written is as by default', () => {
  assert.equal(readHead(undefined), NO_HEAD);
  assert.deepEqual(readHead({ hv: 2n, d: '{"number":5}' }), { ...NO_HEAD, version: 2n, number: 5 });
  assert.throws(() => readHead({ hv: 2n, d: '7' }), TypeError);
});
