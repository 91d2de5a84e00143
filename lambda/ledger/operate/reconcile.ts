/** One request on either side. `hour` is of its receipt, UTC, `00` to `23`. */
export interface Cost {
  readonly requestId: string;
  readonly hour: string;
  /** Nano-dollars. */
  readonly cost: bigint;
}

export interface HourReport {
  readonly hour: string;
  readonly entries: number;
  readonly rows: number;
  readonly entriesCost: bigint;
  readonly rowsCost: bigint;
}

export interface Reconciliation {
  /** Hours in which either side has anything, in order. */
  readonly hours: readonly HourReport[];
  /** Final entries of the ledger without an audit row. */
  readonly withoutRow: readonly string[];
  /** Audit rows without a final entry. */
  readonly withoutEntry: readonly string[];
  /** Requests whose two sides name another cost or hour. */
  readonly different: readonly string[];
  /** Final entries that were not exported yet; they count on neither side. */
  readonly pending: number;
}

/** Compares the ledger's final entries of a day with the audit's rows of it. `pending`: entries that wait for their export. */
export function reconcile(
  entries: readonly Cost[],
  rows: readonly Cost[],
  pending: ReadonlySet<string>,
): Reconciliation {
  const byRow = new Map(rows.map((row) => [row.requestId, row]));
  const waits = (id: string) => pending.has(id) && !byRow.has(id);
  const settled = entries.filter(({ requestId }) => !waits(requestId));
  const byEntry = new Map(settled.map((entry) => [entry.requestId, entry]));
  const different = settled.filter((entry) => {
    const row = byRow.get(entry.requestId);
    return row !== undefined && (row.cost !== entry.cost || row.hour !== entry.hour);
  });
  return {
    hours: hoursOf([...byEntry.values()], [...byRow.values()]),
    withoutRow: settled.map(idOf).filter((id) => !byRow.has(id)),
    withoutEntry: [...byRow.keys()].filter((id) => !byEntry.has(id)),
    different: different.map(idOf),
    pending: entries.length - settled.length,
  };
}

export function isClean({ withoutRow, withoutEntry, different }: Reconciliation): boolean {
  return withoutRow.length + withoutEntry.length + different.length === 0;
}

function hoursOf(entries: readonly Cost[], rows: readonly Cost[]): readonly HourReport[] {
  const hours = [...new Set([...entries, ...rows].map(({ hour }) => hour))].sort();
  return hours.map((hour) => {
    const of = (costs: readonly Cost[]) => costs.filter((cost) => cost.hour === hour);
    const [ours, theirs] = [of(entries), of(rows)];
    return {
      hour,
      entries: ours.length,
      rows: theirs.length,
      entriesCost: total(ours),
      rowsCost: total(theirs),
    };
  });
}

function total(costs: readonly Cost[]): bigint {
  return costs.reduce((sum, { cost }) => sum + cost, 0n);
}

function idOf({ requestId }: Cost): string {
  return requestId;
}
