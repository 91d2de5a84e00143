import type { Nano } from '../core/money.ts';
import type { ScopeLimits } from '../core/scope-limits.ts';
import type { Account } from './charge.ts';
import type { Lease } from './leases.ts';
import type { LimitsView, Reservation } from './ledger.ts';
import type { Pin } from './pins.ts';
import type { Journal } from './slots.ts';

/** What one scope of a held request rests on, beside its pin. */
export interface Holding {
  /** The limits of the config. */
  readonly config: ScopeLimits;
  /** The counter, and the limits in force when it was charged. */
  readonly account: Account;
  readonly lease: Lease | undefined;
  /** What was taken from the lease; 0 where none pays. */
  paid: Nano;
  /** Observed limits that are charged without a condition. */
  readonly relaxed: Set<string>;
}

/** A held entry as this process knows it. A class, so that a reservation handed back is known to be one of ours. */
export class Hold implements Reservation {
  readonly requestId: string;
  readonly journal: Journal;
  readonly number: number;
  readonly configNumber: number;
  /** Tokens taken from the rates. */
  readonly tokens: number;
  /** One for each pin, in the same order. */
  readonly holdings: readonly Holding[];
  /** Observed limits that would have refused. */
  wouldRefuse: readonly string[];
  pins: readonly Pin[];
  held: Nano;
  view: LimitsView;
  /** Top-ups that the entry is known to have had. */
  topUps = 0n;
  isSettled = false;

  constructor(entry: Omit<Hold, 'topUps' | 'isSettled'>) {
    this.requestId = entry.requestId;
    this.journal = entry.journal;
    this.number = entry.number;
    this.configNumber = entry.configNumber;
    this.tokens = entry.tokens;
    this.holdings = entry.holdings;
    this.wouldRefuse = entry.wouldRefuse;
    this.pins = entry.pins;
    this.held = entry.held;
    this.view = entry.view;
  }

  static of(reservation: Reservation): Hold {
    if (!(reservation instanceof Hold)) throw new TypeError('Bug! A reservation that no ledger has made');
    return reservation;
  }
}
