import { LRUCache } from 'lru-cache';
import type { Item, LedgerStore } from '../ports/ledger-store.ts';
import { amount, policyKey } from './items.ts';
import { NO_POLICY, readPolicy, type ScopePolicy } from './policy.ts';

/**
 * The policies of scopes as last read. They need no refreshing: each counter knows the version that limited its last
 * charge, and a charge under an older one fails and leads here.
 */
export class Policies {
  readonly #store: Pick<LedgerStore, 'get'>;
  readonly #known: LRUCache<string, ScopePolicy>;

  constructor(store: Pick<LedgerStore, 'get'>, max: number) {
    this.#known = new LRUCache({ max });
    this.#store = store;
  }

  of(scope: string): ScopePolicy {
    return this.#known.get(scope) ?? NO_POLICY;
  }

  saw(scope: string, policy: ScopePolicy): void {
    // Two reads may come back in the other order; versions only grow.
    if (policy.version > this.of(scope).version) this.#known.set(scope, policy);
  }

  /** Whether a counter, or an operator's word, knows of a newer policy than this process. */
  isBehind(scope: string, version: bigint): boolean {
    return version > this.of(scope).version;
  }

  isBehindCounter(scope: string, counter: Item | undefined): boolean {
    return this.isBehind(scope, amount(counter, 'cv'));
  }

  /** Reads a policy anew. Rejects while the store is away. */
  async load(scope: string, read?: 'stale'): Promise<ScopePolicy> {
    this.saw(scope, readPolicy(await this.#store.get(policyKey(scope), read)));
    return this.of(scope);
  }
}
