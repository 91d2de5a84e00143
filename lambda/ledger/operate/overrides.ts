import type { LimitsConfig } from '../../core/config/schema.ts';
import { nanoFromUsd } from '../../core/money.ts';
import type { ScopeLimits } from '../../core/scope-limits.ts';
import { headOf, policyOf, type Reads } from '../in-force.ts';
import { counts, type Override } from '../policy.ts';
import { decreeOf, type Order } from './decree.ts';
import { limitNames, limitsOfScopeOrFail } from './limits-of-scope.ts';
import { OperateProblem } from './problem.ts';
import { type OperatePorts, writeOverrides } from './write.ts';

export interface LimitOrder extends Order {
  /** An exact scope, such as `team:search`. */
  readonly scope: string;
  /** A budget's id, or `requests`, `tokens`, `parallel`. */
  readonly limit: string;
  /** US dollars of a budget, else a whole number. */
  readonly value: string;
}

/** An override with the scope that it is of. */
export interface ScopeOverride extends Override {
  readonly scope: string;
}

/** Puts a limit in the place of the config's; a former override of it goes. Throws an `OperateProblem`. */
export async function setLimit(
  ports: OperatePorts,
  limits: LimitsConfig,
  order: LimitOrder,
): Promise<ScopeOverride> {
  const { scope, limit } = order;
  const bound = boundLimits(limits, scope, limit);
  const value = parseValue(order.value, bound, limit);
  const now = ports.clock.now();
  const override: Override = { ...decreeOf(order, now), limit, value: String(value) };
  await writeOverrides(ports, scope, (before) => [
    ...before.filter((other) => other.limit !== limit && counts(other, now)),
    override,
  ]);
  return { ...override, scope };
}

/** Lets the config's limit count again. Throws an `OperateProblem`, also where there was no override. */
export async function clearLimit(ports: OperatePorts, scope: string, limit: string): Promise<void> {
  const now = ports.clock.now();
  const written = await writeOverrides(ports, scope, (before) => {
    const kept = before.filter((other) => other.limit !== limit && counts(other, now));
    return before.some((other) => other.limit === limit && counts(other, now)) ? kept : undefined;
  });
  if (written === 'unchanged') {
    throw new OperateProblem(
      `no override of "${limit}" holds for ${scope}; \`tollgate limits list\` shows those that do`,
    );
  }
}

/** All overrides that hold now, by scope. */
export async function listOverrides(store: Reads, nowMs: number): Promise<readonly ScopeOverride[]> {
  const { policies } = await headOf(store);
  const found: ScopeOverride[] = [];
  for (const scope of Object.keys(policies).sort()) {
    const { overrides } = await policyOf(store, scope);
    found.push(...overrides.filter((each) => counts(each, nowMs)).map((each) => ({ ...each, scope })));
  }
  return found;
}

/** The limits of a scope that has this one. */
function boundLimits(limits: LimitsConfig, scope: string, limit: string): ScopeLimits {
  const bound = limitsOfScopeOrFail(limits, scope);
  const names = limitNames(bound);
  if (names.includes(limit)) return bound;
  throw new OperateProblem(`${scope} has no limit "${limit}"; it has ${names.join(', ')}`);
}

/** The most that a rate or a number of requests can be: far above any use, and exact in every step that computes with it. */
const MOST = 1_000_000_000_000;

function parseValue(text: string, bound: ScopeLimits, limit: string): bigint {
  if (bound.budgets.some(({ id }) => id === limit)) {
    const usd = nanoFromUsd(text.replace(/^\$/, ''));
    if (usd !== undefined) return usd;
    throw new OperateProblem(
      `"${text}" is no amount of US dollars; write digits with at most nine decimals, such as 12.50`,
    );
  }
  if (/^\d{1,13}$/.test(text) && Number(text) <= MOST) return BigInt(text);
  const what = limit === 'parallel' ? 'requests at a time' : `${limit} a minute`;
  throw new OperateProblem(`"${text}" is no number of ${what}; write a whole number, such as 600`);
}
