import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Emulator {
  readonly endpoint: string;
  /** What any of AWS's tools needs to talk to it, and to nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** File of its own log. */
  readonly log: string;
  stop(): Promise<void>;
}

export const REGION = 'us-east-1';
const READY_MS = 30_000;

/** Starts the emulator on a free port of the loopback interface, in a process group of its own that `stop` ends whole. */
export async function startEmulator(program: string): Promise<Emulator> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const log = resolve('.cache/aws/emulator.log');
  mkdirSync(dirname(log), { recursive: true });
  // It unpacks functions there and leaves them when it is killed. Outside of the project, whose package.json would make
  // its own CommonJS files ES modules.
  const temporary = mkdtempSync(join(tmpdir(), 'tollgate-aws-'));
  const output = openSync(log, 'w');
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const child = spawn(program, [], {
    detached: true,
    stdio: ['ignore', output, output],
    env: {
      ...process.env,
      ...env,
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      TMPDIR: temporary,
      // Functions run in the `node` that is found first: the one that runs this.
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    },
  });
  const kill = (): void => {
    killGroup(child);
    rmSync(temporary, { recursive: true, force: true });
  };
  process.on('exit', kill);
  await ready(endpoint, child, log);
  return {
    endpoint,
    env,
    log,
    async stop() {
      const exited = child.exitCode === null ? once(child, 'exit') : undefined;
      kill();
      await exited;
      process.off('exit', kill);
    },
  };
}

/** Ends a child that was started as a group of its own, with everything that it started. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

async function ready(endpoint: string, child: ChildProcess, log: string): Promise<void> {
  const end = Date.now() + READY_MS;
  while (Date.now() < end && child.exitCode === null) {
    const up = await fetch(`${endpoint}/_ministack/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (up) return;
    await sleep(100);
  }
  killGroup(child);
  throw new Error(`the emulator did not start; see ${log}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
