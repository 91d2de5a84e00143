import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { auditFiles } from '../../../../lambda/adapters/local/audit-files.ts';
import { directRows } from '../../../../lambda/adapters/local/direct-rows.ts';
import { rowOf } from '../../../../lambda/core/audit/entry.ts';
import { rowJson } from '../../../../lambda/core/audit/row.ts';

const entry = (rid: string) => ({ rid, a: 3n, e: 0n, by: 'posted', t: BigInt(Date.UTC(2026, 10, 24, 9)) });

describe('rows that do not come out of the ledger', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tollgate-direct-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('have a file each in the folder of their hour, the same one again for the same request', async () => {
    const send = directRows(auditFiles(folder));
    await send(entry('req_a'));
    await send(entry('req_b'));
    await send(entry('req_a'));
    const hour = join(folder, 'dt=2026-11-24/hour=09');
    assert.deepEqual((await readdir(hour)).sort(), ['direct-req_a.jsonl.gz', 'direct-req_b.jsonl.gz']);
    const text = gunzipSync(await readFile(join(hour, 'direct-req_a.jsonl.gz'))).toString();
    assert.equal(text, `${rowJson(rowOf(entry('req_a')))}\n`);
  });

  test('stay in their folder whatever their id is', async () => {
    const paths: string[] = [];
    await directRows({ write: async (path) => void paths.push(path) })(entry('../../x'));
    assert.deepEqual(paths, ['dt=2026-11-24/hour=09/direct-..%2F..%2Fx.jsonl.gz']);
  });

  test('reject where they cannot be written', async () => {
    const send = directRows({ write: () => Promise.reject(new Error('disk full')) });
    await assert.rejects(send(entry('req_a')), /disk full/);
  });
});
