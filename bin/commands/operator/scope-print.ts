import type { BudgetReport, RateReport, ScopeReport } from '../../../lambda/ledger/operate/show.ts';
import type { Override } from '../../../lambda/ledger/policy.ts';
import { sheet, usd } from './print.ts';
import type { ModelSpend } from './spend.ts';
import { iso } from './times.ts';

/** Budgets, rates and what runs, each as a table. */
export function scopeSheets(reports: readonly ScopeReport[]): string {
  const budgets = reports.flatMap(({ scope, budgets }) =>
    budgets.map((budget) => [
      scope,
      budget.id + observed(budget.mode),
      usd(budget.limit),
      usd(budget.spent),
      usd(budget.held),
      usd(budget.leased),
      usd(budget.remaining),
      budget.resetsAt === undefined ? undefined : iso(budget.resetsAt),
      overrideText(budget.override),
    ]),
  );
  const rates = reports.flatMap(({ scope, rates }) =>
    rates.map((rate) => [
      scope,
      rate.of + observed(rate.mode),
      rate.limit,
      rate.of === 'parallel' ? 'at a time' : 'a minute',
      rate.remaining,
      overrideText(rate.override),
    ]),
  );
  const state = reports.map(({ scope, running, pools }) => [scope, running, pools]);
  const money = [
    'scope',
    'budget',
    'limit_usd',
    'spent',
    'held',
    'leased',
    'remaining',
    'resets',
    'override',
  ];
  return [
    ...(budgets.length === 0 ? [] : [sheet(money, budgets)]),
    ...(rates.length === 0 ? [] : [sheet(['scope', 'rate', 'limit', 'per', 'left_now', 'override'], rates)]),
    sheet(['scope', 'running', 'counters'], state),
  ]
    .map((table) => `\n${table}`)
    .join('');
}

/** What a scope has spent by model, in US dollars. */
export function modelSheet(models: readonly ModelSpend[]): string {
  const windows = Object.keys(models[0]?.spent ?? {});
  const rows = models.map(({ model, requests, spent }) => [
    model,
    requests,
    ...windows.map((window) => usd(spent[window])),
  ]);
  return `\n${sheet(['model', 'requests', ...windows.map((window) => `usd_${window}`)], rows)}`;
}

/** A scope as a program reads it. Amounts are decimal text in US dollars, times are in ISO 8601. */
export function scopeJson(
  { scope, budgets, rates, pools, running, version }: ScopeReport,
  config: number | undefined,
  models: readonly ModelSpend[] | undefined,
): object {
  return {
    scope,
    config,
    policy: Number(version),
    pools,
    running,
    budgets: budgets.map(budgetJson),
    rates: rates.map(({ override, ...rate }) => ({ ...rate, override: overrideJson(override) })),
    models: models?.map(({ model, requests, spent }) => ({
      model,
      requests: Number(requests),
      usd: Object.fromEntries(Object.entries(spent).map(([window, nano]) => [window, usd(nano)])),
    })),
  };
}

function budgetJson(budget: BudgetReport): object {
  return {
    id: budget.id,
    mode: budget.mode,
    window: budget.window,
    limit_usd: usd(budget.limit),
    soft_usd: usd(budget.soft),
    spent_usd: usd(budget.spent),
    held_usd: usd(budget.held),
    leased_usd: usd(budget.leased),
    remaining_usd: usd(budget.remaining),
    resets_at: budget.resetsAt === undefined ? undefined : new Date(budget.resetsAt).toISOString(),
    override: overrideJson(budget.override),
  };
}

function overrideJson(override: Override | undefined): object | undefined {
  if (override === undefined) return undefined;
  const { who, why, at, until } = override;
  return {
    who,
    why,
    at: new Date(at).toISOString(),
    until: until === undefined ? null : new Date(until).toISOString(),
  };
}

function overrideText(override: Override | undefined): string | undefined {
  if (override === undefined) return undefined;
  return `by ${override.who}, ${override.until === undefined ? 'until cleared' : `until ${iso(override.until)}`}`;
}

function observed(mode: RateReport['mode']): string {
  return mode === 'observe' ? ' (observed)' : '';
}
