import { Command } from 'commander';
import { type HoldReport, holdReports } from '../../lambda/ledger/operate/holds.ts';
import { openWork } from '../../lambda/ledger/operate/open-work.ts';
import { type OperatorHost, standardHost } from './operator/host.ts';
import { type LedgerOptions, operate, withLedger } from './operator/options.ts';
import { jsonLines, sheet, usd } from './operator/print.ts';
import { duration, iso } from './operator/times.ts';

interface HoldsOptions extends LedgerOptions {
  readonly scope?: string;
  readonly older?: string;
}

/** `tollgate holds`: what running requests and leases keep of budgets. */
export function holdsCommand(host: OperatorHost = standardHost()): Command {
  const command = new Command('holds')
    .description('list what running requests and leases hold')
    .option('--scope <scope>', 'only what is held of this scope')
    .option('--older <duration>', 'only requests that came longer ago, such as 5m');
  return withLedger(command).action((options: HoldsOptions) =>
    operate(command, host, options, async (world) => {
      const { scope, older, json } = options;
      const work = await openWork(world.store);
      const reports = holdReports(work, {
        ...(scope === undefined ? {} : { scope }),
        ...(older === undefined ? {} : { before: world.clock.now() - duration(older) }),
      });
      if (!work.complete)
        host.note('There are more open journals than one look reads: the list is not complete.\n');
      if (json) host.out(jsonLines(reports.map(holdJson)));
      else if (reports.length === 0) host.out('Nothing is held.\n');
      else host.out(sheet(COLUMNS, reports.map(row)));
    }),
  );
}

const COLUMNS = ['kind', 'id', 'since', 'ends', 'who', 'model', 'held_usd', 'scopes', 'journal'];

function row(report: HoldReport) {
  const { kind, id, since, ends, model, held, scopes, journal } = report;
  return [
    kind,
    id,
    since === undefined ? undefined : iso(since),
    ends === undefined ? undefined : iso(ends),
    whoOf(report),
    model,
    usd(held),
    scopes.length === 0 ? undefined : scopes.join(' '),
    journal,
  ];
}

/** The most telling of what is known. */
function whoOf({ team, app, user, principal }: HoldReport): string | undefined {
  const named = [app === undefined || team === undefined ? team : `${team}/${app}`, user].filter(
    (name) => name !== undefined,
  );
  return named.length === 0 ? principal : named.join(' ');
}

function holdJson({ since, ends, held, ...report }: HoldReport): object {
  return {
    ...report,
    since: since === undefined ? null : new Date(since).toISOString(),
    ends: ends === undefined ? null : new Date(ends).toISOString(),
    held_usd: usd(held),
  };
}
