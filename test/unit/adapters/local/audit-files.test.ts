import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { auditFiles } from '../../../../lambda/adapters/local/audit-files.ts';
import { rowOf } from '../../../../lambda/core/audit/entry.ts';
import { rowJson } from '../../../../lambda/core/audit/row.ts';

const PATH = 'dt=2026-11-24/hour=09/000000000001-000000000002.jsonl.gz';
const rows = ['a', 'b'].map((rid) => rowOf({ rid, a: 1n }));

describe('audit files', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tollgate-audit-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('are gzipped lines of JSON in folders of their own making', async () => {
    await auditFiles(folder).write(PATH, rows);
    const text = gunzipSync(await readFile(join(folder, PATH))).toString();
    assert.equal(text, rows.map((row) => `${rowJson(row)}\n`).join(''));
  });

  test('are the same bytes when written again, and leave no half file beside them', async () => {
    const sink = auditFiles(folder);
    await sink.write(PATH, rows);
    const first = await readFile(join(folder, PATH));
    await writeFile(join(folder, `${PATH}.part`), 'what a crash left behind');
    await sink.write(PATH, rows);
    assert.deepEqual(await readFile(join(folder, PATH)), first);
    assert.equal(first.readUInt32LE(4), 0, 'no time in the gzip header');
    assert.equal((await readdir(join(folder, 'dt=2026-11-24/hour=09'))).length, 1);
  });

  test('that cannot be written reject and leave the old file', async () => {
    const sink = auditFiles(folder);
    await sink.write(PATH, rows);
    const blocked = auditFiles(join(folder, PATH));
    await assert.rejects(blocked.write(PATH, rows), { code: 'ENOTDIR' });
    assert.equal(
      gunzipSync(await readFile(join(folder, PATH)))
        .toString()
        .split('\n').length,
      3,
    );
  });
});
