import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { python } from './python.ts';
import { until } from './until.ts';

/** One of the server's places for running answers, as its `/slots` shows it. */
export interface Slot {
  readonly is_processing: boolean;
  /** Counts up over all slots; missing in a slot that was never used. */
  readonly id_task?: number;
  /** The request's parameters as the server understood them. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Tokens in it, of the prompt and of the answer so far. */
  readonly n_prompt_tokens?: number;
}

export interface Llama {
  readonly url: string;
  /**
   * Resolves with the slot that was used last, as soon as no answer is being generated any more. The server finds out
   * that a caller of an answer that is not streamed has gone only when it had nothing to say to anybody for a second:
   * then look less often than that, in milliseconds.
   */
  idle(everyMs?: number): Promise<Slot>;
  /** Resolves when an answer is being generated. */
  busy(): Promise<void>;
  /** Ends the process as a crash would. */
  kill(): Promise<void>;
}

/** Milliseconds until a server that does not answer is given up; it takes one second. */
const READY_MS = 30_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts llama.cpp's server on a port, by default a free one, and resolves when it answers. */
export async function startLlama(port = 0): Promise<Llama> {
  // Its standard input stays open as long as this process lives, and the server ends with it.
  const child = spawn(python(), ['test/selfhosted/server.py', String(port)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  let log = '';
  const listening = Promise.withResolvers<string>();
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
    const found = /^listens on (http\S+)\n/m.exec(output)?.[1];
    if (found !== undefined) listening.resolve(found);
  });
  child.stderr.on('data', (bytes: Buffer) => {
    log += bytes.toString();
  });
  const exited = once(child, 'close').then(() => {
    running.delete(child);
    return undefined;
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const late = setTimeout(() => void kill(), READY_MS);
  const url = await Promise.race([listening.promise, exited]);
  clearTimeout(late);
  if (url === undefined) throw new Error(`the server of llama.cpp did not start:\n${log}${output}`);

  const slots = async (): Promise<readonly Slot[]> => {
    const answer = await fetch(`${url}/slots`);
    // Documented by llama.cpp, and checked by whoever reads a member.
    return (await answer.json()) as readonly Slot[];
  };
  return {
    url,
    idle(everyMs) {
      const look = async () => {
        const all = await slots();
        return all.some((slot) => slot.is_processing) ? undefined : lastUsed(all);
      };
      return until('no answer is being generated', look, everyMs);
    },
    async busy() {
      await until('an answer is being generated', async () =>
        (await slots()).find((slot) => slot.is_processing),
      );
    },
    kill,
  };
}

function lastUsed(slots: readonly Slot[]): Slot | undefined {
  return slots.toSorted((a, b) => (b.id_task ?? -1) - (a.id_task ?? -1))[0];
}
