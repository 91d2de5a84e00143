import { join } from 'node:path';
import { AUDIT_FOLDER, auditFiles } from '../../lambda/adapters/local/audit-files.ts';
import { directRows } from '../../lambda/adapters/local/direct-rows.ts';
import { openSqliteLedger, type SqliteLedger } from '../../lambda/adapters/local/sqlite-store.ts';
import { systemRandom } from '../../lambda/adapters/node/random.ts';
import { createTelemetryNotices } from '../../lambda/adapters/node/telemetry-notices.ts';
import { limitsHash } from '../../lambda/core/config/hash.ts';
import { limitsOf } from '../../lambda/core/config/limits.ts';
import type { Config } from '../../lambda/core/config/schema.ts';
import { type BudgetWatch, watchBudgets } from '../../lambda/jobs/alerts/watch.ts';
import { createLedger } from '../../lambda/ledger/create-ledger.ts';
import { createLimitsBook } from '../../lambda/ledger/create-limits-book.ts';
import type { Ledger } from '../../lambda/ledger/ledger.ts';
import type { LimitsBook } from '../../lambda/ledger/limits-book.ts';
import { withAllowance } from '../../lambda/ledger/outage/allowance.ts';
import { guardStore } from '../../lambda/ledger/outage/breaker.ts';
import type { AuditSink } from '../../lambda/ports/audit-sink.ts';
import type { Clock } from '../../lambda/ports/clock.ts';
import type { Ids } from '../../lambda/ports/ids.ts';
import type { Telemetry } from '../../lambda/ports/telemetry.ts';

/** The ledger in a data folder, with what belongs to it. */
export interface LocalLedger {
  readonly sqlite: SqliteLedger;
  readonly ledger: Ledger;
  readonly book: LimitsBook;
  readonly alerts: BudgetWatch;
  readonly auditFolder: string;
  readonly auditSink: AuditSink;
}

export interface LocalLedgerDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly telemetry: Telemetry;
  /** Names this process. */
  readonly environment: string;
}

/** Opens the ledger over SQLite as it is on AWS over DynamoDB: watched for alerts, behind a breaker. */
export function openLocalLedger(
  folder: string,
  config: Config,
  { clock, ids, telemetry, environment }: LocalLedgerDeps,
): LocalLedger {
  const sqlite = openSqliteLedger(folder);
  const notices = createTelemetryNotices(telemetry);
  const alerts = watchBudgets({ store: sqlite.store, notices, clock, telemetry });
  const store = guardStore(alerts.store, { clock, random: systemRandom, telemetry });
  const limits = limitsOf(config);
  const book = createLimitsBook({
    store,
    clock,
    telemetry,
    own: { limits: config, hash: limitsHash(config), line: 'local', count: undefined },
    // A read of one row; so an operator's word counts from the next request on.
    refreshMs: 0,
  });
  const direct = createLedger({
    store,
    clock,
    ids,
    random: systemRandom,
    environment,
    admitMs: limits.admitMs,
    longestRequestMs: limits.requestMs,
    policyVersion: (scope) => book.policyVersion(scope),
    telemetry,
  });
  const auditFolder = join(folder, AUDIT_FOLDER);
  const auditSink = auditFiles(auditFolder);
  const ledger = withAllowance(direct, { clock, telemetry, rowsAway: directRows(auditSink) });
  return { sqlite, ledger, book, alerts, auditFolder, auditSink };
}
