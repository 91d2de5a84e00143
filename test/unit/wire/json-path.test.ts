import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPath } from '../../../lambda/wire/json-path.ts';

test('a path is printed as SDKs print it', () => {
  assert.equal(formatPath([]), '');
  assert.equal(formatPath(['messages', 2, 'content']), 'messages[2].content');
  assert.equal(formatPath([0, 'a-b', '$ref', '_x']), '[0].a-b.$ref._x');
});

test('a name that could be mistaken for something else is quoted, a long one is cut', () => {
  assert.equal(formatPath(['a.b', '', '0', 'say "hi"\n']), '["a.b"][""]["0"]["say \\"hi\\"\\n"]');
  assert.equal(formatPath(['x'.repeat(100)]), `["${'x'.repeat(64)}…"]`);
});
