import assert from 'node:assert/strict';
import test from 'node:test';
import { UniqueNames } from '../../../../lambda/core/guard/unique-names.ts';

test('a name that is taken gets a number, and numbers count on', () => {
  const names = new UniqueNames(['a', 'R', 'R_3']);
  const render = (suffix: string): string => `R${suffix}`;
  assert.deepEqual([names.suffix(render), names.suffix(render), names.suffix(render)], ['_2', '_4', '_5']);
});

test('a name that is free gets no number', () => {
  const names = new UniqueNames(['a']);
  assert.equal(
    names.suffix((suffix) => `R${suffix}`),
    '',
  );
  assert.equal(
    names.suffix((suffix) => `S${suffix}`),
    '',
  );
});
