import type { LimitsConfig } from '../core/config/schema.ts';
import type { Stop, StopKind } from './head.ts';

/** Which config's limits are in force, and what an operator has stopped; kept current by `refresh`. */
export interface LimitsBook {
  /** Number of the config in force; grows with every deployed change of limits. */
  readonly number: number;
  /** Its limits: those of this process's own config, or of a newer one. The same object while nothing changes. */
  readonly limits: LimitsConfig;
  /**
   * Reads what is in force if it was last read more than a moment ago, or at once if `atLeast` is above `number`. Never
   * rejects: while the store is away the last known state stays, and telemetry says so.
   */
  refresh(atLeast?: number): Promise<void>;
  /** The stop of a model (its alias), provider, team or app (`team/app`) that counts now. */
  stopped(kind: StopKind, name: string): Stop | undefined;
}
