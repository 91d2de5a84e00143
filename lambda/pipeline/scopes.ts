import { LRUCache } from 'lru-cache';
import { bindingLimits, providerLimits } from '../core/config/binding.ts';
import type { LimitsConfig } from '../core/config/schema.ts';
import type { Caller } from '../core/identity/caller.ts';
import type { Mode, ScopeLimits } from '../core/scope-limits.ts';

/** Callers, each with a model, whose limits are remembered. */
const REMEMBERED = 1_000;

/** The limits that bind requests, worked out once for as long as the same limits are in force. */
export class Scopes {
  readonly #callers = new LRUCache<string, readonly ScopeLimits[]>({ max: REMEMBERED });
  readonly #providers = new Map<string, ScopeLimits | undefined>();
  #limits: LimitsConfig | undefined;

  /** `alias`: the entry of `models` that was asked for. */
  of(limits: LimitsConfig, caller: Caller, alias: string): readonly ScopeLimits[] {
    this.#hold(limits);
    const name = JSON.stringify([caller.team, caller.app, caller.user, caller.principal, alias]);
    const known = this.#callers.get(name) ?? bindingLimits(limits, caller, alias);
    this.#callers.set(name, known);
    return known;
  }

  /** `provider`: one of the config, so their number is bounded. */
  ofProvider(limits: LimitsConfig, provider: string): ScopeLimits | undefined {
    this.#hold(limits);
    if (!this.#providers.has(provider)) this.#providers.set(provider, providerLimits(limits, provider));
    return this.#providers.get(provider);
  }

  #hold(limits: LimitsConfig): void {
    if (limits === this.#limits) return;
    this.#limits = limits;
    this.#callers.clear();
    this.#providers.clear();
  }
}

/** What of a scope's limits a count of tokens takes part in: it is a request, and uses and costs nothing. */
export function requestsOnly({ scope, requests }: ScopeLimits): ScopeLimits | undefined {
  return requests === undefined ? undefined : { scope, budgets: [], requests };
}

/** How strictly cost and tokens must be bounded; undefined: no such limit binds. */
export interface Strictness {
  readonly money: Mode | undefined;
  readonly tokens: Mode | undefined;
}

export function strictnessOf(scopes: readonly ScopeLimits[]): Strictness {
  return {
    money: strictest(scopes.flatMap(({ budgets }) => budgets.map(({ mode }) => mode))),
    tokens: strictest(scopes.flatMap(({ tokens }) => (tokens === undefined ? [] : [tokens.mode]))),
  };
}

/** Whether some limit needs a bound of what a call uses. */
export function isBound({ money, tokens }: Strictness): boolean {
  return money !== undefined || tokens !== undefined;
}

function strictest(modes: readonly Mode[]): Mode | undefined {
  if (modes.length === 0) return undefined;
  return modes.includes('enforce') ? 'enforce' : 'observe';
}
