import { toNano } from '../../../lambda/core/money.ts';
import type { Budget, Rate, ScopeLimits } from '../../../lambda/core/scope-limits.ts';
import { NO_POLICY, readPolicy, type ScopePolicy } from '../../../lambda/ledger/policy.ts';
import type { Item } from '../../../lambda/ports/ledger-store.ts';

/** Milliseconds that a write may have been planned before it was sent: as long as one admission may take. */
const PLANNED_MS = 2_000;

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
  readonly #all: readonly Limits[];
  /** By the text that a config is stored as. */
  readonly #known: ReadonlyMap<string, Limits>;
  readonly #numbers = new Map<bigint, Limits>();
  readonly #policies = new Map<string, Map<bigint, ScopePolicy>>();
  readonly #everPools = new Map<string, number>();
  /** By scope and budget: the widest limit there ever was. */
  readonly #widest = new Map<string, bigint>();
  readonly #windows = new Map<string, readonly string[]>();

  /** The configs that may be proposed, each with the text that it is stored as. */
  constructor(configs: ReadonlyMap<string, Limits>) {
    this.#known = configs;
    this.#all = [...configs.values()];
    for (const limits of this.#all) {
      for (const { scope, budgets } of limits.values()) {
        for (const { id, limit } of budgets) this.#widen(scope, id, limit);
      }
    }
  }

  /** All that any config says of a scope. */
  of(scope: string): readonly ScopeLimits[] {
    return this.#all.flatMap((limits) => limits.get(scope) ?? []);
  }

  /** Ids of all budgets with a window that any config has for a scope. */
  budgets(scope: string): readonly string[] {
    let found = this.#windows.get(scope);
    if (found === undefined) {
      const timed = this.of(scope).flatMap(({ budgets }) =>
        budgets.filter(({ window }) => window.window !== 'total'),
      );
      found = [...new Set(timed.map(({ id }) => id))];
      this.#windows.set(scope, found);
    }
    return found;
  }

  /** Takes in a config that was put in force. False if it is none that was deployed. */
  numbered(number: bigint, text: string): boolean {
    const limits = this.#known.get(text);
    if (limits === undefined) return false;
    this.#numbers.set(number, limits);
    return true;
  }

  has(number: number): boolean {
    return this.#numbers.has(BigInt(number));
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

  /** The rate of a scope, if no config and no operator ever said anything else of it. */
  steadyRate(scope: string, of: 'requests' | 'tokens'): Rate | undefined {
    const rates = this.of(scope).map((limits) => limits[of]);
    const [first] = rates;
    const isSteady = rates.every(
      (rate) => rate?.perMinute === first?.perMinute && rate?.burst === first?.burst,
    );
    const isOverridden = [...(this.#policies.get(scope)?.values() ?? [])].some(({ overrides }) =>
      overrides.some(({ limit }) => limit === of),
    );
    return isSteady && !isOverridden && rates.length === this.#all.length ? first : undefined;
  }

  /** Counters that a scope was ever split into. */
  everPools(scope: string): number {
    return this.#everPools.get(scope) ?? 1;
  }

  /**
   * What was in force at a counter when a clock showed `nowMs`; undefined if its marks name nothing that was written.
   * `own`: the config of the sender, which counts as long as it has not heard of any that is in force.
   */
  rules(scope: string, counter: Item, nowMs: number, own: Limits | undefined): Rules | undefined {
    const policy = this.policy(scope, number(counter['cv']));
    const cn = number(counter['cn']);
    const limits = (cn === 0n ? own : this.#numbers.get(cn))?.get(scope);
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

/**
 * A request is planned some moments before it is sent. So an override that has just ended still counts where it is the
 * wider limit; where it was the narrower one nobody is wronged.
 */
function overridden(limits: ScopeLimits, policy: ScopePolicy, nowMs: number): ScopeLimits {
  const inForce = policy.overrides.filter(({ until }) => until === undefined || until > nowMs - PLANNED_MS);
  if (inForce.length === 0) return limits;
  const of = (name: string, config: number): number => {
    const found = inForce.find(({ limit }) => limit === name);
    if (found === undefined) return config;
    const value = Number(found.value);
    return found.until !== undefined && found.until <= nowMs ? Math.max(value, config) : value;
  };
  const { requests, tokens, parallel } = limits;
  const rate = (name: 'requests' | 'tokens', before: Rate): Rate => {
    const perMinute = of(name, before.perMinute);
    if (perMinute === before.perMinute) return before;
    const burst = Math.max(1, Math.floor((before.burst * perMinute) / (before.perMinute || before.burst)));
    return { ...before, perMinute, burst };
  };
  return {
    ...limits,
    budgets: limits.budgets.map(
      (budget): Budget => ({ ...budget, limit: toNano(BigInt(of(budget.id, Number(budget.limit)))) }),
    ),
    ...(requests === undefined ? {} : { requests: rate('requests', requests) }),
    ...(tokens === undefined ? {} : { tokens: rate('tokens', tokens) }),
    ...(parallel === undefined ? {} : { parallel: { ...parallel, limit: of('parallel', parallel.limit) } }),
  };
}

function number(value: unknown): bigint {
  return typeof value === 'bigint' ? value : 0n;
}
