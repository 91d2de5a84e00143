import type { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.ts';
import type { Ids, Random } from '../ports/ids.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Calendar } from './calendar.ts';
import type { Counters } from './counters.ts';
import type { Heat } from './heat.ts';
import type { HeatRules } from './heat-rules.ts';
import type { Journals } from './journals.ts';
import type { Leases } from './leases.ts';
import type { Policies } from './policies.ts';
import type { Refusals } from './refusals.ts';

export interface LedgerDeps {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  /** Names this process in its journals. Unique for each process, also after a restart. */
  readonly environment: string;
  /** Milliseconds for one admission or top-up with all its tries; `limits.admitMs`. */
  readonly admitMs: number;
  /** Milliseconds that a request may take in all; `limits.requestMs`. Journals live twice as long. */
  readonly longestRequestMs: number;
  /** The version that a scope's policy has at least, as far as operators' changes are known (`LimitsBook`). Default: 0. */
  readonly policyVersion?: (scope: string) => bigint;
  /** When a scope counts as hot, and what happens then. Default: `HEAT_RULES`. */
  readonly heat?: Partial<HeatRules>;
  /** Scopes that one process remembers, at about a kilobyte each; one that fell out costs a read. Default: 2000. */
  readonly remembered?: number;
  readonly telemetry?: Telemetry;
}

/** What the ledger's moves share: the ports and what this process remembers. */
export interface Context extends Omit<LedgerDeps, 'heat' | 'remembered'> {
  readonly rules: HeatRules;
  readonly calendar: Calendar;
  readonly counters: Counters;
  readonly policies: Policies;
  readonly journals: Journals;
  readonly leases: Leases;
  readonly heat: Heat;
  readonly refusals: Refusals;
  /** The pool of each split scope that had room last. */
  readonly homes: LRUCache<string, number>;
}

export function warn(ctx: Context, what: string, requestId: string | undefined, detail: string): void {
  ctx.telemetry?.emit({ type: 'warning', what, requestId, detail });
}
