import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HOUSE } from '../../support/house.ts';
import { withHouseTable } from '../../support/house-table.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(`${root}docs/ARCHITECTURE.md`, 'utf8');

test('the import table is that of test/support/house.ts (node test/support/write-house-table.ts writes it anew)', () => {
  assert.equal(page, withHouseTable(page, HOUSE));
});

test('the code map has a line for each folder with sources', () => {
  const files = globSync('{bin,lib,lambda}/**/*.{ts,mjs}', { cwd: root });
  const folders = new Set(files.map((file) => file.slice(0, file.lastIndexOf('/'))));
  const missing = [...folders].filter(
    (folder) => folder !== 'lambda' && !page.includes(`| \`${folder}/\` |`),
  );
  assert.deepEqual(missing, []);
});

test('every file and folder that the page names is there', () => {
  const named = [...page.matchAll(/`((?:bin|lib|lambda|test|docs)\/[\w./-]+)`/g)].map(
    (match) => match[1] ?? '',
  );
  assert.ok(named.length > 60);
  assert.deepEqual(
    named.filter((path) => !existsSync(root + path)),
    [],
  );
});
