import type { EntryFacts } from '../../lambda/core/audit/facts.ts';
import { toNano } from '../../lambda/core/money.ts';
import type { Budget, ScopeLimits } from '../../lambda/core/scope-limits.ts';
import type { Admission, Ledger, OwnAmounts, Reservation, Settled } from '../../lambda/ledger/ledger.ts';
import { withAllowance } from '../../lambda/ledger/outage/allowance.ts';
import type { TelemetryEvent } from '../../lambda/ports/telemetry.ts';
import { AwayLedger } from './away-ledger.ts';
import { VirtualTime, virtualClock } from './virtual-clock.ts';

/** A daily budget of 1,000 with an allowance in nano-dollars, unless told otherwise. */
export function allowing(allowance: number | undefined, other: Partial<Budget> = {}): Budget {
  return {
    id: 'day',
    limit: toNano(1_000n),
    window: { window: 'day', tz: 'UTC' },
    mode: 'enforce',
    soft: undefined,
    allowance: allowance === undefined ? undefined : toNano(BigInt(allowance)),
    ...other,
  };
}

export const TEAM: ScopeLimits = { scope: 'team:a', budgets: [allowing(100)] };

export interface OutageBench {
  readonly time: VirtualTime;
  readonly inner: AwayLedger;
  readonly ledger: Ledger;
  readonly rows: EntryFacts[];
  readonly events: Extract<TelemetryEvent, { type: 'warning' | 'bug' }>[];
  /** Names of the warnings so far. */
  said(): string[];
  admit(
    requestId: string,
    estimate: number,
    scopes?: readonly ScopeLimits[],
    own?: OwnAmounts,
  ): Promise<Admission>;
  settle(reservation: Reservation, cost: number, own?: OwnAmounts): Promise<Settled>;
  pass(ms: number): Promise<void>;
}

/** The decorated ledger over one that can be switched off. `sink: false`: rows have no way of their own. */
export function outageBench(sink = true): OutageBench {
  const time = new VirtualTime(Date.UTC(2026, 10, 24, 12));
  const clock = virtualClock(time);
  const inner = new AwayLedger();
  const rows: EntryFacts[] = [];
  const events: OutageBench['events'] = [];
  const ledger = withAllowance(inner, {
    clock,
    telemetry: {
      emit: (event) => {
        if (event.type === 'warning' || event.type === 'bug') events.push(event);
      },
    },
    rowsAway: sink ? async (entry) => void rows.push(entry) : undefined,
  });
  return {
    time,
    inner,
    ledger,
    rows,
    events,
    said: () => events.map((event) => (event.type === 'warning' ? event.what : event.type)),
    admit: (requestId, estimate, scopes = [TEAM], own) =>
      ledger.admit({
        requestId,
        scopes,
        number: 1,
        estimate: toNano(BigInt(estimate)),
        ...(own === undefined ? {} : { own }),
        tokens: 0,
        facts: { pr: 'local' },
      }),
    settle: (reservation, cost, own) =>
      ledger.settle(reservation, {
        cost: toNano(BigInt(cost)),
        ...(own === undefined ? {} : { own }),
        outcome: 'ok',
        facts: { hs: 200n },
      }),
    pass: (ms) => time.finish(clock.sleep(ms)),
  };
}

export function held(admission: Admission): Reservation {
  if (admission.type !== 'admitted') throw new Error(`not admitted: ${admission.type}`);
  return admission.reservation;
}
