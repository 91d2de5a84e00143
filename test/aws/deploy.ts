import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Emulator, killGroup, REGION } from './emulator.ts';

export interface Outputs {
  readonly LedgerTable: string;
  readonly AuditDatabase: string;
  readonly AuditWorkgroup: string;
  readonly Url: string;
  readonly BudgetAlerts: string;
}

const CONFIG = 'test/aws/tollgate.yaml';
const STACK = 'tollgate-test-gateway';
const outputsFile = resolve('.cache/aws/outputs.json');

/** `cdk bootstrap`, as anybody runs it, against the emulator. */
export async function bootstrap(emulator: Emulator): Promise<void> {
  await cdk(emulator, 'bootstrap', [`aws://000000000000/${REGION}`]);
}

/** `cdk deploy --all`, as anybody runs it, against the emulator. */
export async function deploy(emulator: Emulator, config: string = CONFIG): Promise<Outputs> {
  const more = ['--all', '--require-approval', 'never', '--outputs-file', outputsFile];
  await cdk(emulator, 'deploy', more, config);
  const outputs = JSON.parse(readFileSync(outputsFile, 'utf8'))[STACK];
  if (outputs === undefined) throw new Error(`no outputs of ${STACK} in ${outputsFile}`);
  return outputs;
}

async function cdk(
  emulator: Emulator,
  command: string,
  more: readonly string[],
  config: string = CONFIG,
): Promise<void> {
  const log = resolve(`.cache/aws/cdk-${command}.log`);
  const context = ['-c', `config=${config}`, '-c', 'environment=test'];
  const child = spawn(
    'npx',
    ['--no-install', 'cdk', command, ...context, '--output', '.cache/aws/cdk.out', '--no-notices', ...more],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...emulator.env, CDK_DISABLE_CLI_TELEMETRY: '1' },
    },
  );
  const kill = (): void => killGroup(child);
  process.on('exit', kill);
  const file = createWriteStream(log);
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      file.write(text);
      tail = (tail + text).slice(-4_000);
    });
  }
  const [code] = await once(child, 'exit');
  process.off('exit', kill);
  file.end();
  if (code !== 0) throw new Error(`cdk ${command} exited with ${code}; all of it in ${log}:\n${tail}`);
}
