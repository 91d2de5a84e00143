import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Metafile } from 'esbuild';
import { type BundleResult, bundleFunctions, FUNCTIONS } from '../../bin/bundle.ts';
import { config } from './deployment.ts';

/** Bytes that a cold start reads and compiles before the first request. A step above this wants a reason. */
const MAX_ENTRY_BYTES = 500 * 1024;

/** The entry and every chunk that it imports statically: what a cold start loads before anything else runs. */
function loadedAtStart({ outputs }: Metafile): string[] {
  const [entry] = Object.keys(outputs).filter((file) => basename(file) === 'index.mjs');
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[path] !== undefined) visit(path);
    }
  };
  visit(entry!);
  return [...seen];
}

const hashes = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    ]),
  );

describe('the bundles', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tollgate-bundle-'));
  let result: BundleResult;
  let start: { files: string[]; inputs: string[]; text: string; bytes: number };

  before(async () => {
    result = await bundleFunctions(config, join(dir, 'first'));
    const meta = result.metafiles.gateway;
    const files = loadedAtStart(meta);
    start = {
      files,
      inputs: files.flatMap((file) => Object.keys(meta.outputs[file]!.inputs)),
      text: files
        .map((file) => readFileSync(join(result.folders.gateway, basename(file)), 'utf8'))
        .join('\n'),
      bytes: files.reduce((sum, file) => sum + meta.outputs[file]!.bytes, 0),
    };
  });
  after(() => rmSync(dir, { recursive: true }));

  it('load nothing of AWS clients before the first request of the gateway', () => {
    assert.deepEqual(
      start.inputs.filter((input) => /@aws-sdk|@smithy/.test(input)),
      [],
    );
    const chunks = readdirSync(result.folders.gateway).filter((file) => file.startsWith('dynamo-client-'));
    assert.equal(chunks.length, 1);
  });

  it('import no node:http in the gateway, which would cost a cold start tens of milliseconds', () => {
    const imports = start.text.match(/(from|import)\s*["'](node:)?https?["']/g) ?? [];
    assert.deepEqual(imports, []);
    assert.ok(
      start.text.includes('getBuiltinModule'),
      'the upstream adapter takes it at its first use instead',
    );
  });

  it('keep the gateway small', () => {
    assert.ok(start.bytes <= MAX_ENTRY_BYTES, `${start.bytes} bytes`);
    assert.deepEqual(
      start.inputs.filter((input) => /zod\/v4\/(locales|classic\/(from-json|external))/.test(input)),
      [],
    );
  });

  it('are ES modules that never call require', () => {
    for (const [name, { outputs }] of Object.entries(result.metafiles)) {
      for (const [file, { imports }] of Object.entries(outputs)) {
        const required = imports.filter(({ kind }) => kind === 'require-call').map(({ path }) => path);
        assert.deepEqual(required, [], `${name}: ${file}`);
      }
    }
  });

  it('carry the validated config with its hash, in the gateway only', () => {
    const text = readFileSync(join(result.folders.gateway, 'config.json'));
    assert.deepEqual(JSON.parse(text.toString()), config);
    assert.equal(createHash('sha256').update(text).digest('hex'), result.configHash);
    for (const name of ['sweeper', 'auditor', 'alerter'] as const) {
      assert.equal(readdirSync(result.folders[name]).includes('config.json'), false);
    }
  });

  it('are the same bytes for the same sources, so that an unchanged function is not deployed again', async () => {
    const again = await bundleFunctions(config, join(dir, 'second'));
    for (const name of FUNCTIONS) assert.deepEqual(hashes(again.folders[name]), hashes(result.folders[name]));
    assert.equal(again.configHash, result.configHash);
  });
});
