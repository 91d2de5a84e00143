import type { ScopeBudgets } from '../core/budgets.ts';
import type { Nano } from '../core/money.ts';
import type { Value } from '../ports/ledger-store.ts';

/** Attributes of an entry that the ledger carries without reading them: the audit's columns. */
export type Facts = Readonly<Record<string, Value>>;

export interface AdmitRequest {
  readonly requestId: string;
  /** Scopes in a fixed order, each at most once; empty where no budget applies. */
  readonly scopes: readonly ScopeBudgets[];
  /** The most that the first attempt can cost. */
  readonly estimate: Nano;
  /** Who and what, written with the hold so that even an abandoned request has its row. Below 700 bytes. */
  readonly facts: Facts;
}

/** Why there was no room, about one window of one scope. */
export interface BudgetRefusal {
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

/** What is left of the tightest budget after this admission, from the last seen counters. */
export interface BudgetView {
  readonly scope: string;
  readonly budgetId: string;
  readonly limit: Nano;
  readonly remaining: Nano;
  readonly resetsAt: number | undefined;
}

/** An admitted request's hold: opaque outside the ledger, needed for every later move. */
export interface Reservation {
  readonly requestId: string;
  readonly journal: string;
  readonly number: number;
  /** What is held now. Grows by top-ups. */
  held: Nano;
  /** The tightest budget, for headers; undefined where none applies. */
  readonly tightest: BudgetView | undefined;
}

export type Admission =
  | { readonly type: 'admitted'; readonly reservation: Reservation }
  | { readonly type: 'refused'; readonly refusal: BudgetRefusal }
  | { readonly type: 'unavailable'; readonly reason: string };

export interface Final {
  /** What the request cost; charged in the windows that the entry pinned. */
  readonly cost: Nano;
  /** `ok`, `client_gone`, `cut`, `upstream_error`, ... */
  readonly outcome: string;
  readonly facts: Facts;
}

export type Settled =
  | { readonly type: 'settled' }
  /** The reaper was faster: its charge stands, this one is only logged. */
  | { readonly type: 'late' }
  | { readonly type: 'unavailable'; readonly reason: string };

export interface ReapReport {
  readonly journals: number;
  /** Requests settled as abandoned, at their hold. */
  readonly abandoned: number;
}

/** Budgets that cannot be overspent: reserve before the call, top up before a further attempt, settle after it. */
export interface Ledger {
  admit(request: AdmitRequest): Promise<Admission>;
  /** Holds more, for a further attempt. On anything but `admitted` that attempt must not be made. */
  topUp(reservation: Reservation, extra: Nano): Promise<Admission>;
  settle(reservation: Reservation, final: Final): Promise<Settled>;
  /** Writes an entry that is final at once and charges nothing: a refusal's record. */
  record(requestId: string, final: Final): Promise<Settled>;
  /** Fences and settles every open journal that expired before `before` and is not this process's own. */
  reap(before: number): Promise<ReapReport>;
  /** Closes this process's own journals, after the last request was settled. */
  close(): Promise<void>;
}
