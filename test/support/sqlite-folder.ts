import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';

/** One case with a data folder of its own, which goes away with whatever the case left in it. */
export function inFolder(title: string, run: (folder: string) => Promise<void>): void {
  it(title, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-sqlite-'));
    try {
      await run(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
