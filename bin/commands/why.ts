import { Command } from 'commander';
import { rowOf } from '../../lambda/core/audit/entry.ts';
import { headOf } from '../../lambda/ledger/in-force.ts';
import {
  type Explanation,
  explain,
  findEntry,
  nowSentence,
  type RowFacts,
} from '../../lambda/ledger/operate/explain.ts';
import { OperateProblem } from '../../lambda/ledger/operate/problem.ts';
import { type ScopeReport, showScope } from '../../lambda/ledger/operate/show.ts';
import { auditRecords, quoted } from './operator/audit.ts';
import { limitsOr } from './operator/config.ts';
import { type OperatorHost, standardHost } from './operator/host.ts';
import { type LedgerOptions, operate, withLedger } from './operator/options.ts';
import { jsonLines, plain } from './operator/print.ts';
import { scopeJson, scopeSheets } from './operator/scope-print.ts';
import type { World } from './operator/world.ts';
import { QueryProblem } from './query/problem.ts';

interface WhyOptions extends LedgerOptions {
  readonly config?: string;
}

/** `tollgate why REQUEST_ID`: why a request was refused, and how its limit stands now. */
export function whyCommand(host: OperatorHost = standardHost()): Command {
  const command = new Command('why')
    .description('tell why a request was refused, and whether it would be now')
    .argument('<request-id>', 'from x-tollgate-request-id')
    .option(
      '--config <file>',
      'read where no gateway has told the ledger its limits yet; default tollgate.yaml',
    );
  return withLedger(command).action((requestId: string, options: WhyOptions) =>
    operate(command, host, options, async (world) => {
      const row = await rowFor(world, requestId);
      const explanation = explain(row);
      const report = await scopeNow(world, explanation, options.config);
      host.out(options.json ? jsonLines([json(explanation, report)]) : text(row, explanation, report));
    }),
  );
}

/** From the audit files; a request of the last moments, and on AWS of the last minutes, from the journals. */
async function rowFor({ local, store }: World, requestId: string): Promise<RowFacts> {
  if (!/^[\w.-]{1,100}$/.test(requestId)) throw new OperateProblem(`"${requestId}" is no request id`);
  const [row] = local === undefined ? [] : await exported(local.auditFolder, requestId);
  if (row !== undefined) return row;
  const entry = await findEntry(store, requestId);
  if (entry?.['st'] === 'HELD')
    throw new OperateProblem(`${requestId} is still running; nothing has refused it`);
  if (entry !== undefined) return rowOf(entry);
  const sql = `SELECT * FROM audit WHERE request_id = ${quoted(requestId)}${dayOf(requestId)}`;
  throw new OperateProblem(
    local === undefined
      ? `${requestId} is in no open journal any more; its row is in Athena: ${sql}`
      : `there is no request ${requestId} in ${local.auditFolder}`,
  );
}

async function exported(folder: string, requestId: string): Promise<readonly RowFacts[]> {
  try {
    return await auditRecords(
      folder,
      `SELECT * FROM audit WHERE request_id = ${quoted(requestId)}${dayOf(requestId)}`,
    );
  } catch (error) {
    if (error instanceof QueryProblem && error.message.startsWith('there are no audit rows')) return [];
    throw error;
  }
}

/** The id's own time names the folder, so that one day is read and not all. A request is received when its id is made. */
function dayOf(requestId: string): string {
  const [, high, low] = /^(?:req_)?([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(requestId) ?? [];
  if (high === undefined || low === undefined) return '';
  const ms = Number.parseInt(high + low, 16);
  const day = (at: number) => quoted(new Date(at).toISOString().slice(0, 10));
  // A minute to either side, for an id that was made on the other side of midnight.
  return ` AND dt IN (${[...new Set([day(ms - 60_000), day(ms + 60_000)])].join(', ')})`;
}

async function scopeNow(
  { store, clock }: World,
  { scope }: Explanation,
  config: string | undefined,
): Promise<ScopeReport | undefined> {
  if (scope === undefined) return undefined;
  const { limits } = await limitsOr(config, store, await headOf(store));
  return showScope(store, limits, scope, clock.now(), undefined);
}

function text(row: RowFacts, explanation: Explanation, report: ScopeReport | undefined): string {
  const { requestId, sentence, wouldRefuse } = explanation;
  const who = [row['team'], row['app'], row['user'], row['principal']].filter(
    (name) => typeof name === 'string',
  );
  const now = nowSentence(explanation, report);
  const asked = `model ${String(row['model_asked'] ?? '-')}, status ${String(row['status'] ?? '-')}`;
  return [
    `${plain(`${requestId}, ${String(row['time'])}, ${who.join(' ')}, ${asked}`)}\n`,
    `Why: ${plain(sentence)}.\n`,
    now === undefined ? '' : `Now: ${plain(now)}.\n`,
    wouldRefuse.length === 0
      ? ''
      : `Observed limits that would have refused it: ${plain(wouldRefuse.join(', '))}.\n`,
    report === undefined ? '' : scopeSheets([report]),
  ].join('');
}

function json(explanation: Explanation, report: ScopeReport | undefined): object {
  const { requestId, refused, sentence, facts, wouldRefuse } = explanation;
  return {
    request_id: requestId,
    refused,
    why: sentence,
    refused_by: facts,
    would_refuse: wouldRefuse,
    now: nowSentence(explanation, report),
    scope: report === undefined ? undefined : scopeJson(report, undefined, undefined),
  };
}
