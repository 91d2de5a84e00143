import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * A gateway process that is meant to be killed. Should this process itself be killed, not even then does a gateway
 * outlive it: a shell waits on a pipe from here, which closes with us, and kills the last one.
 */
export class Killable {
  readonly #leash: ChildProcess;
  readonly #flags: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';

  /** `flags` of `bin/dev.ts`. */
  constructor(flags: readonly string[], env: Readonly<Record<string, string>>) {
    this.#flags = flags;
    this.#env = env;
    this.#leash = spawn(
      '/bin/sh',
      ['-c', 'last=; while read -r pid; do last=$pid; done; [ -z "$last" ] || kill -9 "$last"'],
      // A group of its own, so that Ctrl-C in a terminal leaves it to do its work.
      { stdio: ['pipe', 'ignore', 'ignore'], detached: true },
    );
    this.#leash.unref();
  }

  /** Starts the gateway and resolves with its address when it listens, or with '' when it ended before. */
  async start(): Promise<string> {
    const child = spawn(process.execPath, ['bin/dev.ts', '--port', '0', '--log', 'off', ...this.#flags], {
      env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#leash.stdin?.write(`${child.pid ?? ''}\n`);
    this.#output = '';
    return new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.#output += text;
          const url = /listens on .*?(http:\/\/[\w.:[\]]+)/.exec(this.#output)?.[1];
          if (url !== undefined) resolve(url);
        });
      child.once('close', () => resolve(''));
    });
  }

  get output(): string {
    return this.#output;
  }

  /** Sends a signal and resolves with the exit code, or with the signal that ended it. */
  async end(signal: NodeJS.Signals): Promise<number | string> {
    const child = this.#child;
    if (child === undefined) throw new Error('no gateway runs');
    const closed = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined;
    child.kill(signal);
    await closed;
    this.#leash.stdin?.write('\n');
    return child.exitCode ?? child.signalCode ?? 'unknown';
  }

  /** Lets go of the leash. */
  close(): void {
    this.#child?.kill('SIGKILL');
    this.#leash.stdin?.end('\n');
  }
}
