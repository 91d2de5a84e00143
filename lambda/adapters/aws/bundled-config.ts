import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../../core/config/schema.ts';

/**
 * The config that synth validated and wrote beside the bundle. Only its hash is checked here: a file that somebody
 * edited in the bundle, or half a deploy, must not serve one request.
 */
export function readBundledConfig(file: URL, hash: string): Config {
  const text = readFileSync(file);
  const actual = createHash('sha256').update(text).digest('hex');
  if (actual !== hash)
    throw new Error(`config.json is not the one that was deployed: its SHA-256 is ${actual}, not ${hash}`);
  // Synth wrote what its schema had validated, and the hash says that these are the same bytes.
  return JSON.parse(text.toString()) as Config;
}
