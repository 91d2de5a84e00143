import type { World, WorldOptions } from './world.ts';
import { openWorld } from './world.ts';

/** Where a command reads and writes; tests give their own. */
export interface OperatorHost {
  /** What was asked for. */
  out(text: string): void;
  /** What a person should know beside it. */
  note(text: string): void;
  exitCode(code: number): void;
  open(options: WorldOptions): World;
}

export function standardHost(): OperatorHost {
  return {
    out(text) {
      // A reader such as `head` may close the pipe early, which is no fault.
      process.stdout.once('error', () => undefined);
      process.stdout.write(text);
    },
    note: (text) => void process.stderr.write(text),
    exitCode: (code) => {
      process.exitCode = code;
    },
    open: openWorld,
  };
}
