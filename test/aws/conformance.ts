import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Emulator } from './emulator.ts';

/** The emulator adds with 28 digits, DynamoDB with 38; this case adds numbers of 30. */
const BEYOND_THE_EMULATOR = '/keeps numbers exact beyond 2\\^53/';

/** The suite that every ledger store passes, on the emulator's DynamoDB; resolves to how many cases passed. */
export function runConformance(emulator: Emulator): Promise<number> {
  return runTests(emulator, ['test/aws/ledger-store.test.ts']);
}

/** The ledger of several processes over one table of the emulator; resolves to how many cases passed. */
export function runProcesses(emulator: Emulator): Promise<number> {
  return runTests(emulator, ['test/aws/ledger-processes.test.ts', 'test/aws/ledger-heat.test.ts']);
}

async function runTests(emulator: Emulator, files: readonly string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      '--test',
      '--test-reporter=tap',
      '--test-timeout=120000',
      `--test-skip-pattern=${BEYOND_THE_EMULATOR}`,
      ...files,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...emulator.env, NODE_NO_WARNINGS: '1' } },
  );
  const kill = (): void => void child.kill();
  process.on('exit', kill);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await once(child, 'close');
  process.off('exit', kill);
  const passed = Number(/^# pass (\d+)$/m.exec(output)?.[1] ?? 0);
  if (child.exitCode !== 0 || passed === 0) throw new Error(output.slice(-8_000));
  return passed;
}
