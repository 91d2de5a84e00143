import type { Mark } from './notices.ts';

/**
 * Everything the gateway may log, as a closed union, so that no secret and no text of a request can slip in. Telemetry
 * fails open: an adapter never throws.
 */
export type TelemetryEvent =
  | {
      readonly type: 'request';
      readonly requestId: string;
      readonly method: string;
      readonly route: string;
      readonly status: number;
      readonly model: string | undefined;
      readonly target: string | undefined;
      readonly principal: string | undefined;
      readonly outcome: string;
      /** The gateway's code of an error. */
      readonly error: string | undefined;
      /** The limit without room that ended it, such as `team:search day`. */
      readonly limit: string | undefined;
      readonly totalMs: number;
      readonly ttftMs: number | undefined;
      readonly overheadMs: number;
      readonly costNano: bigint;
      readonly inputTokens: number;
      readonly outputTokens: number;
    }
  | {
      readonly type: 'attempt_failed';
      readonly requestId: string;
      readonly target: string;
      readonly code: string;
      readonly detail: string;
    }
  /** Something the operator should look at: a row that could not be written, an entry the reaper closed. */
  | {
      readonly type: 'warning';
      readonly what: string;
      readonly requestId: string | undefined;
      readonly detail: string;
    }
  /** A budget reached a mark, once per window. `soft` is its soft limit where that is the mark. */
  | {
      readonly type: 'alert';
      readonly scope: string;
      readonly budgetId: string;
      readonly window: string;
      readonly mark: Mark;
      readonly spentNano: bigint;
      readonly limitNano: bigint;
      readonly softNano: bigint | undefined;
      /** A call was refused for lack of room, although less than the limit is spent. */
      readonly refused: boolean;
      /** Milliseconds since the epoch; undefined for a total and for a window that is over. */
      readonly resetsAt: number | undefined;
    }
  /** A fault of ours. `detail` is the stack, which holds code positions and no data. */
  | { readonly type: 'bug'; readonly requestId: string | undefined; readonly detail: string };

export interface Telemetry {
  emit(event: TelemetryEvent): void;
}
