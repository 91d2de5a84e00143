import { type Command, CommanderError } from 'commander';
import type { OperatorHost } from '../../bin/commands/operator/host.ts';
import type { LocalWorld, World } from '../../bin/commands/operator/world.ts';
import { openWorld } from '../../bin/commands/operator/world.ts';
import type { OperatorWorld } from './operator.ts';

export interface Ran {
  readonly exit: number;
  readonly out: string;
  /** What was said beside it, errors included. */
  readonly err: string;
}

/** Runs a command as a user would: over a memory store that stands for a table on AWS, or else over what `--data` names. */
export async function runOperator(
  make: (host: OperatorHost) => Command,
  args: readonly string[],
  world?: OperatorWorld,
  local?: LocalWorld,
): Promise<Ran> {
  const seen = { exit: 0, out: '', err: '' };
  const err = (text: string) => {
    seen.err += text;
  };
  const command = make({
    out: (text) => {
      seen.out += text;
    },
    note: err,
    exitCode: (code) => {
      seen.exit = code;
    },
    open: (options) => (world === undefined ? openWorld(options) : worldOver(world, local)),
  });
  for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeErr: err });
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    seen.exit = error.exitCode;
  }
  return seen;
}

function worldOver({ ports }: OperatorWorld, local: LocalWorld | undefined): World {
  return {
    ...ports,
    fence: local === undefined,
    local,
    who: async () => 'ops/alice',
    close: () => undefined,
  };
}
