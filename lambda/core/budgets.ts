import type { Nano } from './money.ts';
import type { WindowSpec } from './windows.ts';

/** One enforced limit of a scope. */
export interface Budget {
  /** Stable within a scope: `day`, `month@Europe/Berlin`. Names the counter's attributes. */
  readonly id: string;
  readonly limit: Nano;
  readonly window: WindowSpec;
}

/** A scope that a request is charged to, such as `team:search` or `app:search/web`, with every budget that binds it. */
export interface ScopeBudgets {
  readonly scope: string;
  readonly budgets: readonly Budget[];
}
