import { amount, counterKey, policyKey } from '../../ledger/items.ts';
import { readPolicy } from '../../ledger/policy.ts';
import type { Item, LedgerStore } from '../../ports/ledger-store.ts';

/** What was seen of a scope: the highest of its pools and the newest version of its policy, both 0 where unknown. */
export interface Sighting {
  readonly pool: number;
  readonly version: bigint;
}

/** Policies remembered; beyond it they are forgotten and read again, one read each. */
const MAX_KNOWN = 10_000;

/**
 * Knows how many counters a scope ever had. A scope is split by a new version of its policy, and every counter tells the
 * version that last limited it, so a policy is read only when a counter names a newer one: never for a scope that has
 * none.
 */
export class ScopeCounters {
  readonly #store: LedgerStore;
  readonly #known = new Map<string, { readonly version: bigint; readonly pools: number }>();

  constructor(store: LedgerStore) {
    this.#store = store;
  }

  /** Rejects if the store cannot be read. */
  async pools(scope: string, { pool, version }: Sighting): Promise<number> {
    const known = this.#known.get(scope);
    if (pool === 0 && version === 0n) return 1;
    if (known !== undefined && known.version >= version && known.pools > pool) return known.pools;
    const policy = readPolicy(await this.#store.get(policyKey(scope)));
    const pools = Math.max(policy.everPools, pool + 1);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(scope, { version: policy.version, pools });
    return pools;
  }

  /**
   * Every counter of a scope as it is now, the missing ones left out. They are read one and all at each sighting: the sum
   * can reach a mark by a change of any of them, also of one that is far below its own share. Rejects if the store cannot
   * be read.
   */
  async read(scope: string, sighting: Sighting): Promise<readonly Item[]> {
    const first = await this.#store.get(counterKey(scope));
    const version = amount(first, 'cv');
    const pools = await this.pools(scope, {
      pool: sighting.pool,
      version: version > sighting.version ? version : sighting.version,
    });
    const others = await Promise.all(
      Array.from({ length: pools - 1 }, (_, index) => this.#store.get(counterKey(scope, index + 1))),
    );
    return [first, ...others].filter((item) => item !== undefined);
  }
}
