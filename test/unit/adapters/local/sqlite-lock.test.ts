import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { lockFolder } from '../../../../lambda/adapters/local/sqlite-lock.ts';
import { inFolder } from '../../../support/sqlite-folder.ts';

const LOCK = new URL('../../../../lambda/adapters/local/sqlite-lock.ts', import.meta.url).href;

/** Another process that takes a folder, says what it got, and stays. */
async function owner(folder: string): Promise<{ child: ChildProcess; got: string }> {
  const script = `
    const { lockFolder } = await import(${JSON.stringify(LOCK)});
    globalThis.lock = lockFolder(${JSON.stringify(folder)});
    console.log(lock.type);
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A case that fails must not leave its processes behind.
  process.once('exit', () => child.kill('SIGKILL'));
  child.unref();
  const [text] = await once(child.stdout, 'data');
  child.stdout.destroy();
  return { child, got: String(text).trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('the lock of a data folder', () => {
  inFolder('lets one process have it, and the next only after that was killed', async (folder) => {
    const first = await owner(folder);
    assert.equal(first.got, 'locked');
    const second = await owner(folder);
    assert.equal(second.got, 'in_use');
    assert.deepEqual(lockFolder(folder), { type: 'in_use' });
    await kill(second.child);
    assert.deepEqual(lockFolder(folder), { type: 'in_use' }, 'a process that got nothing frees nothing');
    await kill(first.child);
    const lock = lockFolder(folder);
    assert.equal(lock.type, 'locked');
    if (lock.type === 'locked') lock.release();
  });

  inFolder('is given back by its owner, and holds within one process too', async (folder) => {
    const lock = lockFolder(folder);
    assert.ok(lock.type === 'locked');
    assert.deepEqual(lockFolder(folder), { type: 'in_use' });
    lock.release();
    lock.release();
    const again = lockFolder(folder);
    assert.ok(again.type === 'locked');
    again.release();
  });

  inFolder('makes the folder, with those above it', async (folder) => {
    const lock = lockFolder(join(folder, 'a', 'b'));
    assert.ok(lock.type === 'locked');
    lock.release();
  });

  inFolder('says why a folder cannot be used', async (folder) => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    assert.deepEqual(lockFolder(file), { type: 'unusable', reason: 'it is not a folder' });
    assert.deepEqual(lockFolder(join(file, 'below')), { type: 'unusable', reason: 'it is not a folder' });
  });

  inFolder('does not take a strange lock.db for a free one', async (folder) => {
    writeFileSync(join(folder, 'lock.db'), 'x'.repeat(4096));
    const lock = lockFolder(folder);
    assert.ok(lock.type === 'unusable' && lock.reason.startsWith('lock.db: '), JSON.stringify(lock));
  });

  // Root may write anywhere, so there is nothing to see for it.
  if (process.getuid?.() !== 0) {
    inFolder('says so when this user may not write there', async (folder) => {
      chmodSync(folder, 0o500);
      const refused = { type: 'unusable', reason: 'this user may not write there' };
      assert.deepEqual(lockFolder(folder), refused);
      assert.deepEqual(lockFolder(join(folder, 'below')), refused);
      chmodSync(folder, 0o700);
    });
  }
});
