import { readHead } from '../../lambda/ledger/head.ts';
import { HEAD_KEY } from '../../lambda/ledger/items.ts';
import type { LedgerStore } from '../../lambda/ports/ledger-store.ts';
import type { Process } from '../support/ledger-faults.ts';
import type { Limits, Rulebook } from './oracle/rulebook.ts';

/** Milliseconds between two looks at the head. */
const EVERY_MS = 10_000;

/** What one process knows of the limits in force: its own config or a newer one, and the policies that operators wrote. */
export class KnownLimits {
  readonly #process: Process;
  readonly #store: LedgerStore;
  readonly #rulebook: Rulebook;
  #number: number;
  #policies: Readonly<Record<string, string>> = {};
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(process: Process, store: LedgerStore, rulebook: Rulebook, number: number) {
    this.#process = process;
    this.#store = store;
    this.#rulebook = rulebook;
    this.#number = number;
  }

  get number(): number {
    return this.#number;
  }

  get limits(): Limits {
    return this.#rulebook.config(this.#number);
  }

  policyVersion(scope: string): bigint {
    return BigInt(this.#policies[scope] ?? 0);
  }

  /** A newer config is in force. */
  reach(number: number): void {
    this.#number = Math.max(this.#number, number);
  }

  async refresh(): Promise<void> {
    const now = this.#process.time.now;
    if (now - this.#readAt < EVERY_MS) return;
    this.#readAt = now;
    try {
      const head = readHead(await this.#store.get(HEAD_KEY));
      this.reach(head.number);
      this.#policies = head.policies;
    } catch {
      // The store is away: what is known stays.
    }
  }
}
