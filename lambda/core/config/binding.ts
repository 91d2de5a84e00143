import type { Caller } from '../identity/caller.ts';
import { type Nano, nanoFromUsd } from '../money.ts';
import type { Budget, Parallel, Rate, ScopeLimits } from '../scope-limits.ts';
import type { BudgetConfig, LimitsConfig, RateConfig } from './schema.ts';

/** One scope, and the ways in which a config may write it, from the most exact to the widest. */
interface Spelled {
  readonly scope: string;
  readonly spellings: readonly string[];
}

/**
 * The limits that bind a call, by scope in the order account, team, app, user, key, model; scopes without limits are
 * left out. For each window and zone, and for each kind of rate, the most exact entry that the config has is taken
 * (`app:search/web` before `app:search/*` before `app:*`), and all that is taken binds together. `alias`: the entry of
 * `models` that was asked for.
 */
export function bindingLimits(
  limits: LimitsConfig,
  caller: Caller,
  alias: string | undefined,
): readonly ScopeLimits[] {
  return [...scopesOf(caller), ...one('model', alias)].flatMap((spelled) => limitsOf(limits, spelled));
}

/** The limits of a provider; undefined where there are none. */
export function providerLimits(limits: LimitsConfig, provider: string): ScopeLimits | undefined {
  return one('provider', provider).flatMap((spelled) => limitsOf(limits, spelled))[0];
}

/** The limits of one scope, by its name as `ScopeLimits` has it; undefined where there are none. */
export function scopeLimits(limits: LimitsConfig, scope: string): ScopeLimits | undefined {
  return limitsOf(limits, { scope, spellings: spellingsOf(scope) })[0];
}

/** Names a budget within its scope: its window, with the zone where that is not UTC. A total has no zone. */
export function budgetId(budget: Pick<BudgetConfig, 'window' | 'tz'>): string {
  const tz = budget.tz ?? 'UTC';
  return tz === 'UTC' || budget.window === 'total' ? budget.window : `${budget.window}@${tz}`;
}

function scopesOf({ team, app, user, principal }: Caller): readonly Spelled[] {
  return [
    { scope: 'account', spellings: ['account'] },
    ...one('team', team),
    ...(team === undefined || app === undefined
      ? []
      : [{ scope: `app:${team}/${app}`, spellings: [`app:${team}/${app}`, `app:${team}/*`, 'app:*'] }]),
    ...one('user', user),
    ...one('key', keyOf(principal)),
  ];
}

/** What a caller proved itself with: a development key's variable, or the ARN of a role or user. */
function keyOf(principal: string): string | undefined {
  if (principal.startsWith('key:')) return principal.slice('key:'.length);
  return principal.startsWith('arn:') ? principal : undefined;
}

function spellingsOf(scope: string): readonly string[] {
  const kind = scope.slice(0, scope.indexOf(':'));
  if (kind === '') return [scope];
  return kind === 'app' ? [scope, scope.replace(/\/.*$/, '/*'), 'app:*'] : [scope, `${kind}:*`];
}

function one(kind: string, name: string | undefined): readonly Spelled[] {
  return name === undefined
    ? []
    : [{ scope: `${kind}:${name}`, spellings: [`${kind}:${name}`, `${kind}:*`] }];
}

function limitsOf({ budgets, rates }: LimitsConfig, { scope, spellings }: Spelled): readonly ScopeLimits[] {
  const bound = {
    scope,
    budgets: pickBudgets(budgets ?? [], spellings),
    ...pickRates(rates ?? [], spellings),
  };
  return bound.budgets.length === 0 && Object.keys(bound).length === 2 ? [] : [bound];
}

/** One budget per id, from the first spelling that has it, in the order of the spellings. */
function pickBudgets(budgets: readonly BudgetConfig[], spellings: readonly string[]): readonly Budget[] {
  const taken = new Map<string, Budget>();
  for (const spelling of spellings) {
    for (const budget of budgets) {
      const id = budgetId(budget);
      if (budget.scope === spelling && !taken.has(id)) taken.set(id, budgetOf(budget, id));
    }
  }
  return [...taken.values()];
}

function budgetOf(budget: BudgetConfig, id: string): Budget {
  const { soft_usd, on_ledger_down } = budget;
  return {
    id,
    limit: nano(budget.limit_usd),
    window: { window: budget.window, tz: budget.tz ?? 'UTC' },
    mode: budget.mode ?? 'enforce',
    soft: soft_usd === undefined ? undefined : nano(soft_usd),
    allowance: on_ledger_down === undefined ? undefined : nano(on_ledger_down.allow_usd),
  };
}

function nano(usd: string): Nano {
  const value = nanoFromUsd(usd);
  if (value === undefined) throw new Error(`Bug! ${usd} passed the schema and is no amount`);
  return value;
}

function pickRates(
  rates: readonly RateConfig[],
  spellings: readonly string[],
): Pick<ScopeLimits, 'requests' | 'tokens' | 'parallel'> {
  const found = spellings.flatMap((spelling) => rates.filter(({ scope }) => scope === spelling));
  const requests = first(found, rateOf('requests'));
  const tokens = first(found, rateOf('tokens'));
  const parallel = first(found, parallelOf);
  return {
    ...(requests === undefined ? {} : { requests }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(parallel === undefined ? {} : { parallel }),
  };
}

function first<T>(rates: readonly RateConfig[], read: (rate: RateConfig) => T | undefined): T | undefined {
  for (const rate of rates) {
    const value = read(rate);
    if (value !== undefined) return value;
  }
  return undefined;
}

function rateOf(of: 'requests' | 'tokens'): (rate: RateConfig) => Rate | undefined {
  return (rate) => {
    const perMinute = rate[`${of}_per_minute`];
    return perMinute === undefined
      ? undefined
      : { perMinute, burst: rate[`burst_${of}`] ?? perMinute, mode: rate.mode ?? 'enforce' };
  };
}

function parallelOf({ parallel, mode }: RateConfig): Parallel | undefined {
  return parallel === undefined ? undefined : { limit: parallel, mode: mode ?? 'enforce' };
}
