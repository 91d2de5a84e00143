import type { Nano } from './money.ts';
import type { WindowSpec } from './windows.ts';

/** `enforce` refuses at the limit. `observe` counts, records what it would have refused, and refuses nobody. */
export type Mode = 'enforce' | 'observe';

/** One limit of money of a scope, over one calendar window. */
export interface Budget {
  /** Stable within a scope: `day`, `month@Europe/Berlin`. Names the counter's attributes. */
  readonly id: string;
  readonly limit: Nano;
  readonly window: WindowSpec;
  readonly mode: Mode;
  /** Above this the call passes with a warning; undefined: no warning. */
  readonly soft: Nano | undefined;
  /** What one process may spend of it while the ledger is away; undefined: nothing, calls are refused. */
  readonly allowance: Nano | undefined;
}

/** A sustained rate with a bucket in front of it, measured by GCRA. */
export interface Rate {
  /** Requests or tokens a minute, in the long run. */
  readonly perMinute: number;
  /** Requests or tokens at once, after a pause. */
  readonly burst: number;
  readonly mode: Mode;
}

/** How many requests may run at a time. */
export interface Parallel {
  readonly limit: number;
  readonly mode: Mode;
}

/** A scope that a request is charged to, such as `team:search` or `app:search/web`, with every limit that binds it. */
export interface ScopeLimits {
  readonly scope: string;
  readonly budgets: readonly Budget[];
  readonly requests?: Rate;
  readonly tokens?: Rate;
  readonly parallel?: Parallel;
}
