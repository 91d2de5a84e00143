import type { Nano } from '../core/money.ts';
import type { ScopeLimits } from '../core/scope-limits.ts';
import type { Value } from '../ports/ledger-store.ts';

/** Attributes of an entry that the ledger carries without reading them: the audit's columns. */
export type Facts = Readonly<Record<string, Value>>;

/** An amount for each scope whose share of a request is not the whole of it: a provider among several. */
export type OwnAmounts = ReadonlyMap<string, Nano>;

export interface AdmitRequest {
  readonly requestId: string;
  /** Scopes in a fixed order, each at most once, with the limits of the config; empty where no limit applies. */
  readonly scopes: readonly ScopeLimits[];
  /** Number of the config that `scopes` were taken from (`LimitsBook.number`). */
  readonly number: number;
  /** The most that the first attempt can cost. */
  readonly estimate: Nano;
  /** Holds of scopes that hold less than the estimate. */
  readonly own?: OwnAmounts;
  /** The most tokens, input and output, that the first attempt can use; 0 where token rates have no say. */
  readonly tokens: number;
  /** Who and what, written with the hold so that even an abandoned request has its row. Below 700 bytes. */
  readonly facts: Facts;
}

/** Why there was no room, about one window of one scope. */
export interface BudgetRefusal {
  readonly type: 'budget';
  /** `exceeded`: spent; `held`: only running calls hold the room; `never_fits`: one call's bound is above the limit. */
  readonly kind: 'exceeded' | 'held' | 'never_fits';
  readonly scope: string;
  readonly budgetId: string;
  readonly limit: Nano;
  readonly estimate: Nano;
  /** Settled cost in the window. */
  readonly spent: Nano;
  /** Held by running calls in the window. */
  readonly held: Nano;
  /** Milliseconds since the epoch; undefined for a total. */
  readonly resetsAt: number | undefined;
}

/** What else than money can run out. `parallel` is the number of requests that run at a time. */
export type RateKind = 'requests' | 'tokens' | 'parallel';

export interface RateRefusal {
  readonly type: 'rate';
  /** `never_fits`: the call alone is above the burst, so waiting does not help. */
  readonly kind: 'exceeded' | 'never_fits';
  readonly of: RateKind;
  readonly scope: string;
  /** A minute; for `parallel` at a time. */
  readonly limit: number;
  /** What the call needs of it. */
  readonly needed: number;
  /** The most that fits at once. */
  readonly burst: number;
  /** Milliseconds until there is room, if nothing else comes; 0 for `never_fits`, a guess for `parallel`. */
  readonly waitMs: number;
}

export type Refusal = BudgetRefusal | RateRefusal;

/** What is left of a budget after this admission, from the last seen counters. */
export interface BudgetView {
  readonly scope: string;
  readonly budgetId: string;
  readonly limit: Nano;
  /** Spent or held, this call included; above the limit where it is only observed. */
  readonly used: Nano;
  readonly remaining: Nano;
  readonly resetsAt: number | undefined;
}

/** What is left of a rate after this admission, from the last seen counters. */
export interface RateView {
  readonly scope: string;
  /** A minute. */
  readonly limit: number;
  /** Of the burst. */
  readonly remaining: number;
  /** Milliseconds until the burst is whole again. */
  readonly resetMs: number;
}

/** What the caller is told of its limits; from copies that may be some seconds old. */
export interface LimitsView {
  /** The enforced budget with the least left; undefined where none applies. */
  readonly tightest: BudgetView | undefined;
  readonly requests: RateView | undefined;
  readonly tokens: RateView | undefined;
  /** Budgets whose soft limit is passed. */
  readonly soft: readonly BudgetView[];
}

/** An admitted request's hold: opaque outside the ledger, needed for every later move. */
export interface Reservation {
  readonly requestId: string;
  /** What is held now. Grows by top-ups. */
  readonly held: Nano;
  readonly view: LimitsView;
  /** Observed limits that would have refused, as `team:search day` or `team:search tokens`; also in the entry. */
  readonly wouldRefuse: readonly string[];
}

export type Admission =
  | { readonly type: 'admitted'; readonly reservation: Reservation }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** A newer config is in force: read the limits anew (`LimitsBook.refresh`) and ask again. */
  | { readonly type: 'behind'; readonly number: number }
  /** `inDoubt`: the entry may be there after all, and then the reaper charges it; otherwise nothing is held. */
  | { readonly type: 'unavailable'; readonly reason: string; readonly inDoubt?: true };

export type TopUp = Exclude<Admission, { type: 'behind' }>;

export interface Final {
  /** What the request cost; charged in the windows that the entry pinned. */
  readonly cost: Nano;
  /** Of that, what each scope with an own hold bears; one that is missing here bears the whole. */
  readonly own?: OwnAmounts;
  /** Tokens used, the difference to the estimate is given back to the rates; undefined: unknown, nothing is. */
  readonly tokens?: number;
  /** Scopes that the request was not sent to in the end: their rates get back all that it took. */
  readonly unused?: ReadonlySet<string>;
  /** `ok`, `client_gone`, `cut`, `upstream_error`, ... */
  readonly outcome: string;
  readonly facts: Facts;
}

export type Settled =
  | { readonly type: 'settled' }
  /** The reaper was faster: its charge stands, this one is only logged. */
  | { readonly type: 'late' }
  | { readonly type: 'unavailable'; readonly reason: string };

/** A cost that was caused without an admission, while the ledger was away and the budgets allowed it. */
export interface Posting extends Final {
  readonly requestId: string;
  readonly scopes: readonly ScopeLimits[];
}

export interface ReapReport {
  readonly journals: number;
  /** Requests settled as abandoned, at their hold. */
  readonly abandoned: number;
}

/** Budgets that cannot be overspent: reserve before the call, top up before a further attempt, settle after it. */
export interface Ledger {
  admit(request: AdmitRequest): Promise<Admission>;
  /** Holds more, for a further attempt; `own` more in each such scope. On anything but `admitted` that attempt must not be made. */
  topUp(reservation: Reservation, extra: Nano, own?: OwnAmounts): Promise<TopUp>;
  settle(reservation: Reservation, final: Final): Promise<Settled>;
  /** Writes an entry that is final at once and charges nothing: a refusal's record. */
  record(requestId: string, final: Final): Promise<Settled>;
  /**
   * Writes an entry that is final at once and charges its cost to every scope, whatever the limits: a recorded overrun.
   * Posting the same request again changes nothing.
   */
  post(posting: Posting): Promise<Settled>;
  /** Fences and settles every open journal that expired before `before` and is not this process's own. */
  reap(before: number): Promise<ReapReport>;
  /** Closes this process's own journals, after the last request was settled. */
  close(): Promise<void>;
}
