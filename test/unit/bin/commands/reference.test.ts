import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { referenceCommand, referenceFiles } from '../../../../bin/commands/reference.ts';

test('the command writes each page where it belongs', (context) => {
  const root = mkdtempSync(join(tmpdir(), 'tollgate-reference-'));
  context.after(() => rmSync(root, { recursive: true }));
  context.mock.method(process.stdout, 'write', () => true);
  referenceCommand(root).parse([], { from: 'user' });
  assert.ok(referenceFiles().size >= 4);
  for (const [path, content] of referenceFiles())
    assert.equal(readFileSync(join(root, path), 'utf8'), content);
});

test('the dispatcher knows the commands', () => {
  const program = fileURLToPath(new URL('../../../../bin/tollgate.ts', import.meta.url));
  const help = execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
  for (const command of ['catalog', 'config', 'query', 'reference'])
    assert.match(help, new RegExp(`^ {2}${command}\\b`, 'm'));
});
