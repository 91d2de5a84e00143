import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type AuditRow, rowJson } from '../../core/audit/row.ts';
import type { AuditSink } from '../../ports/audit-sink.ts';

const compress = promisify(gzip);

/** Audit files lie in this folder of the data folder. */
export const AUDIT_FOLDER = 'audit';

/**
 * Audit rows as gzipped lines of JSON under `folder`. A file is written under another name, synced and then renamed,
 * so a reader never sees half of one, and one that a crash left behind is simply written anew.
 */
export function auditFiles(folder: string): AuditSink {
  return {
    async write(path, rows) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await replace(file, await packed(rows));
    },
  };
}

/** Node writes no time and no name into a gzip header, so equal rows are equal bytes. */
function packed(rows: readonly AuditRow[]): Promise<Buffer> {
  return compress(Buffer.from(rows.map((row) => `${rowJson(row)}\n`).join('')));
}

/** The ending is not `.gz`, so that no reader's pattern takes the unfinished file. */
async function replace(file: string, bytes: Buffer): Promise<void> {
  const unfinished = `${file}.part`;
  const handle = await open(unfinished, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
  await syncFolder(dirname(file));
}

/** The rename itself is durable only once its folder is; the ledger forgets the rows after this. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
