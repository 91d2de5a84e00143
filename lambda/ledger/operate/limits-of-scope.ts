import { scopeLimits } from '../../core/config/binding.ts';
import type { LimitsConfig } from '../../core/config/schema.ts';
import type { ScopeLimits } from '../../core/scope-limits.ts';
import { OperateProblem } from './problem.ts';

const KINDS = 'account, team:NAME, app:TEAM/NAME, user:NAME, key:NAME, model:ALIAS or provider:NAME';

const SCOPE = /^(account|app:[^/]+\/[^/]+|(team|user|key|model|provider):.+)$/s;

/**
 * The limits that a config gives to one scope, which is what a call that is charged to it would be bound by: `team:*`
 * gives limits to `team:search`. Undefined where it gives none. Throws an `OperateProblem` for what is no one scope.
 */
export function limitsOfScope(limits: LimitsConfig, scope: string): ScopeLimits | undefined {
  if (isWildcard(scope)) {
    throw new OperateProblem(
      `"${scope}" gives each its own limit; name one of them, such as ${exampleOf(scope)}`,
    );
  }
  if (!SCOPE.test(scope)) throw new OperateProblem(`"${scope}" is no scope; write ${KINDS}`);
  return scopeLimits(limits, scope);
}

/** The same for a scope that has to have some. Throws an `OperateProblem` that lists what has. */
export function limitsOfScopeOrFail(limits: LimitsConfig, scope: string): ScopeLimits {
  const bound = limitsOfScope(limits, scope);
  if (bound !== undefined) return bound;
  const { named, wildcards } = scopesIn(limits);
  const has = [...named, ...wildcards].join(', ');
  throw new OperateProblem(
    `the config has no limit for ${scope}; it has limits for ${has === '' ? 'nothing' : has}`,
  );
}

/** Scopes that a config names, in its order; those for many, such as `team:*`, apart. */
export function scopesIn(limits: LimitsConfig): { readonly named: string[]; readonly wildcards: string[] } {
  const all = new Set([...(limits.budgets ?? []), ...(limits.rates ?? [])].map(({ scope }) => scope));
  const named = [...all].filter((scope) => !isWildcard(scope));
  return { named, wildcards: [...all].filter(isWildcard) };
}

/** A model's alias may end in `*` and is one scope all the same. */
export function isWildcard(scope: string): boolean {
  return scope.startsWith('model:') ? scope === 'model:*' : scope.endsWith('*');
}

/** Names of the limits of a scope, as `limits set` takes them. */
export function limitNames({ budgets, requests, tokens, parallel }: ScopeLimits): readonly string[] {
  const rates = Object.entries({ requests, tokens, parallel }).filter(([, limit]) => limit !== undefined);
  return [...budgets.map(({ id }) => id), ...rates.map(([name]) => name)];
}

function exampleOf(wildcard: string): string {
  if (wildcard === 'app:*') return 'app:search/web';
  return wildcard.replace('*', wildcard.startsWith('app:') ? 'web' : 'search');
}
