import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'sealer.key';
const BYTES = 32;

/** The secret of the local gateway's sealers: made by `random` at the first start and kept in the data folder. */
export function localSealerKey(folder: string, random: (bytes: number) => Uint8Array): Uint8Array {
  const path = join(folder, FILE);
  try {
    const known = readFileSync(path);
    if (known.length === BYTES) return known;
  } catch {
    // Not made yet.
  }
  const key = random(BYTES);
  writeFileSync(path, key, { mode: 0o600 });
  return key;
}
