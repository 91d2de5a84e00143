/** When a scope counts as hot, and what happens then. Measured by the discrete-event run; see docs/decisions. */
export interface HeatRules {
  /** Milliseconds that a lease pays for requests. */
  readonly leaseMs: number;
  /** Share of chunk and time that is left to chance, so that leases of many processes do not end together. */
  readonly jitter: number;
  /** Requests that a process must expect within `leaseMs`, or it pays directly. */
  readonly leastRequests: number;
  /** Requests at the current size for which a scope must still have room, or nobody leases. */
  readonly leastRoom: number;
  /** Conflicts within `conflictMs` that make a scope hot. */
  readonly conflicts: number;
  readonly conflictMs: number;
  /** Conflicts within `conflictMs` after which a step up does not wait for the last one to work. */
  readonly stampede: number;
  /** Milliseconds after a step in which no further step up is made: a step needs time to work. */
  readonly settleMs: number;
  /** Requests of the current size that each pool must be able to hold, or the scope is not split. */
  readonly poolRoom: number;
  /** Counters at each level: 0 direct, then leases. */
  readonly pools: readonly number[];
  /** Requests a second in the whole scope below which each level is left again. */
  readonly leave: readonly number[];
  /** Milliseconds between two looks at a hot scope's rate, and for how long after it each process may wait to look. */
  readonly lookMs: number;
  readonly lookWithinMs: number;
  /** Milliseconds after which a process reads a hot scope's policy anew. */
  readonly rereadMs: number;
}

export const HEAT_RULES: HeatRules = {
  leaseMs: 10_000,
  jitter: 0.25,
  leastRequests: 4,
  leastRoom: 1_000,
  conflicts: 2,
  conflictMs: 2_000,
  stampede: 5,
  settleMs: 3_000,
  poolRoom: 20,
  pools: [1, 1, 64],
  leave: [0, 5, 30],
  lookMs: 30_000,
  lookWithinMs: 5_000,
  rereadMs: 10_000,
};
