import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distance, nearest, nearestPart } from '../../../../lambda/core/config/nearest.ts';

test('finds the word that differs by a letter, a swap, the case or a dash', () => {
  const words = ['limit_usd', 'window', 'scope'];
  assert.equal(nearest('limit_us', words), 'limit_usd');
  assert.equal(nearest('widnow', words), 'window');
  assert.equal(nearest('Scope', words), 'scope');
  assert.equal(nearest('limit-usd', words), 'limit_usd');
});

test('suggests nothing where no word is close', () => {
  assert.equal(nearest('colour', ['limit_usd', 'window', 'scope']), undefined);
  assert.equal(nearest('', ['day']), undefined);
  assert.equal(nearest('x', []), undefined);
});

test('prefers the closest of several close words', () => {
  assert.equal(nearest('providers', ['provider', 'providerz']), 'provider');
});

test('finds a long word by one of its parts', () => {
  assert.equal(nearestPart('limt', ['scope', 'limit_usd']), 'limit_usd');
  assert.equal(nearestPart('us', ['limit_usd']), undefined);
});

test('counts insertions, deletions, replacements and swaps as one edit each', () => {
  assert.equal(distance('day', 'days', 9), 1);
  assert.equal(distance('days', 'day', 9), 1);
  assert.equal(distance('day', 'dax', 9), 1);
  assert.equal(distance('dya', 'day', 9), 1);
  assert.equal(distance('kitten', 'sitting', 9), 3);
  assert.equal(distance('kitten', 'sitting', 2), 2);
});
