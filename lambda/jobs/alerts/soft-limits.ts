import { scopeLimits } from '../../core/config/binding.ts';
import type { LimitsConfig } from '../../core/config/schema.ts';
import { isRecord } from '../../core/json-value.ts';
import type { Nano } from '../../core/money.ts';
import type { ScopeLimits } from '../../core/scope-limits.ts';
import { configKey, text } from '../../ledger/items.ts';
import type { LedgerStore } from '../../ports/ledger-store.ts';
import type { SoftOf } from './crossings.ts';

/** Scopes whose limits are remembered; beyond it they are looked up again. */
const MAX_SCOPES = 10_000;

/**
 * Soft limits from the config that limited a counter last, which its number names and the store keeps. So they are those
 * in force, whichever config the reader was deployed with.
 */
export class SoftLimits {
  readonly #store: LedgerStore;
  #number = 0n;
  #limits: LimitsConfig = {};
  readonly #scopes = new Map<string, ScopeLimits | undefined>();

  constructor(store: LedgerStore) {
    this.#store = store;
  }

  /**
   * Makes the config of this number the one that is asked, unless it already is or a newer one is. Rejects if the store
   * cannot be read.
   */
  async load(number: bigint): Promise<void> {
    if (number <= this.#number) return;
    const limits = parse(text(await this.#store.get(configKey(Number(number))), 'd'));
    this.#limits = limits;
    this.#number = number;
    this.#scopes.clear();
  }

  readonly of: SoftOf = (scope, budgetId) => this.#budget(scope, budgetId);

  #budget(scope: string, budgetId: string): Nano | undefined {
    if (!this.#scopes.has(scope)) {
      if (this.#scopes.size >= MAX_SCOPES) this.#scopes.clear();
      this.#scopes.set(scope, scopeLimits(this.#limits, scope));
    }
    return this.#scopes.get(scope)?.budgets.find(({ id }) => id === budgetId)?.soft;
  }
}

/** A config that is not there has no soft limits: it was never proposed, or is older than this version of the store. */
function parse(written: string | undefined): LimitsConfig {
  const value: unknown = written === undefined ? {} : JSON.parse(written);
  // Only the ledger writes it, from a config that its schema has checked.
  return isRecord(value) ? (value as LimitsConfig) : {};
}
