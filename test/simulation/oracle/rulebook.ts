import { toNano } from '../../../lambda/core/money.ts';
import type { Budget, Rate, ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import { NO_POLICY, readPolicy, type ScopePolicy } from '../../../lambda/ledger/policy.ts';
import type { Item } from '../../../lambda/ports/ledger-store.ts';

/** The limits that one config gives to each scope. */
export type Limits = ReadonlyMap<string, ScopeLimits>;

/** The limits of one counter that a write had to keep to, with what of them is this counter's. */
export interface Rules {
  readonly limits: ScopeLimits;
  readonly policy: ScopePolicy;
}

/**
 * Every config and every version of a policy that there ever was, so that the limit which a counter names by `cn` and
 * `cv` can be told long after. Worked out apart from the ledger's own reading of policies.
 */
export class Rulebook {
  readonly #configs: readonly Limits[];
  readonly #policies = new Map<string, Map<bigint, ScopePolicy>>();
  readonly #everPools = new Map<string, number>();
  /** By scope and budget: the widest limit there ever was. */
  readonly #widest = new Map<string, bigint>();

  /** Number 1 is the first of `configs`. */
  constructor(configs: readonly Limits[]) {
    this.#configs = configs;
    for (const limits of configs) {
      for (const { scope, budgets } of limits.values()) {
        for (const { id, limit } of budgets) this.#widen(scope, id, limit);
      }
    }
  }

  /** Number of the newest config. */
  get newest(): number {
    return this.#configs.length;
  }

  config(number: number): Limits {
    const limits = this.#configs[number - 1];
    if (limits === undefined) throw new Error(`no config has the number ${number}`);
    return limits;
  }

  /** Ids of all budgets with a window that any config has for a scope. */
  budgets(scope: string): readonly string[] {
    const found = new Set<string>();
    for (const limits of this.#configs) {
      for (const { id, window } of limits.get(scope)?.budgets ?? [])
        if (window.window !== 'total') found.add(id);
    }
    return [...found];
  }

  /** Takes in a policy that was written. */
  wrote(scope: string, item: Item): void {
    const policy = readPolicy(item);
    let versions = this.#policies.get(scope);
    if (versions === undefined) {
      versions = new Map();
      this.#policies.set(scope, versions);
    }
    versions.set(policy.version, policy);
    this.#everPools.set(scope, Math.max(this.everPools(scope), policy.everPools));
    for (const { limit, value } of policy.overrides) this.#widen(scope, limit, BigInt(value));
  }

  policy(scope: string, version: bigint): ScopePolicy | undefined {
    return version === 0n ? NO_POLICY : this.#policies.get(scope)?.get(version);
  }

  /** Counters that a scope was ever split into. */
  everPools(scope: string): number {
    return this.#everPools.get(scope) ?? 1;
  }

  /** What was in force at a counter when a clock showed `nowMs`; undefined if its marks name nothing that was written. */
  rules(scope: string, counter: Item, nowMs: number): Rules | undefined {
    const policy = this.policy(scope, number(counter['cv']));
    const config = this.#configs[Number(number(counter['cn'])) - 1];
    const limits = config?.get(scope);
    if (policy === undefined || limits === undefined) return undefined;
    return { limits: overridden(limits, policy, nowMs), policy };
  }

  /** The most that all pools together may ever have used of one window. */
  widest(scope: string, budget: string): bigint {
    return this.#widest.get(`${scope} ${budget}`) ?? 0n;
  }

  #widen(scope: string, budget: string, limit: bigint): void {
    const key = `${scope} ${budget}`;
    const before = this.#widest.get(key);
    if (before === undefined || limit > before) this.#widest.set(key, limit);
  }
}

function overridden(limits: ScopeLimits, policy: ScopePolicy, nowMs: number): ScopeLimits {
  const values = new Map<string, number>();
  for (const { limit, value, until } of policy.overrides) {
    if (!values.has(limit) && (until === undefined || until > nowMs)) values.set(limit, Number(value));
  }
  if (values.size === 0) return limits;
  const budgets = limits.budgets.map((budget): Budget => {
    const value = values.get(budget.id);
    return value === undefined ? budget : { ...budget, limit: toNano(BigInt(value)) };
  });
  const rate = (of: 'requests' | 'tokens'): { [of]?: Rate } => {
    const before = limits[of];
    const perMinute = values.get(of);
    if (before === undefined || perMinute === undefined) return {};
    const burst = Math.max(1, Math.floor((before.burst * perMinute) / (before.perMinute || before.burst)));
    return { [of]: { ...before, perMinute, burst } };
  };
  const running = values.get('parallel');
  const parallel =
    limits.parallel === undefined || running === undefined
      ? {}
      : { parallel: { ...limits.parallel, limit: running } };
  return { ...limits, budgets, ...rate('requests'), ...rate('tokens'), ...parallel };
}

function number(value: unknown): bigint {
  return typeof value === 'bigint' ? value : 0n;
}
