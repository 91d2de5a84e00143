import type { Nano } from '../core/money.ts';

/** A share of a budget in percent, or its soft limit. */
export type Mark = 50 | 80 | 100 | 'soft';

/** A mark that a budget has reached in one of its windows. */
export interface Crossing {
  readonly scope: string;
  readonly budgetId: string;
  /** `2026-11-24`, `2026-11`, `total`: see core/windows.ts. */
  readonly window: string;
  readonly mark: Mark;
  /** Settled cost in the window, over all pools of the scope. */
  readonly spent: Nano;
  /** The limit last applied. */
  readonly limit: Nano;
  /** The soft limit that was passed; undefined for the other marks. */
  readonly soft: Nano | undefined;
  /** A call was refused for lack of room, although less than the limit is spent. */
  readonly refused: boolean;
}

/** What people are told of a crossing. */
export interface Notice extends Crossing {
  /** When the window ends, in milliseconds since the epoch; undefined for a total and for a window that is over. */
  readonly resetsAt: number | undefined;
}

/** Where notices about budgets go: a topic, a log. */
export interface Notices {
  /** Rejects if the notice was not taken; it is published again then, so receivers may see one twice. */
  publish(notice: Notice): Promise<void>;
}
