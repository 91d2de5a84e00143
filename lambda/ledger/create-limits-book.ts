import type { LimitsConfig } from '../core/config/schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { type Head, NO_HEAD, type Stop, type StopKind } from './head.ts';
import { headOf, limitsOfConfig } from './in-force.ts';
import type { LimitsBook } from './limits-book.ts';
import { counts } from './policy.ts';
import { type OwnConfig, proposed } from './propose.ts';

export interface LimitsBookDeps {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly telemetry?: Telemetry;
  readonly own: OwnConfig;
  /** Milliseconds after which what is in force is read again; an operator's word takes effect within them. */
  readonly refreshMs: number;
}

/** What the store says is in force, and what of it the ledger needs. */
export interface StoredLimitsBook extends LimitsBook {
  /** The version that a scope's policy has at least. */
  policyVersion(scope: string): bigint;
}

/** Milliseconds after a failed read in which none is tried again: a store that is away is not asked by every request. */
const FAILED_MS = 1_000;

/** Keeps the limits in force, from the one item that says which config they are of; proposes its own config at first. */
export function createLimitsBook(deps: LimitsBookDeps): StoredLimitsBook {
  return new Book(deps);
}

class Book implements StoredLimitsBook {
  readonly #deps: LimitsBookDeps;
  #head: Head = NO_HEAD;
  #isProposed = false;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  number = 0;
  limits: LimitsConfig;

  constructor(deps: LimitsBookDeps) {
    this.#deps = deps;
    this.limits = deps.own.limits;
  }

  async refresh(atLeast = 0): Promise<void> {
    const isOld = this.#deps.clock.monotonic() - this.#readAt >= this.#deps.refreshMs;
    if (!isOld && atLeast <= this.number) return;
    // Requests that come together share one read; one that knows of a newer config needs a read that begins now.
    if (this.#reading !== undefined && atLeast > this.number) {
      await this.#reading;
      if (atLeast <= this.number) return;
    }
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  stopped(kind: StopKind, name: string): Stop | undefined {
    const now = this.#deps.clock.now();
    return this.#head.stops.find((stop) => stop.kind === kind && stop.name === name && counts(stop, now));
  }

  policyVersion(scope: string): bigint {
    const version = this.#head.policies[scope];
    return version === undefined ? 0n : BigInt(version);
  }

  async #read(): Promise<void> {
    const { store, own, clock, refreshMs } = this.#deps;
    try {
      const head = await headOf(store);
      const current = this.#isProposed ? head : await proposed(store, head, own);
      this.#isProposed = true;
      await this.#adopt(current);
      this.#readAt = clock.monotonic();
    } catch (error) {
      this.#readAt = clock.monotonic() - refreshMs + FAILED_MS;
      this.#deps.telemetry?.emit({
        type: 'warning',
        what: 'limits_unread',
        requestId: undefined,
        detail: `limits and stops are as last known: ${error instanceof Error ? error.message : error}`,
      });
    }
  }

  async #adopt(head: Head): Promise<void> {
    if (head.number !== this.number) {
      this.limits =
        head.hash === this.#deps.own.hash ? this.#deps.own.limits : await this.#limitsOf(head.number);
      this.number = head.number;
    }
    this.#head = head;
  }

  /** The limits of a newer config, which were checked before they were written. */
  async #limitsOf(number: number): Promise<LimitsConfig> {
    const limits = await limitsOfConfig(this.#deps.store, number);
    if (limits === undefined) throw new Error(`the limits of config ${number} are missing`);
    return limits;
  }
}
