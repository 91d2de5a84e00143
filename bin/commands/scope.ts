import { Command } from 'commander';
import type { LimitsConfig } from '../../lambda/core/config/schema.ts';
import { headOf } from '../../lambda/ledger/in-force.ts';
import { limitsOfScope, limitsOfScopeOrFail, scopesIn } from '../../lambda/ledger/operate/limits-of-scope.ts';
import { openWork } from '../../lambda/ledger/operate/open-work.ts';
import { type ScopeReport, showScope } from '../../lambda/ledger/operate/show.ts';
import { limitsOr } from './operator/config.ts';
import { type OperatorHost, standardHost } from './operator/host.ts';
import { type LedgerOptions, operate, withLedger } from './operator/options.ts';
import { jsonLines } from './operator/print.ts';
import { modelSheet, scopeJson, scopeSheets } from './operator/scope-print.ts';
import { type ModelSpend, spendByModel } from './operator/spend.ts';
import type { World } from './operator/world.ts';
import { QueryProblem } from './query/problem.ts';

interface ScopeOptions extends LedgerOptions {
  readonly config?: string;
}

/** `tollgate scope [SCOPE]`: limits, what is spent, held and left, now. */
export function scopeCommand(host: OperatorHost = standardHost()): Command {
  const command = new Command('scope')
    .description('show what a scope may spend and has spent; without one, all scopes that have limits')
    .argument('[scope]', 'account, team:NAME, app:TEAM/NAME, user:NAME, key:NAME, model:ALIAS, provider:NAME')
    .option(
      '--config <file>',
      'read where no gateway has told the ledger its limits yet; default tollgate.yaml',
    );
  return withLedger(command).action((scope: string | undefined, options: ScopeOptions) =>
    operate(command, host, options, (world) => show(world, host, scope, options)),
  );
}

async function show(
  world: World,
  host: OperatorHost,
  scope: string | undefined,
  { config, json }: ScopeOptions,
): Promise<void> {
  const { store, clock } = world;
  const head = await headOf(store);
  const sourced = await limitsOr(config, store, head);
  if (scope !== undefined) limitsOfScopeOrFail(sourced.limits, scope);
  const work = await openWork(store);
  const reports: ScopeReport[] = [];
  for (const name of scope === undefined ? scopesOf(world, sourced.limits, head.policies) : [scope]) {
    const report = await showScope(store, sourced.limits, name, clock.now(), work);
    if (report !== undefined) reports.push(report);
  }
  const models = scope === undefined ? undefined : await modelsOf(world, host, sourced.limits, scope);
  if (json) {
    host.out(jsonLines(reports.map((report) => scopeJson(report, head.number, models))));
    return;
  }
  host.out(`Limits of ${sourced.source}, at ${new Date(clock.now()).toISOString()}\n`);
  host.out(reports.length === 0 ? '\nNo scope has limits that were used yet.\n' : scopeSheets(reports));
  if (models !== undefined && models.length > 0) host.out(modelSheet(models));
}

/** Scopes that the config names, and those behind its wildcards that are known: by a counter, or by an operator. */
function scopesOf(
  { local }: World,
  limits: LimitsConfig,
  policies: Readonly<Record<string, string>>,
): readonly string[] {
  const { named } = scopesIn(limits);
  const known = [...(local?.scopes() ?? []), ...Object.keys(policies)].sort();
  return [...new Set([...named, ...known])].filter((scope) => limitsOfScope(limits, scope) !== undefined);
}

/** Undefined where the audit rows are not at hand; then a note says where they are. */
async function modelsOf(
  { local, clock }: World,
  host: OperatorHost,
  limits: LimitsConfig,
  scope: string,
): Promise<readonly ModelSpend[] | undefined> {
  if (local === undefined) {
    host.note('By model: run docs/queries/spend-by-team-model-day.sql in Athena.\n');
    return undefined;
  }
  try {
    return await spendByModel(local.auditFolder, limits, scope, clock.now());
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    host.note(`By model: ${error.message}\n`);
    return undefined;
  }
}
