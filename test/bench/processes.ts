import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Running {
  readonly pid: number;
  readonly url: string;
  /** Asks it to stop, and waits until it did. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Milliseconds that a process may take to listen, and to stop. */
const PATIENCE_MS = 20_000;

export interface Command {
  readonly name: string;
  readonly args: readonly string[];
  /** CPU to pin the process to. */
  readonly cpu: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a Node process and resolves once it printed the URL it listens on. */
export async function startProcess(command: Command): Promise<Running> {
  const child = spawnNode(command);
  let output = '';
  const listening = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const url = /http:\/\/[\w.]+:\d+/.exec(output)?.[0];
      if (url !== undefined) listening.resolve(url);
    });
  }
  const exited = once(child, 'close');
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const url = await Promise.race([listening.promise, exited.then(() => undefined)]);
  clearTimeout(late);
  if (url === undefined || child.pid === undefined)
    throw new Error(`${command.name} does not start:\n${output}`);
  return {
    pid: child.pid,
    url,
    async stop() {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** Runs a Node process to its end and answers what it wrote to standard output. */
export async function runProcess(command: Command): Promise<string> {
  const child = spawnNode(command);
  let output = '';
  let problem = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    problem += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command.name} failed:\n${problem}${output}`);
  return output;
}

function spawnNode({ args, cpu, env }: Command): ChildProcess {
  const node = [process.execPath, ...args];
  const [program = '', ...rest] = cpu === undefined ? node : ['taskset', '-c', cpu, ...node];
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.on('close', () => running.delete(child));
  return child;
}
