import type { EntryFacts } from '../../core/audit/facts.ts';
import { usdFromNano } from '../../core/money.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type {
  Admission,
  AdmitRequest,
  Final,
  Ledger,
  Posting,
  Reservation,
  Settled,
  TopUp,
} from '../ledger.ts';
import { Allowances } from './allowances.ts';
import { Backlog } from './backlog.ts';
import { claimsOf } from './claims.ts';
import { within } from './deadline.ts';
import { postedEntry, type RowsAway, recordedEntry } from './entry.ts';
import { AllowanceHold } from './hold.ts';
import { Outage } from './outage.ts';

export interface AllowanceDeps {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Where rows go that the ledger cannot take; undefined: they wait in memory. */
  readonly rowsAway?: RowsAway | undefined;
}

/** Milliseconds for one row on its own way. */
const ROW_MS = 5_000;

/**
 * What happens while the ledger is away. Calls whose every enforced budget has an allowance pass up to it and are
 * charged when the ledger is back; all others are refused as before. What could not be settled, charged or recorded
 * waits in a backlog of this process; rows that must not wait go their own way to the audit.
 */
export function withAllowance(ledger: Ledger, deps: AllowanceDeps): Ledger {
  const riding = new OutageLedger(ledger, deps);
  return {
    admit: (request) => riding.admit(request),
    topUp: (reservation, extra, own) =>
      reservation instanceof AllowanceHold
        ? riding.grow(reservation, extra, own)
        : ledger.topUp(reservation, extra, own),
    settle: (reservation, final) =>
      reservation instanceof AllowanceHold
        ? riding.spend(reservation, final)
        : riding.settle(reservation, final),
    record: (requestId, final) => riding.record(requestId, final),
    post: (posting) => ledger.post(posting),
    reap: (before) => ledger.reap(before),
    close: () => riding.close(),
  };
}

class OutageLedger {
  readonly #ledger: Ledger;
  readonly #deps: AllowanceDeps;
  readonly #allowances = new Allowances();
  readonly #outage: Outage;
  readonly #backlog: Backlog;
  /** Requests of this outage that were admitted on allowance. */
  #allowed = 0;

  constructor(ledger: Ledger, deps: AllowanceDeps) {
    this.#ledger = ledger;
    this.#deps = deps;
    this.#outage = new Outage(deps.clock);
    this.#backlog = new Backlog(deps);
  }

  async admit(request: AdmitRequest): Promise<Admission> {
    const admission = await this.#ledger.admit(request);
    if (admission.type === 'admitted') {
      this.#allowances.restore(request.scopes);
      this.#worked();
      void this.#backlog.flush();
    }
    if (admission.type !== 'unavailable') return admission;
    this.#outage.failed();
    // In doubt the entry may be there, and the reaper charges it: a second charge beside it would be one too many.
    return admission.inDoubt === true ? admission : (this.#allow(request) ?? admission);
  }

  #allow(request: AdmitRequest): Admission | undefined {
    const claims = claimsOf(request.scopes, request.estimate, request.own);
    if (claims === undefined || !this.#allowances.take(claims)) return undefined;
    this.#allowed += 1;
    if (this.#allowed === 1) {
      this.#warn(
        'ledger_allowance',
        request.requestId,
        'the ledger is away: calls pass on the allowance of their budgets',
      );
    }
    return { type: 'admitted', reservation: new AllowanceHold(request, claims) };
  }

  async grow(hold: AllowanceHold, extra: AdmitRequest['estimate'], own: AdmitRequest['own']): Promise<TopUp> {
    const claims = claimsOf(hold.scopes, extra, own);
    if (claims === undefined || !this.#allowances.take(claims)) {
      return { type: 'unavailable', reason: 'the ledger is away and an allowance is used up' };
    }
    hold.grow(extra, claims);
    return { type: 'admitted', reservation: hold };
  }

  /** Charges a request that was admitted on allowance. */
  async spend(hold: AllowanceHold, final: Final): Promise<Settled> {
    if (hold.settled) return { type: 'settled' };
    hold.settled = true;
    const { requestId, scopes, claims } = hold;
    const posting: Posting = { ...final, requestId, scopes, facts: { ...hold.facts, ...final.facts } };
    const { cost, own } = final;
    this.#allowances.spend(claims, cost, own);
    const over = () => this.#allowances.charge(claims, cost, own);
    const write = async () => this.#heard(await this.#ledger.post(posting));
    if (!this.#outage.away) {
      const settled = await write();
      if (settled.type !== 'unavailable') {
        over();
        return settled;
      }
    }
    this.#backlog.add({ requestId, loss: `not charged: $${usdFromNano(cost)}`, write, over });
    return (await this.#sendAway(requestId, postedEntry(posting)))
      ? { type: 'settled' }
      : unwritten('the cost is charged and its row written');
  }

  /** Settles an ordinary hold; what the ledger cannot take now is tried again until the reaper was faster. */
  async settle(reservation: Reservation, final: Final): Promise<Settled> {
    const write = async () => this.#heard(await this.#ledger.settle(reservation, final));
    const settled = await write();
    if (settled.type !== 'unavailable') return settled;
    const { requestId } = reservation;
    this.#backlog.add({ requestId, loss: 'not settled: the reaper charges what was held', write });
    return unwritten('it is settled');
  }

  async record(requestId: string, final: Final): Promise<Settled> {
    const write = async () => this.#heard(await this.#ledger.record(requestId, final));
    if (!this.#outage.away) {
      const settled = await write();
      if (settled.type !== 'unavailable') return settled;
    }
    if (await this.#sendAway(requestId, recordedEntry(requestId, final))) return { type: 'settled' };
    this.#backlog.add({ requestId, loss: 'the row of a refusal', write });
    return unwritten('its row is written');
  }

  async close(): Promise<void> {
    await this.#backlog.close();
    await this.#ledger.close();
  }

  #heard(settled: Settled): Settled {
    if (settled.type === 'unavailable') this.#outage.failed();
    else this.#worked();
    return settled;
  }

  #worked(): void {
    if (!this.#outage.worked()) return;
    this.#allowances.restore();
    if (this.#allowed > 0) {
      this.#warn(
        'ledger_allowance_over',
        undefined,
        `the ledger is back: ${this.#allowed} calls passed on allowance`,
      );
    }
    this.#allowed = 0;
  }

  /** Whether the row is safe. */
  async #sendAway(requestId: string, entry: EntryFacts): Promise<boolean> {
    const { rowsAway, clock } = this.#deps;
    if (rowsAway === undefined) return false;
    try {
      await within(
        clock,
        ROW_MS,
        () => rowsAway(entry),
        () => Promise.reject(new Error('it took too long')),
      );
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#warn('audit_row_waits', requestId, `${reason}; the row follows when the ledger is back`);
      return false;
    }
  }

  #warn(what: string, requestId: string | undefined, detail: string): void {
    this.#deps.telemetry.emit({ type: 'warning', what, requestId, detail });
  }
}

function unwritten(then: string): Settled {
  return { type: 'unavailable', reason: `kept in memory: ${then} when the ledger is back` };
}
