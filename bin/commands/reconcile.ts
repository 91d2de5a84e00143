import { Command } from 'commander';
import { rowOf } from '../../lambda/core/audit/entry.ts';
import { OperateProblem } from '../../lambda/ledger/operate/problem.ts';
import { type Cost, isClean, type Reconciliation, reconcile } from '../../lambda/ledger/operate/reconcile.ts';
import { auditRecords, quoted, whole } from './operator/audit.ts';
import { type OperatorHost, standardHost } from './operator/host.ts';
import { type LedgerOptions, operate, withLedger } from './operator/options.ts';
import { jsonLines, sheet, usd } from './operator/print.ts';
import type { LocalWorld } from './operator/world.ts';
import { QueryProblem } from './query/problem.ts';

/** Days that the ledger surely still has all entries of; it drops journals 14 days after their end. */
const KEPT_DAYS = 13;
const DAY_MS = 86_400_000;

/** Requests of each kind that are named; there can be as many as a day has. */
const NAMED = 100;

/** `tollgate reconcile DAY`: whether ledger and audit say the same of a day. */
export function reconcileCommand(host: OperatorHost = standardHost()): Command {
  const command = new Command('reconcile')
    .description(
      "compare the ledger's final entries of a UTC day with the audit rows, hour by hour; exits with 1 on any difference",
    )
    .argument('<day>', 'such as 2026-11-24');
  return withLedger(command).action((day: string, options: LedgerOptions) =>
    operate(command, host, options, async (world) => {
      const { local } = world;
      if (local === undefined) {
        throw new OperateProblem(
          'this compares a data folder; a table on AWS cannot be read by day from here',
        );
      }
      checkDay(day, world.clock.now());
      const found = await compare(local, day);
      host.out(options.json ? jsonLines([json(day, found)]) : text(day, found));
      if (!isClean(found)) host.exitCode(1);
    }),
  );
}

function checkDay(day: string, nowMs: number): void {
  const from = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(from) || new Date(from).toISOString().slice(0, 10) !== day) {
    throw new OperateProblem(`"${day}" is no day; write it as 2026-11-24`);
  }
  if (from > nowMs) throw new OperateProblem(`${day} is yet to come`);
  if (from < nowMs - KEPT_DAYS * DAY_MS) {
    throw new OperateProblem(
      `${day} is too long ago: the ledger keeps exported entries for ${KEPT_DAYS} days`,
    );
  }
}

/** What a running gateway exports between the first look at the ledger and that at the files, a second look finds. */
async function compare(local: LocalWorld, day: string): Promise<Reconciliation> {
  const first = entriesOf(local, day);
  const rows = await rowsOf(local, day);
  const found = reconcile(first.costs, rows, first.pending);
  if (found.withoutEntry.length === 0) return found;
  const missing = new Set(found.withoutEntry);
  const later = entriesOf(local, day).costs.filter(({ requestId }) => missing.has(requestId));
  return reconcile([...first.costs, ...later], rows, first.pending);
}

function entriesOf(local: LocalWorld, day: string): { costs: readonly Cost[]; pending: ReadonlySet<string> } {
  const { entries, pending } = local.finals((entry) => rowOf(entry).dt === day);
  const costs = entries.map((entry) => {
    const { request_id, hour, cost_nano_usd } = rowOf(entry);
    return { requestId: request_id, hour, cost: cost_nano_usd };
  });
  return { costs, pending };
}

async function rowsOf(local: LocalWorld, day: string): Promise<readonly Cost[]> {
  try {
    const records = await auditRecords(
      local.auditFolder,
      `SELECT request_id, hour, cost_nano_usd FROM audit WHERE dt = ${quoted(day)}`,
    );
    return records.map((record) => ({
      requestId: String(record['request_id']),
      hour: String(record['hour']),
      cost: whole(record['cost_nano_usd']),
    }));
  } catch (error) {
    if (error instanceof QueryProblem && error.message.startsWith('there are no audit rows')) return [];
    throw error;
  }
}

function text(day: string, found: Reconciliation): string {
  const rows = found.hours.map((hour) => [
    hour.hour,
    hour.entries,
    hour.rows,
    usd(hour.entriesCost),
    usd(hour.rowsCost),
  ]);
  const table = rows.length === 0 ? '' : sheet(['hour', 'entries', 'rows', 'entries_usd', 'rows_usd'], rows);
  const requests = found.hours.reduce((sum, hour) => sum + hour.entries, 0);
  return [
    table,
    ...list('in the ledger, without an audit row', found.withoutRow),
    ...list('in the audit, without an entry of the ledger', found.withoutEntry),
    ...list('in both, with another cost or hour', found.different),
    found.pending > 0 ? `${found.pending} wait for their export and are not compared\n` : '',
    isClean(found)
      ? `${day}: ledger and audit agree on ${requests} requests\n`
      : `${day}: ledger and audit differ\n`,
  ].join('');
}

function list(what: string, ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return [];
  const more = ids.length > NAMED ? `  and ${ids.length - NAMED} more\n` : '';
  return [`${ids.length} ${what}:\n`, ...ids.slice(0, NAMED).map((id) => `  ${id}\n`), more];
}

function json(day: string, found: Reconciliation): object {
  return {
    day,
    clean: isClean(found),
    hours: found.hours.map(({ hour, entries, rows, entriesCost, rowsCost }) => ({
      hour,
      entries,
      rows,
      entries_usd: usd(entriesCost),
      rows_usd: usd(rowsCost),
    })),
    without_row: found.withoutRow.slice(0, NAMED),
    without_entry: found.withoutEntry.slice(0, NAMED),
    different: found.different.slice(0, NAMED),
    counts: {
      without_row: found.withoutRow.length,
      without_entry: found.withoutEntry.length,
      different: found.different.length,
      pending: found.pending,
    },
  };
}
