/** Identifiers and chance as arguments, so that a seed replays a run. */
export interface Ids {
  /** A time-ordered unique id (UUID version 7) for requests and journals. */
  next(nowMs: number): string;
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}
