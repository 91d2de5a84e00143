import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAMILIES, NOT_RAISED } from '../../../../../bin/commands/reference/error-words.ts';
import { errorsReference } from '../../../../../bin/commands/reference/errors.ts';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const page = errorsReference();

/** The code beside the two tables that have to name every code. */
const rooms = globSync('lambda/**/*.ts', { cwd: root })
  .filter((file) => file !== 'lambda/core/errors.ts' && file !== 'lambda/dialects/openai/errors.ts')
  .map((file) => readFileSync(`${root}${file}`, 'utf8'))
  .join('\n');

test('each code stands in one family', () => {
  const codes = FAMILIES.flatMap(({ words }) => Object.keys(words));
  assert.deepEqual(codes, [...new Set(codes)]);
});

test('the page says of a code that it is not raised yet if, and only if, no room raises it', () => {
  for (const { words } of FAMILIES)
    for (const [code, { means }] of Object.entries(words))
      assert.equal(means.startsWith(NOT_RAISED), !rooms.includes(`'${code}'`), code);
});

test('each row has six cells', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  assert.ok(rows.length >= 27);
  for (const row of rows) assert.equal(row.split('|').length, 8, row);
});

test('status, type and retry are those that callers get', () => {
  assert.match(page, /\| `budget_exceeded` \| 429 \| `insufficient_quota` \| no \|/);
  assert.match(page, /\| `budget_held` \| 429 \| `insufficient_quota` \| yes \|/);
  assert.match(page, /\| `upstream_rejected` \| its own 4xx \|/);
});
