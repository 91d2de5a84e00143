import { bindingLimits, providerLimits } from '../../lambda/core/config/binding.ts';
import type { LimitsConfig } from '../../lambda/core/config/schema.ts';
import { usdFromNano } from '../../lambda/core/money.ts';
import type { ScopeLimits } from '../../lambda/core/scope-limits.ts';
import { createLimitsBook, type StoredLimitsBook } from '../../lambda/ledger/create-limits-book.ts';
import type { LedgerStore } from '../../lambda/ports/ledger-store.ts';
import type { Process } from '../support/ledger-faults.ts';
import type { Limits } from './oracle/rulebook.ts';

/** A config as it is deployed, with what the oracle holds against it. */
export interface Deployment {
  /** Its place in the order of deployments, from 1. */
  readonly count: number;
  readonly config: LimitsConfig;
  readonly limits: Limits;
}

/** The caller that every scope of the simulation but the provider's belongs to. */
const CALLER = { principal: 'key:K', team: 'a', app: 'b', user: 'u' };

/** What one process knows of the limits in force, by the real book of limits. */
export class GatewayLimits {
  readonly #book: StoredLimitsBook;
  readonly #bound = new WeakMap<LimitsConfig, Limits>();

  /** `counts`: deployments are numbered; otherwise every change of the config is newer than what was before. */
  constructor(
    process: Process,
    store: LedgerStore,
    own: Deployment,
    how: { counts: boolean; refreshMs: number },
  ) {
    this.#book = createLimitsBook({
      store,
      clock: process.clock(),
      own: {
        limits: own.config,
        hash: `h${own.count}`,
        line: 'live',
        count: how.counts ? own.count : undefined,
      },
      refreshMs: how.refreshMs,
    });
  }

  get number(): number {
    return this.#book.number;
  }

  policyVersion(scope: string): bigint {
    return this.#book.policyVersion(scope);
  }

  refresh(atLeast?: number): Promise<void> {
    return this.#book.refresh(atLeast);
  }

  get limits(): Limits {
    const { limits } = this.#book;
    let bound = this.#bound.get(limits);
    if (bound === undefined) {
      const scopes: ScopeLimits[] = [...bindingLimits(limits, CALLER, undefined)];
      const provider = providerLimits(limits, 'p');
      if (provider !== undefined) scopes.push(provider);
      bound = new Map(scopes.map((each) => [each.scope, each]));
      this.#bound.set(limits, bound);
    }
    return bound;
  }
}

/** The config that gives these limits. */
export function configOf(limits: Limits): LimitsConfig {
  const all = [...limits.values()];
  return {
    budgets: all.flatMap(({ scope, budgets }) =>
      budgets.map(({ limit, window, mode }) => ({
        scope,
        limit_usd: usdFromNano(limit),
        window: window.window,
        ...(window.tz === 'UTC' ? {} : { tz: window.tz }),
        mode,
      })),
    ),
    rates: all.flatMap(({ scope, requests, tokens, parallel }) => [
      ...(requests === undefined
        ? []
        : [
            {
              scope,
              requests_per_minute: requests.perMinute,
              burst_requests: requests.burst,
              mode: requests.mode,
            },
          ]),
      ...(tokens === undefined
        ? []
        : [{ scope, tokens_per_minute: tokens.perMinute, burst_tokens: tokens.burst, mode: tokens.mode }]),
      ...(parallel === undefined ? [] : [{ scope, parallel: parallel.limit, mode: parallel.mode }]),
    ]),
  };
}
