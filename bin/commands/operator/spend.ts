import type { LimitsConfig } from '../../../lambda/core/config/schema.ts';
import { type WindowSpec, windowId } from '../../../lambda/core/windows.ts';
import { limitsOfScope } from '../../../lambda/ledger/operate/limits-of-scope.ts';
import { auditRecords, quoted, whole } from './audit.ts';

export interface ModelSpend {
  readonly model: string;
  readonly requests: bigint;
  /** Nano-dollars by window: `today` (UTC), then the windows of the scope's budgets by their id. */
  readonly spent: Readonly<Record<string, bigint>>;
}

interface Since {
  readonly name: string;
  readonly fromMs: number;
}

/** What a scope has spent by model, from the audit rows: today, and in each window that a budget of it has. */
export async function spendByModel(
  folder: string,
  limits: LimitsConfig,
  scope: string,
  nowMs: number,
): Promise<readonly ModelSpend[]> {
  const windows = windowsOf(limits, scope, nowMs);
  const sums = windows.map(
    ({ fromMs }, i) => `coalesce(sum(cost_nano_usd) FILTER (WHERE time >= ${timestamp(fromMs)}), 0) AS w${i}`,
  );
  const first = Math.min(...windows.map(({ fromMs }) => fromMs));
  const records = await auditRecords(
    folder,
    `SELECT coalesce(model_asked, '(none)') AS model, sum(count) AS requests, ${sums.join(', ')}
     FROM audit
     WHERE dt >= ${quoted(new Date(first).toISOString().slice(0, 10))} AND time >= ${timestamp(first)}
       AND ${ofScope(scope)}
     GROUP BY 1 ORDER BY ${windows.length + 2} DESC, 1`,
  );
  return records.map((record) => ({
    model: String(record['model']),
    requests: whole(record['requests']),
    spent: Object.fromEntries(windows.map(({ name }, i) => [name, whole(record[`w${i}`])])),
  }));
}

/** Today first, then from the shortest to the longest. What a day of UTC and a total say is elsewhere already. */
function windowsOf(limits: LimitsConfig, scope: string, nowMs: number): readonly Since[] {
  const budgets = limitsOfScope(limits, scope)?.budgets ?? [];
  const others = budgets
    .filter(({ id, window }) => id !== 'day' && window.window !== 'total')
    .map(({ id, window }) => ({ name: id, fromMs: startOf(window, nowMs) }))
    .sort((a, b) => b.fromMs - a.fromMs);
  return [{ name: 'today', fromMs: startOf({ window: 'day', tz: 'UTC' }, nowMs) }, ...others];
}

const LONGEST_WINDOW_MS = 32 * 86_400_000;

/** First instant of the current window, by bisection: a window's id only grows with time. */
function startOf(window: WindowSpec, nowMs: number): number {
  const id = windowId(window, nowMs);
  let before = nowMs - LONGEST_WINDOW_MS;
  let within = nowMs;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (windowId(window, middle) === id) within = middle;
    else before = middle;
  }
  return within;
}

/** The rows that were charged to a scope. */
function ofScope(scope: string): string {
  const at = scope.indexOf(':');
  const name = scope.slice(at + 1);
  switch (scope.slice(0, at)) {
    case 'team':
      return `team = ${quoted(name)}`;
    case 'app': {
      const [team = '', app = ''] = name.split('/');
      return `team = ${quoted(team)} AND app = ${quoted(app)}`;
    }
    case 'user':
      return `"user" = ${quoted(name)}`;
    case 'key':
      return `principal = ${quoted(name.startsWith('arn:') ? name : `key:${name}`)}`;
    case 'model':
      return name.endsWith('*')
        ? `starts_with(model_asked, ${quoted(name.slice(0, -1))})`
        : `model_asked = ${quoted(name)}`;
    case 'provider':
      return `provider = ${quoted(name)}`;
    default:
      return 'true';
  }
}

function timestamp(ms: number): string {
  return `TIMESTAMP '${new Date(ms).toISOString().slice(0, 23).replace('T', ' ')}'`;
}
