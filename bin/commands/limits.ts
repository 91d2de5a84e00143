import { Command } from 'commander';
import { usdFromNano } from '../../lambda/core/money.ts';
import { headOf } from '../../lambda/ledger/in-force.ts';
import { applyLimits } from '../../lambda/ledger/operate/apply.ts';
import {
  clearLimit,
  listOverrides,
  type ScopeOverride,
  setLimit,
} from '../../lambda/ledger/operate/overrides.ts';
import { configOf, limitsOr } from './operator/config.ts';
import { type OperatorHost, standardHost } from './operator/host.ts';
import { type LedgerOptions, type OrderOptions, operate, withLedger, withOrder } from './operator/options.ts';
import { jsonLines, sheet } from './operator/print.ts';
import { proposalOf } from './operator/proposal.ts';
import { endOf, iso } from './operator/times.ts';
import { IN_FORCE } from './operator/words.ts';

interface ConfigOption {
  readonly config?: string;
}

/** `tollgate limits set|clear|list|apply`: limits in the place of the config's, without a deploy. */
export function limitsCommand(host: OperatorHost = standardHost()): Command {
  return new Command('limits')
    .description('change limits at run time, with who, why and until when')
    .addCommand(setCommand(host))
    .addCommand(clearCommand(host))
    .addCommand(listCommand(host))
    .addCommand(applyCommand(host));
}

function setCommand(host: OperatorHost): Command {
  const command = new Command('set')
    .description(
      'put a limit in the place of the config\'s: limits set team:search day 50 --for 2h --why "launch"',
    )
    .argument('<scope>', 'such as account, team:search or app:search/web')
    .argument('<limit>', 'id of a budget (day, month@Europe/Berlin), requests, tokens or parallel')
    .argument('<value>', 'US dollars, or requests or tokens a minute, or requests at a time')
    .option(
      '--config <file>',
      'read where no gateway has told the ledger its limits yet; default tollgate.yaml',
    );
  return withOrder(command).action(
    (scope: string, limit: string, value: string, options: OrderOptions & ConfigOption) =>
      operate(command, host, options, async (world) => {
        const { limits } = await limitsOr(options.config, world.store, await headOf(world.store));
        const until = endOf(options, world.clock.now());
        const who = options.who ?? (await world.who());
        const set = await setLimit(world, limits, { scope, limit, value, who, why: options.why, until });
        if (options.json) host.out(jsonLines([json(set)]));
        else host.out(`${scope} ${limit} is ${valueText(set)} now, ${endText(set)}. ${IN_FORCE}\n`);
      }),
  );
}

function clearCommand(host: OperatorHost): Command {
  const command = new Command('clear')
    .description("let the config's limit count again")
    .argument('<scope>')
    .argument('<limit>');
  return withLedger(command).action((scope: string, limit: string, options: LedgerOptions) =>
    operate(command, host, options, async (world) => {
      await clearLimit(world, scope, limit);
      if (options.json) host.out(jsonLines([{ scope, limit, cleared: true }]));
      else host.out(`${scope} ${limit} is as the config says again. ${IN_FORCE}\n`);
    }),
  );
}

function listCommand(host: OperatorHost): Command {
  const command = new Command('list').description("list the limits that hold in the place of the config's");
  return withLedger(command).action((options: LedgerOptions) =>
    operate(command, host, options, async (world) => {
      const all = await listOverrides(world.store, world.clock.now());
      if (options.json) host.out(jsonLines(all.map(json)));
      else if (all.length === 0) host.out('No limit is overridden: those of the config hold.\n');
      else {
        const rows = all.map((each) => [
          each.scope,
          each.limit,
          valueText(each),
          each.who,
          each.why,
          iso(each.at),
          each.until === undefined ? undefined : iso(each.until),
        ]);
        host.out(sheet(['scope', 'limit', 'value', 'who', 'why', 'since', 'until'], rows));
      }
    }),
  );
}

function applyCommand(host: OperatorHost): Command {
  const command = new Command('apply')
    .description(
      "make a config's limits the ones in force, such as those of the version that was rolled back to",
    )
    .option('--config <file>', 'the config', 'tollgate.yaml');
  return withLedger(command).action((options: LedgerOptions & Required<ConfigOption>) =>
    operate(command, host, options, async (world) => {
      const { number, changed } = await applyLimits(world, proposalOf(configOf(options.config)));
      if (options.json) host.out(jsonLines([{ config: number, changed }]));
      else if (changed)
        host.out(`The limits of ${options.config} are config number ${number}. ${IN_FORCE}\n`);
      else host.out(`The limits of ${options.config} are in force already, as config number ${number}.\n`);
    }),
  );
}

function isMoney(limit: string): boolean {
  return limit !== 'requests' && limit !== 'tokens' && limit !== 'parallel';
}

function valueText({ limit, value }: ScopeOverride): string {
  if (isMoney(limit)) return `$${usdFromNano(BigInt(value))}`;
  return limit === 'parallel' ? `${value} at a time` : `${value} a minute`;
}

function endText({ until }: ScopeOverride): string {
  return until === undefined ? 'until it is cleared' : `until ${iso(until)}`;
}

function json({ scope, limit, value, who, why, at, until }: ScopeOverride): object {
  return {
    scope,
    limit,
    ...(isMoney(limit) ? { limit_usd: usdFromNano(BigInt(value)) } : { value: Number(value) }),
    who,
    why,
    at: new Date(at).toISOString(),
    until: until === undefined ? null : new Date(until).toISOString(),
  };
}
