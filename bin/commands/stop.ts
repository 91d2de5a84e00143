import { Argument, Command } from 'commander';
import type { Config } from '../../lambda/core/config/schema.ts';
import type { Stop, StopKind } from '../../lambda/ledger/head.ts';
import { OperateProblem } from '../../lambda/ledger/operate/problem.ts';
import { disable, enable, listStops, STOP_KINDS } from '../../lambda/ledger/operate/stops.ts';
import { configIfAny, DEFAULT_CONFIG } from './operator/config.ts';
import { type OperatorHost, standardHost } from './operator/host.ts';
import { type LedgerOptions, type OrderOptions, operate, withLedger, withOrder } from './operator/options.ts';
import { jsonLines, sheet } from './operator/print.ts';
import { endOf, iso } from './operator/times.ts';
import { IN_FORCE } from './operator/words.ts';

interface DisableOptions extends OrderOptions {
  readonly config?: string;
  readonly unchecked?: true;
}

/** `tollgate disable model|provider|team|app NAME`: refuses its calls, without a deploy. */
export function disableCommand(host: OperatorHost = standardHost()): Command {
  const command = withWhat(new Command('disable'))
    .description(
      'refuse calls of a model, provider, team or app: disable model gpt-5.2 --for 2h --why "runaway job"',
    )
    .option('--config <file>', 'the config whose names are checked; default tollgate.yaml, if there is one')
    .option('--unchecked', 'take a name that the config does not have');
  return withOrder(command).action((kind: StopKind, name: string, options: DisableOptions) =>
    operate(command, host, options, async (world) => {
      if (options.unchecked !== true) checkName(kind, name, options.config, host);
      const until = endOf(options, world.clock.now());
      const who = options.who ?? (await world.who());
      const stop = await disable(world, { kind, name, who, why: options.why, until });
      const end = until === undefined ? 'until it is enabled' : `until ${iso(until)}`;
      if (options.json) host.out(jsonLines([json(stop)]));
      else host.out(`The ${kind} ${name} is disabled ${end}. ${IN_FORCE}\n`);
    }),
  );
}

/** `tollgate enable model|provider|team|app NAME`: takes a stop back. */
export function enableCommand(host: OperatorHost = standardHost()): Command {
  const command = withWhat(new Command('enable')).description('take back what `disable` did');
  return withLedger(command).action((kind: StopKind, name: string, options: LedgerOptions) =>
    operate(command, host, options, async (world) => {
      await enable(world, kind, name);
      if (options.json) host.out(jsonLines([{ kind, name, enabled: true }]));
      else host.out(`The ${kind} ${name} is enabled. In force within 10 seconds.\n`);
    }),
  );
}

/** `tollgate stops`: what is disabled. */
export function stopsCommand(host: OperatorHost = standardHost()): Command {
  const command = new Command('stops').description('list what is disabled, by whom, why and until when');
  return withLedger(command).action((options: LedgerOptions) =>
    operate(command, host, options, async (world) => {
      const stops = await listStops(world.store, world.clock.now());
      if (options.json) host.out(jsonLines(stops.map(json)));
      else if (stops.length === 0) host.out('Nothing is disabled.\n');
      else {
        const rows = stops.map(({ kind, name, who, why, at, until }) => [
          kind,
          name,
          who,
          why,
          iso(at),
          until === undefined ? undefined : iso(until),
        ]);
        host.out(sheet(['kind', 'name', 'who', 'why', 'since', 'until'], rows));
      }
    }),
  );
}

function withWhat(command: Command): Command {
  return command
    .addArgument(new Argument('<kind>').choices(STOP_KINDS))
    .argument('<name>', 'as the config has it; an app as team/app');
}

/** A misspelled name would stop nothing, and nobody would notice. */
function checkName(kind: StopKind, name: string, file: string | undefined, host: OperatorHost): void {
  const config = configIfAny(file);
  if (config === undefined) {
    host.note('The name is not checked: there is no tollgate.yaml here, and none was named with --config.\n');
    return;
  }
  const names = namesIn(config, kind);
  if (names === undefined || names.includes(name)) return;
  const served = kind === 'model' ? servingEntry(name, names) : undefined;
  const entries = names.length === 0 ? 'none' : names.join(', ');
  const hint =
    served === undefined
      ? 'Name the config that runs with --config; --unchecked takes any name'
      : `It is served by the entry "${served}", which can be disabled as a whole`;
  throw new OperateProblem(`${file ?? DEFAULT_CONFIG} has no ${kind} "${name}"; it has ${entries}. ${hint}`);
}

/** The entry with `*` that serves a model: the one with the longest prefix. */
function servingEntry(model: string, entries: readonly string[]): string | undefined {
  return entries
    .filter((entry) => entry.endsWith('*') && model.startsWith(entry.slice(0, -1)))
    .sort((a, b) => b.length - a.length)[0];
}

/** Undefined where the config does not list them. */
function namesIn(
  { models, providers, teams, callers }: Config,
  kind: StopKind,
): readonly string[] | undefined {
  if (kind === 'model') return Object.keys(models);
  if (kind === 'provider') return Object.keys(providers);
  const mapped = callers ?? [];
  if (kind === 'team') {
    return [...new Set([...Object.keys(teams ?? {}), ...mapped.flatMap(({ team }) => team ?? [])])];
  }
  return [
    ...new Set(
      mapped.flatMap(({ team, app }) => (team === undefined || app === undefined ? [] : `${team}/${app}`)),
    ),
  ];
}

function json({ kind, name, who, why, at, until }: Stop): object {
  return {
    kind,
    name,
    who,
    why,
    at: new Date(at).toISOString(),
    until: until === undefined ? null : new Date(until).toISOString(),
  };
}
