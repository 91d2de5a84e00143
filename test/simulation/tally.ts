/** What happened in one schedule or in many; the table that the command prints. */
export const TALLIES = {
  writes: 'writes sent to the store',
  reads: 'reads sent to the store',
  commits: 'transactions carried out',
  lostRequest: 'requests lost',
  lostAnswer: 'answers lost',
  failedAfter: 'failures after the effect',
  late: 'packets delivered late',
  conflict: 'conflicts',
  throttle: 'throttled calls',
  failedRead: 'failed reads',
  staleRead: 'stale reads',
  kills: 'processes killed',
  freezes: 'processes frozen',
  admitted: 'requests admitted',
  leased: 'charges of a scope paid from a lease',
  refused_exceeded: 'refused: budget spent',
  refused_held: 'refused: budget held by others',
  refused_never_fits: 'refused: never fits',
  refused_requests: 'refused: rate of requests',
  refused_tokens: 'refused: rate of tokens',
  refused_parallel: 'refused: running requests',
  behind: 'told that a newer config is in force',
  unavailable: 'given up, the ledger being away',
  wouldRefuse: 'passed where an observed limit is over',
  toppedUp: 'top-ups admitted',
  attempts: 'upstream attempts',
  overruns: 'costs above the hold',
  settled: 'requests settled by themselves',
  lateSettles: 'settles after the reaper',
  abandoned: 'requests settled by a reaper',
  posted: 'costs posted afterwards',
  fences: 'journals fenced',
  tombstones: 'numbers given up',
  leases: 'leases opened',
  leasesClosed: 'leases closed',
  rolls: 'windows begun anew',
  overrides: 'limits overridden',
  configs: 'newer configs',
  steps: 'steps from one level of heat to another',
  splits: 'changes of the number of pools',
  moves: 'shares moved between pools',
} as const;

export type Count = keyof typeof TALLIES;
export type Tally = Record<Count, number>;

export function newTally(): Tally {
  // The keys are those of the table above.
  return Object.fromEntries(Object.keys(TALLIES).map((name) => [name, 0])) as Tally;
}

export function addTally(sum: Tally, more: Tally): void {
  for (const name of Object.keys(TALLIES) as Count[]) sum[name] += more[name];
}
