import type { LimitsConfig } from '../../lambda/core/config/schema.ts';
import type { Stop, StopKind } from '../../lambda/ledger/head.ts';
import type { LimitsBook } from '../../lambda/ledger/limits-book.ts';

/** A book that a test writes itself: what is stopped, and which limits the next refresh finds. */
export class FixedBook implements LimitsBook {
  number = 1;
  limits: LimitsConfig;
  readonly stops: Stop[] = [];
  /** What each refresh was asked for. */
  readonly refreshed: (number | undefined)[] = [];
  /** Found by the next refresh. */
  next: { readonly number: number; readonly limits: LimitsConfig } | undefined;
  /** Called by each refresh. */
  onRefresh: (() => void) | undefined;

  constructor(limits: LimitsConfig) {
    this.limits = limits;
  }

  async refresh(atLeast?: number): Promise<void> {
    this.refreshed.push(atLeast);
    this.onRefresh?.();
    if (this.next === undefined) return;
    this.number = this.next.number;
    this.limits = this.next.limits;
    this.next = undefined;
  }

  stopped(kind: StopKind, name: string): Stop | undefined {
    return this.stops.find((stop) => stop.kind === kind && stop.name === name);
  }

  /** Stops something, as an operator would. */
  stop(kind: StopKind, name: string, until?: number): void {
    const decree = { who: 'ops', why: 'costs too much', at: 0, ...(until === undefined ? {} : { until }) };
    this.stops.push({ kind, name, ...decree });
  }
}
