import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface LocalGatewayProcess {
  readonly url: string;
  readonly data: string;
  readonly output: () => string;
  /** Sends a signal and resolves with the exit code, or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

export interface StartOptions {
  /** Text of a tollgate.yaml; the shipped one by default. */
  readonly yaml?: string;
  /** An existing data folder, to start again where another process stopped. */
  readonly data?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const folders: string[] = [];
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-'));
  folders.push(folder);
  return folder;
}

/** Runs `bin/dev.ts` until it listens, or until it gives up: then `url` is empty and `output` says why. */
export async function startGateway(
  options: StartOptions = {},
  args: readonly string[] = [],
): Promise<LocalGatewayProcess> {
  const data = options.data ?? scratch();
  const config = options.yaml === undefined ? [] : ['--config', configFile(options.yaml)];
  const child = spawn(process.execPath, ['bin/dev.ts', '--port', '0', '--data', data, ...config, ...args], {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  const listening = Promise.withResolvers<string>();
  const collect = (bytes: Buffer) => {
    output += bytes.toString();
    const url = /listens on .*?(http:\/\/[\w.:[\]]+)/.exec(output)?.[1];
    if (url !== undefined && output.includes('audit ')) listening.resolve(url);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = once(child, 'close').then(([code, signal]) => {
    running.delete(child);
    return (code ?? signal) as number | string;
  });
  const url = await Promise.race([listening.promise, exited.then(() => '')]);
  return {
    url,
    data,
    output: () => output,
    async end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

function configFile(yaml: string): string {
  const file = join(scratch(), 'tollgate.yaml');
  writeFileSync(file, yaml);
  return file;
}

export type ExportedRow = Readonly<Record<string, unknown>>;

/** Rows of the audit files of a data folder. */
export function auditRows(data: string): ExportedRow[] {
  return globSync(join(data, 'audit/**/*.jsonl.gz'))
    .sort()
    .flatMap((file) => gunzipSync(readFileSync(file)).toString().trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as ExportedRow);
}
