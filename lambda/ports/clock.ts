/** A timer that can be pushed back cheaply, so that one serves a whole stream. */
export interface Timer {
  cancel(): void;
  /** Starts the full delay anew. */
  restart(): void;
}

/** Time as an argument, so that a simulation can own it. */
export interface Clock {
  /** Milliseconds since the epoch, for records and windows. May jump. */
  now(): number;
  /** Milliseconds of a monotonic clock with fractions, for durations. */
  monotonic(): number;
  sleep(ms: number): Promise<void>;
  /** Calls once after `ms`; never keeps the process alive. */
  after(ms: number, call: () => void): Timer;
}
