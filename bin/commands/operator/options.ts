import { type Command, Option } from 'commander';
import { LedgerFileError } from '../../../lambda/adapters/local/sqlite-schema.ts';
import { TollgateError } from '../../../lambda/core/errors.ts';
import { LEDGER_INDEX_NAME } from '../../../lambda/env.ts';
import { OperateProblem } from '../../../lambda/ledger/operate/problem.ts';
import { QueryProblem } from '../query/problem.ts';
import type { OperatorHost } from './host.ts';
import type { World, WorldOptions } from './world.ts';

/** What every command about a ledger takes. */
export interface LedgerOptions extends WorldOptions {
  readonly json?: true;
}

/** What every command that changes something takes beside it. */
export interface OrderOptions extends LedgerOptions {
  readonly why: string;
  readonly who?: string;
  readonly for?: string;
  readonly until?: string;
}

export function withLedger(command: Command): Command {
  return command
    .option('--data <dir>', 'data folder of a gateway on this machine', './.tollgate')
    .addOption(
      new Option('--table <name>', 'the ledger table on AWS, in place of a data folder').conflicts('data'),
    )
    .option('--index <name>', "the table's index of open journals", LEDGER_INDEX_NAME)
    .option('--region <region>', "the table's Region; default: what the AWS environment says")
    .option('--json', 'print JSON, one object a line');
}

export function withOrder(command: Command): Command {
  return withLedger(command)
    .requiredOption('--why <text>', 'the reason, for whoever finds it later')
    .option('--who <name>', 'who decided; default: your name, or that of the AWS identity')
    .addOption(new Option('--for <duration>', 'how long, such as 30m, 2h or 1d').conflicts('until'))
    .option('--until <time>', 'until when, such as 2026-11-25T18:00Z; default: until it is taken back');
}

/** Opens the ledger, runs, and closes it. What its user can put right is one line and exit code 1. */
export async function operate(
  command: Command,
  host: OperatorHost,
  options: WorldOptions,
  run: (world: World) => Promise<void>,
): Promise<void> {
  let world: World | undefined;
  try {
    world = host.open(options);
    await run(world);
  } catch (error) {
    const message = problemOf(error, options);
    if (message === undefined) throw error;
    command.error(`${command.name()}: ${message}`, { exitCode: 1 });
  } finally {
    world?.close();
  }
}

function problemOf(error: unknown, { table }: WorldOptions): string | undefined {
  if (error instanceof OperateProblem || error instanceof QueryProblem || error instanceof LedgerFileError) {
    return error.message;
  }
  if (!(error instanceof TollgateError) || error.code !== 'ledger_unavailable') return undefined;
  const { cause } = error;
  const reason = cause instanceof Error ? cause.message : error.message;
  return table === undefined ? reason : `the table ${table} cannot be read: ${reason}`;
}
