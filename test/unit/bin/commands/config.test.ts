import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configCommand } from '../../../../bin/commands/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-config-'));
after(() => rmSync(folder, { recursive: true }));

function run(...words: string[]): { out: string; err: string; code: number | undefined } {
  const seen: { out: string; err: string; code: number | undefined } = { out: '', err: '', code: undefined };
  configCommand({
    out: (text) => {
      seen.out += text;
    },
    err: (text) => {
      seen.err += text;
    },
    exitCode: (code) => {
      seen.code = code;
    },
  }).parse(['check', ...words], { from: 'user' });
  return seen;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('a good file is summed up in one line', () => {
  const { out, err, code } = run(fileURLToPath(new URL('../../../../tollgate.yaml', import.meta.url)));
  assert.match(out, /^ok: \d+ providers, \d+ models, 0 callers, \d+ budgets\n$/);
  assert.deepEqual([err, code], ['', 0]);
});

test('problems go to stderr, each with its place, and the exit code is 1', () => {
  const path = file('bad.yaml', 'providers: {}\nmodles: {}\n');
  const { out, err, code } = run(path);
  assert.deepEqual([out, code], ['', 1]);
  assert.ok(
    err.includes(`${path}:2:1 modles: unknown key "modles".\n  Hint: Did you mean \`models\`?\n`),
    err,
  );
});

test('--json prints the problems as data', () => {
  const { out, code } = run(file('bad2.yaml', 'providers: {}\nmodles: {}\n'), '--json');
  const { ok, problems } = JSON.parse(out);
  assert.deepEqual([ok, code, problems.length], [false, 1, 1]);
  assert.equal(problems.find((problem: { path: string }) => problem.path === 'modles').line, 2);
});

test('--json of a good file has no problems', () => {
  const { out, code } = run(fileURLToPath(new URL('../../../../tollgate.yaml', import.meta.url)), '--json');
  const { ok, problems } = JSON.parse(out);
  assert.deepEqual([ok, problems, code], [true, [], 0]);
});

test('a file that does not exist is told apart from one with problems', () => {
  const { err, code } = run(join(folder, 'nowhere.yaml'));
  assert.match(err, /nowhere\.yaml cannot be read/);
  assert.equal(code, 2);
});
