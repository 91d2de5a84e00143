import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { httpReference } from '../../../../../bin/commands/reference/http.ts';
import { ANSWER_HEADERS } from '../../../../../bin/commands/reference/http-headers.ts';
import { ROUTES } from '../../../../../lambda/pipeline/routes.ts';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const sources = globSync('lambda/**/*.ts', { cwd: root })
  .map((file) => readFileSync(`${root}${file}`, 'utf8'))
  .join('\n');
const page = httpReference();

test('each header of its own that the gateway sends is on the page, and no other', () => {
  const sent = new Set([...sources.matchAll(/'(x-tollgate-[a-z-]+)'/g)].map((match) => match[1]));
  const told = ANSWER_HEADERS.map(({ name }) => name).filter((name) => name.startsWith('x-tollgate-'));
  assert.deepEqual([...told].sort(), [...sent].sort());
});

test('each header on the page is one that the code names', () => {
  for (const { name } of ANSWER_HEADERS)
    assert.match(sources, new RegExp(`['\\s]${name}['\\s]?:|'${name}'`), name);
});

test('each route is on the page', () => {
  for (const { method, path } of ROUTES)
    assert.ok(page.includes(`| ${method} | \`${path.replace('*', 'NAME')}\` |`), path);
});
