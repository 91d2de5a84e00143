import type { Clock } from '../ports/clock.ts';
import type { Ids, Random } from '../ports/ids.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Calendar } from './calendar.ts';
import type { Counters } from './counters.ts';
import type { Journals } from './journals.ts';

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
  readonly telemetry?: Telemetry;
}

/** What the ledger's moves share: the ports and what this process remembers. */
export interface Context extends LedgerDeps {
  readonly calendar: Calendar;
  readonly counters: Counters;
  readonly journals: Journals;
}

export function warn(ctx: Context, what: string, requestId: string | undefined, detail: string): void {
  ctx.telemetry?.emit({ type: 'warning', what, requestId, detail });
}
