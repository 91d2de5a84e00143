import type { ScopeBudgets } from '../core/budgets.ts';
import type { Nano } from '../core/money.ts';
import type { BudgetView, Reservation } from './ledger.ts';
import type { Pin } from './pins.ts';

/** A held entry as this process knows it. A class, so that a reservation handed back is known to be one of ours. */
export class Hold implements Reservation {
  readonly requestId: string;
  readonly journal: string;
  readonly number: number;
  readonly scopes: readonly ScopeBudgets[];
  readonly pins: readonly Pin[];
  held: Nano;
  tightest: BudgetView | undefined;
  /** Top-ups that the entry is known to have had. */
  topUps = 0n;

  constructor(entry: Omit<Hold, 'topUps'>) {
    this.requestId = entry.requestId;
    this.journal = entry.journal;
    this.number = entry.number;
    this.scopes = entry.scopes;
    this.pins = entry.pins;
    this.held = entry.held;
    this.tightest = entry.tightest;
  }

  static of(reservation: Reservation): Hold {
    if (!(reservation instanceof Hold)) throw new TypeError('Bug! A reservation that no ledger has made');
    return reservation;
  }
}
