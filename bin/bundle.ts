import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import type { Config } from '../lambda/core/config/schema.ts';
import { configOrExit } from './config-or-exit.ts';

/** The deployed functions; each is lambda/handlers/NAME.ts. */
export const FUNCTIONS = ['gateway', 'sweeper', 'auditor', 'alerter'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface BundleResult {
  /** Absolute folder of each function, ready to be zipped. */
  readonly folders: Readonly<Record<FunctionName, string>>;
  /** SHA-256 (hex) of the config.json in the gateway's folder. */
  readonly configHash: string;
  readonly metafiles: Readonly<Record<FunctionName, Metafile>>;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles every function into `DIR/NAME/index.mjs`. What a handler loads by `import()` (AWS's clients) becomes a chunk
 * of its own, so that a cold start reads the small entry first. esbuild's metafiles are kept in `DIR/meta` for size
 * reports. Deterministic: the same sources and config give the same bytes, so an unchanged function is not redeployed.
 */
export async function bundleFunctions(
  config: Config,
  dir: string = join(root, 'dist/lambda'),
): Promise<BundleResult> {
  const out = resolve(dir);
  rmSync(out, { recursive: true, force: true });
  const metafiles = await Promise.all(FUNCTIONS.map((name) => bundleFunction(name, out)));
  const configText = JSON.stringify(config);
  writeFileSync(join(out, 'gateway/config.json'), configText);
  const by = <T>(value: (index: number, name: FunctionName) => T): Record<FunctionName, T> => ({
    gateway: value(0, 'gateway'),
    sweeper: value(1, 'sweeper'),
    auditor: value(2, 'auditor'),
    alerter: value(3, 'alerter'),
  });
  return {
    folders: by((_, name) => join(out, name)),
    configHash: createHash('sha256').update(configText).digest('hex'),
    metafiles: by((index) => metafiles[index] ?? { inputs: {}, outputs: {} }),
  };
}

async function bundleFunction(name: FunctionName, out: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: `lambda/handlers/${name}.ts` },
    outdir: join(out, name),
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'warning',
  });
  mkdirSync(join(out, 'meta'), { recursive: true });
  writeFileSync(join(out, 'meta', `${name}.json`), JSON.stringify(metafile));
  return metafile;
}

/** `npm run bundle [FILE]`: bundles as a deploy does and prints what a cold start of each function reads. */
if (import.meta.main) {
  const { folders, metafiles } = await bundleFunctions(configOrExit(process.argv[2] ?? 'tollgate.yaml'));
  for (const name of FUNCTIONS) {
    const outputs = Object.entries(metafiles[name].outputs);
    const entry = outputs.find(([file]) => file.endsWith('index.mjs'))?.[1].bytes ?? 0;
    const all = outputs.reduce((sum, [, { bytes }]) => sum + bytes, 0);
    const kilobytes = (bytes: number): string => `${Math.ceil(bytes / 1024)} KB`;
    console.log(`${name}: entry ${kilobytes(entry)}, all ${kilobytes(all)}, in ${folders[name]}`);
  }
}
